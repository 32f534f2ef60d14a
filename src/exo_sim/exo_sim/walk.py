"""A recorded walk of the simulated human under prescribed hip torques."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exo_control.joints import POLICY_PERIOD_S
from exo_sim.disturbance import Disturbance
from exo_sim.engine import layout
from exo_sim.engine.model_arrays import Floats, ModelArrays, model_arrays
from exo_sim.engine.rollout import com_height, roll_out
from exo_sim.gait import Gait
from exo_sim.human import initial_state, steps_per_control
from exo_sim.human_interface import DEFAULT_PHYSICS_STEP_S, FALL_HEIGHT
from exo_sim.human_model import HumanModel


@dataclass(frozen=True)
class Walk:
    """The states of a walk after each policy period, and what it was disturbed with."""

    arrays: ModelArrays
    record: Floats  # (n, layout.HISTORY)
    torque_nm: Floats  # (n, 2) at the right and left hip
    fell: bool

    @property
    def seconds(self) -> float:
        """Duration, up to the fall if there was one."""
        return len(self.record) * POLICY_PERIOD_S

    def part(self, offset: int, size: int) -> Floats:
        """Return (n, size) columns of the record; offsets are those of engine.layout."""
        return self.record[:, offset : offset + size]

    def joint(self, base: int = layout.POSITION) -> Floats:
        """Return (n, 7) coordinates (rad) in the order of names.COORDINATES; rates with base = layout.VELOCITY."""
        absolute = self.part(base + 2, layout.N_SEGMENTS)
        joint = absolute.copy()
        joint[:, 1:] -= absolute[:, [0, 1, 2, 0, 4, 5]]
        return joint

    @property
    def com(self) -> Floats:
        """(n, 2) centre of mass, forward and up, m."""
        theta = self.part(layout.POSITION + 2, layout.N_SEGMENTS)
        moment = self.arrays.first_moment[[0, 1, 2, 3, 1, 2, 3]]
        x = (np.cos(theta) * moment[:, 0] - np.sin(theta) * moment[:, 1]).sum(axis=1)
        y = (np.sin(theta) * moment[:, 0] + np.cos(theta) * moment[:, 1]).sum(axis=1)
        return self.part(layout.POSITION, 2) + np.stack([x, y], axis=1) / self.arrays.total_mass

    @property
    def ground_reaction_bw(self) -> Floats:
        """(n, 2, 2) ground reaction over body weight: right and left foot; forward, up."""
        force = self.part(layout.GROUND_FORCE, 4).reshape(-1, 2, 2)
        return force / (self.arrays.total_mass * self.arrays.gravity)

    def since(self, time_s: float) -> Walk:
        """Return the walk without its first seconds."""
        first = round(time_s / POLICY_PERIOD_S)
        return Walk(self.arrays, self.record[first:], self.torque_nm[first:], self.fell)

    def mean_rate(self, offset: int, size: int = 1) -> Floats:
        """Return the mean rate (per s) of running integrals such as layout.MUSCLE_ENERGY, shape (size,)."""
        values = self.part(offset, size)
        return (values[-1] - values[0]) / ((len(values) - 1) * POLICY_PERIOD_S)


class Walker:
    """Walks a gait again and again: everything that does not change from walk to walk is prepared once."""

    def __init__(
        self,
        model: HumanModel,
        gait: Gait,
        physics_step_s: float = DEFAULT_PHYSICS_STEP_S,
        arrays: ModelArrays | None = None,
    ) -> None:
        """Prepare a human.

        Args:
            model: the human model, scaled to the subject.
            gait: controller and gains.
            physics_step_s: integration step; divides 5 ms.
            arrays: the model's arrays, where many walkers share them; made here when None.
        """
        self.arrays = arrays or model_arrays(model)
        self._reflexes = gait.reflex_arrays()
        self._dt = physics_step_s
        self._steps_per_control = steps_per_control(physics_step_s)
        self._steps = self._steps_per_control * round(POLICY_PERIOD_S / layout.CONTROL_PERIOD_S)
        self._start = initial_state(model, self.arrays, self._reflexes, gait)
        self._fall_height = FALL_HEIGHT * com_height(self.arrays, self._start)

    def walk(self, torque_nm: Floats, push_m_s: Floats) -> Walk:
        """Walk under hip torques (n, 2) and changes of forward velocity (n,)."""
        n = len(push_m_s)
        record = np.empty((n, layout.HISTORY))
        done = self._roll_out(self._start.copy(), torque_nm, push_m_s, record)
        return Walk(self.arrays, record[:done], torque_nm[:done], self._has_fallen(record[done - 1]))

    def final(self, torque_nm: Floats, push_m_s: Floats) -> tuple[Floats, int, bool]:
        """Walk without recording: return the last state, the periods walked and whether it fell."""
        state = self._start.copy()
        done = self._roll_out(state, torque_nm, push_m_s, np.empty((0, layout.HISTORY)))
        return state, done, self._has_fallen(state)

    def _roll_out(self, state: Floats, torque: Floats, push: Floats, record: Floats) -> int:
        return int(
            roll_out(
                self.arrays,
                self._reflexes,
                state,
                torque,
                push,
                self._dt,
                self._steps,
                self._steps_per_control,
                self._fall_height,
                record,
            )
        )

    def _has_fallen(self, state: Floats) -> bool:
        return not com_height(self.arrays, state) > self._fall_height

    def disturbed(self, seconds: float, disturbance: Disturbance, seed: int | list[int]) -> Walk:
        """Walk for some seconds under random disturbances drawn from a seed."""
        periods = round(seconds / POLICY_PERIOD_S)
        return self.walk(*disturbance.draw(periods, np.random.default_rng(seed)))
