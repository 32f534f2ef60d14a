"""Many simulated humans as the rows of one matrix, advanced together by the engine."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exo_control.joints import POLICY_PERIOD_S
from exo_sim.engine import layout
from exo_sim.engine.advance import advance
from exo_sim.engine.compiled import kernel, specialised
from exo_sim.engine.model_arrays import Floats, ModelArrays, model_arrays
from exo_sim.engine.reflexes import ReflexArrays
from exo_sim.gait import Gait
from exo_sim.human import initial_state, steps_per_control
from exo_sim.human_interface import DEFAULT_PHYSICS_STEP_S
from exo_sim.human_model import HumanModel

_SEGMENT_KIND = [0, 1, 2, 3, 1, 2, 3]  # row of ModelArrays.first_moment for each segment
_HIP = [1, 4]  # thighs among the segments

WALKER_STATE_SIZE = layout.N_GENERALISED - 1 + layout.N_GENERALISED + layout.N_MUSCLES + layout.N_LEGS


@kernel
def advance_all(m, r, states, hip_torque, push, dt, steps, steps_per_control):  # type: ignore[no-untyped-def]
    """Advance humans of one body and gait by a policy period, without Python's lock.

    Args:
        m, r: model and reflex arrays.
        states: (n, layout.STATE_SIZE), changed in place.
        hip_torque: (n, 2) Nm, right and left, flexion positive.
        push: (n,) change of forward velocity at the start of the period, m/s.
        dt, steps, steps_per_control: as for ``advance``.
    """
    for i in range(states.shape[0]):
        states[i, layout.VELOCITY] += push[i]
        advance(m, r, states[i], hip_torque[i], dt, steps, steps_per_control)


@dataclass(frozen=True)
class Body:
    """A human model with its gait, ready for the engine."""

    arrays: ModelArrays
    reflexes: ReflexArrays
    start: Floats  # (layout.STATE_SIZE,)

    @staticmethod
    def of(model: HumanModel, gait: Gait) -> Body:
        """Prepare a human at the start of its gait."""
        arrays, reflexes = model_arrays(model), gait.reflex_arrays()
        return Body(arrays, reflexes, initial_state(model, arrays, reflexes, gait))


class WalkerBatch:
    """Humans of one or several bodies, a state vector each.

    ``states`` is (n, layout.STATE_SIZE); the properties read it, right before left, flexion positive, SI units.
    """

    def __init__(self, bodies: Sequence[Body], counts: Sequence[int], threads: int = 1) -> None:
        """Place the humans at the start of their walks.

        Args:
            bodies: the different bodies.
            counts: humans of each body; their rows follow each other.
            threads: simulate the bodies, and parts of the larger ones, in so many threads.
        """
        self._place(bodies, counts)
        per_control = steps_per_control(DEFAULT_PHYSICS_STEP_S)
        steps = per_control * round(POLICY_PERIOD_S / layout.CONTROL_PERIOD_S)
        self._timing = (DEFAULT_PHYSICS_STEP_S, steps, per_control)
        ends = np.cumsum(counts)
        self._jobs: list[tuple[Body, slice]] = []
        for body, end, count in zip(bodies, ends, counts, strict=True):
            parts = np.linspace(end - count, end, min(threads, count) + 1).astype(int)
            self._jobs += [(body, slice(a, b)) for a, b in pairwise(parts)]
        first = bodies[0]
        self._advance_all = specialised(
            advance_all, first.arrays, first.reflexes, self.states, np.zeros((1, 2)), np.zeros(1), *self._timing
        )
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def _place(self, bodies: Sequence[Body], counts: Sequence[int]) -> None:
        self.body_of: NDArray[np.intp] = np.repeat(np.arange(len(bodies)), counts)
        self.states: Floats = np.stack([bodies[k].start for k in self.body_of])
        moments = np.stack([body.arrays.first_moment / body.arrays.total_mass for body in bodies])
        self._moment = moments[:, _SEGMENT_KIND][self.body_of]  # (n, segments, 2)
        self.mass_kg: Floats = np.array([body.arrays.total_mass for body in bodies])[self.body_of]
        self.basal_power_w: Floats = np.array([body.arrays.basal_power for body in bodies])[self.body_of]

    def __len__(self) -> int:
        return len(self.states)

    def begin(self, rows: Sequence[int], ticks: Sequence[int], states: Sequence[Floats]) -> None:
        """Let humans begin new walks, each at a moment of a walk without assistance.

        Args:
            rows: of the humans.
            ticks: policy periods that each has walked by then, from the start of its gait.
            states: of each at that moment, (layout.STATE_SIZE,).
        """
        for row, state in zip(rows, states, strict=True):
            self.states[row] = state

    def close(self) -> None:
        """End what simulates; the states stay."""
        if self._pool:
            self._pool.shutdown()

    def snapshot(self) -> Any:
        """Return what ``restore`` needs to bring back the humans as they are."""
        return self.states.copy()

    def restore(self, snapshot: Any) -> None:
        """Go back to a snapshot of a batch of the same bodies."""
        self.states[:] = snapshot

    def step(self, hip_torque_nm: Floats, push_m_s: Floats) -> None:
        """Advance all by one policy period under hip torques (n, 2) and changes of forward velocity (n,)."""
        torque = np.ascontiguousarray(hip_torque_nm)

        def simulate(job: tuple[Body, slice]) -> None:
            body, rows = job
            self._advance_all(
                body.arrays, body.reflexes, self.states[rows], torque[rows], push_m_s[rows], *self._timing
            )

        for _ in self._pool.map(simulate, self._jobs) if self._pool else map(simulate, self._jobs):
            pass

    def _part(self, offset: int, size: int) -> Floats:
        return self.states[:, offset : offset + size]

    @property
    def time_s(self) -> Floats:
        """(n,) time since the start of each walk."""
        return self.states[:, layout.STEP] * DEFAULT_PHYSICS_STEP_S

    def _hips(self, base: int) -> Floats:
        absolute = self._part(base + 2, layout.N_SEGMENTS)
        return absolute[:, _HIP] - absolute[:, :1]

    @property
    def hip_position_rad(self) -> Floats:
        """(n, 2) hip flexion angles."""
        return self._hips(layout.POSITION)

    @property
    def hip_velocity_rad_s(self) -> Floats:
        """(n, 2) hip flexion rates."""
        return self._hips(layout.VELOCITY)

    @property
    def com_height_m(self) -> Floats:
        """(n,) height of the centre of mass."""
        theta = self._part(layout.POSITION + 2, layout.N_SEGMENTS)
        lever = np.sin(theta) * self._moment[..., 0] + np.cos(theta) * self._moment[..., 1]
        return self.states[:, layout.POSITION + 1] + lever.sum(axis=1)

    @property
    def com_forward_m(self) -> Floats:
        """(n,) forward position of the centre of mass."""
        theta = self._part(layout.POSITION + 2, layout.N_SEGMENTS)
        lever = np.cos(theta) * self._moment[..., 0] - np.sin(theta) * self._moment[..., 1]
        return self.states[:, layout.POSITION] + lever.sum(axis=1)

    @property
    def com_forward_velocity_m_s(self) -> Floats:
        """(n,) forward velocity of the centre of mass."""
        theta = self._part(layout.POSITION + 2, layout.N_SEGMENTS)
        rate = self._part(layout.VELOCITY + 2, layout.N_SEGMENTS)
        lever = np.sin(theta) * self._moment[..., 0] + np.cos(theta) * self._moment[..., 1]
        return self.states[:, layout.VELOCITY] - (rate * lever).sum(axis=1)

    @property
    def activation(self) -> Floats:
        """(n, 2 legs, 9 muscles) muscle activations."""
        return self._part(layout.ACTIVATION, layout.N_MUSCLES).reshape(-1, layout.N_LEGS, layout.N_LEG_MUSCLES)

    @property
    def metabolic_energy_j(self) -> Floats:
        """(n,) energy spent since the start of each walk, basal metabolism included (Wang et al. 2012)."""
        return self.muscle_energy_j + self.basal_power_w * self.time_s

    @property
    def muscle_energy_j(self) -> Floats:
        """(n,) energy spent by the muscles since the start of each walk."""
        return self._part(layout.MUSCLE_ENERGY, layout.N_MUSCLES).sum(axis=1)

    @property
    def body_state(self) -> Floats:
        """(n, WALKER_STATE_SIZE) what no encoder shows: pelvis height, segment angles, velocities, activations, phases.

        For a critic that may see more than the actor; each number is of the order of one.
        """
        pose = self._part(layout.POSITION + 1, layout.N_GENERALISED - 1)
        rate = self._part(layout.VELOCITY, layout.N_GENERALISED) * 0.3
        activation = self._part(layout.ACTIVATION, layout.N_MUSCLES)
        gait_state = self._part(layout.GAIT_STATE, layout.N_LEGS) * 0.5
        return np.concatenate([pose, rate, activation, gait_state], axis=1)
