"""What every engine's walking human can do and tells: our own engine's, and SCONE's."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from exo_control.joints import POLICY_PERIOD_S
from exo_sim.engine import layout
from exo_sim.engine.model_arrays import Floats, ModelArrays

DEFAULT_PHYSICS_STEP_S = 0.001
FALL_HEIGHT = 0.85
"""A walk has failed when the centre of mass is below this part of its initial height (SCONE's termination_height)."""


class Human(ABC):
    """A human that walks under reflexes, wearing the exoskeleton, one policy period at a time.

    An engine keeps ``_state``, a vector as engine.layout has it, and ``_energy_before``, the muscles' energy at the
    start of the policy period; all that is told is read off them. All arrays are copies; joint order is exo_sim.names,
    legs and hips are right, left. Flexion and dorsiflexion positive, SI units.
    """

    arrays: ModelArrays
    physics_step_s: float = DEFAULT_PHYSICS_STEP_S
    """Unit of the state's step count."""
    _state: Floats
    _energy_before: Floats
    _fall_height: float

    @abstractmethod
    def reset(self) -> None:
        """Go back to the start of the walk."""

    @abstractmethod
    def step(self, hip_torque_nm: NDArray[np.float64]) -> None:
        """Advance by one policy period of 10 ms.

        Args:
            hip_torque_nm: (2,) torque of the exoskeleton at the right and left hip, Nm, flexion positive.
        """

    @abstractmethod
    def push(self, velocity_change_m_s: float) -> None:
        """Change the forward velocity of the whole body."""

    def advance(self, hip_torque_nm: NDArray[np.float64], physics_steps: int) -> None:
        """Advance by some physics steps, for torques that change within a policy period; see ``step``.

        Raises:
            NotImplementedError: the engine steps whole policy periods only.
        """
        raise NotImplementedError

    def another(self) -> Human:
        """Return a human like this one, on their own, at the start of the walk."""
        other = copy.copy(self)
        other.reset()
        return other

    def begin_period(self) -> None:
        """Let the mean metabolic power count from now on; ``step`` does so itself."""
        self._energy_before = self._part(layout.MUSCLE_ENERGY, layout.N_MUSCLES)

    def snapshot(self) -> Floats:
        """(layout.HISTORY,) the state without its sensor history: a row of a Walk's record."""
        return self._part(0, layout.HISTORY)

    def _part(self, offset: int, size: int) -> Floats:
        return self._state[offset : offset + size].copy()

    @property
    def time_s(self) -> float:
        """Time since the start of the walk."""
        return float(self._state[layout.STEP] * self.physics_step_s)

    @property
    def is_finite(self) -> bool:
        """Whether every number of the state is finite; a false answer means that the simulation has broken down."""
        return bool(np.all(np.isfinite(self._state)))

    @property
    def has_fallen(self) -> bool:
        """Whether the centre of mass is below 0.85 of its initial height."""
        return not self.com_position_m[1] > self._fall_height

    def _joint(self, base: int) -> Floats:
        absolute = self._state[base + 2 : base + 9]
        joint = np.empty(7)
        joint[0] = absolute[0]
        for leg in range(2):
            first = 1 + 3 * leg
            joint[first] = absolute[first] - absolute[0]
            joint[first + 1 : first + 3] = np.diff(absolute[first : first + 3])
        return joint

    @property
    def joint_position_rad(self) -> Floats:
        """(7,) coordinates in the order of names.COORDINATES; knee extension is positive, as in OpenSim."""
        return self._joint(layout.POSITION)

    @property
    def joint_velocity_rad_s(self) -> Floats:
        """(7,) coordinate rates."""
        return self._joint(layout.VELOCITY)

    @property
    def hip_position_rad(self) -> Floats:
        """(2,) hip flexion angle, right and left: what the encoders of the exoskeleton measure."""
        return self._hip(layout.POSITION)

    @property
    def hip_velocity_rad_s(self) -> Floats:
        """(2,) hip flexion rate, right and left."""
        return self._hip(layout.VELOCITY)

    def _hip(self, base: int) -> Floats:
        trunk, right, left = base + 2, base + 3, base + 6
        state = self._state
        return np.array([state[right] - state[trunk], state[left] - state[trunk]])

    @property
    def root_position_m(self) -> Floats:
        """(2,) hip joint centre, forward and up."""
        return self._part(layout.POSITION, 2)

    @property
    def segment_angle_rad(self) -> Floats:
        """(7,) absolute angles of trunk, then thigh, shank, foot of the right and left leg."""
        return self._part(layout.POSITION + 2, layout.N_SEGMENTS)

    def _com(self, base: int) -> Floats:
        """Centre of mass (m), or its velocity (m/s) when base is VELOCITY."""
        theta = self._state[layout.POSITION + 2 : layout.POSITION + 9]
        moment = self.arrays.first_moment[[0, 1, 2, 3, 1, 2, 3]]
        cosine, sine = np.cos(theta), np.sin(theta)
        x = cosine * moment[:, 0] - sine * moment[:, 1]
        y = sine * moment[:, 0] + cosine * moment[:, 1]
        if base == layout.VELOCITY:
            rate = self._state[layout.VELOCITY + 2 : layout.VELOCITY + 9]
            x, y = -rate * y, rate * x
        return self._state[base : base + 2] + np.array([x.sum(), y.sum()]) / self.arrays.total_mass

    @property
    def com_position_m(self) -> Floats:
        """(2,) centre of mass, forward and up."""
        return self._com(layout.POSITION)

    @property
    def com_velocity_m_s(self) -> Floats:
        """(2,) velocity of the centre of mass."""
        return self._com(layout.VELOCITY)

    @property
    def activation(self) -> Floats:
        """(18,) muscle activations in the order of names.MUSCLES."""
        return self._part(layout.ACTIVATION, layout.N_MUSCLES)

    @property
    def excitation(self) -> Floats:
        """(18,) muscle excitations."""
        return self._part(layout.EXCITATION, layout.N_MUSCLES)

    @property
    def fibre_length(self) -> Floats:
        """(18,) fibre lengths over optimal length."""
        return self._part(layout.FIBRE_LENGTH, layout.N_MUSCLES)

    @property
    def fibre_velocity(self) -> Floats:
        """(18,) fibre velocities, optimal lengths per second, lengthening positive."""
        return self._part(layout.FIBRE_VELOCITY, layout.N_MUSCLES)

    @property
    def muscle_force_n(self) -> Floats:
        """(18,) musculotendon forces."""
        return self._part(layout.FORCE, layout.N_MUSCLES) * self.arrays.f_max

    @property
    def joint_limit_torque_nm(self) -> Floats:
        """(6,) torque of the end stops: hip, knee, ankle of the right and left leg."""
        return self._part(layout.LIMIT_TORQUE, layout.N_JOINTS)

    @property
    def muscle_torque_nm(self) -> Floats:
        """(6,) torque of the muscles: hip, knee, ankle of the right and left leg."""
        return self._part(layout.MUSCLE_TORQUE, layout.N_JOINTS)

    @property
    def ground_reaction_n(self) -> Floats:
        """(2, 2) ground reaction of the right and left foot: forward, up."""
        return self._part(layout.GROUND_FORCE, 2 * layout.N_LEGS).reshape(2, 2)

    @property
    def gait_state(self) -> NDArray[np.int64]:
        """(2,) index into names.GAIT_STATES for the right and left leg."""
        return self._part(layout.GAIT_STATE, layout.N_LEGS).astype(np.int64)

    @property
    def muscle_metabolic_power_w(self) -> Floats:
        """(18,) metabolic power of each muscle, mean over the last policy period (Wang et al. 2012)."""
        return (self._part(layout.MUSCLE_ENERGY, layout.N_MUSCLES) - self._energy_before) / POLICY_PERIOD_S

    @property
    def metabolic_power_w(self) -> float:
        """Whole-body metabolic power, basal part included, mean over the last policy period."""
        return float(self.muscle_metabolic_power_w.sum()) + self.arrays.basal_power
