"""A simulated human that walks under a reflex controller, one policy period at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from exo_control.errors import ConfigError
from exo_control.joints import POLICY_PERIOD_S
from exo_sim.engine import layout
from exo_sim.engine.advance import advance, start
from exo_sim.engine.compiled import specialised
from exo_sim.engine.model_arrays import Floats, ModelArrays, model_arrays
from exo_sim.engine.reflexes import ReflexArrays
from exo_sim.engine.rollout import com_height
from exo_sim.gait import Gait, leaning
from exo_sim.human_model import HumanModel
from exo_sim.names import COORDINATES

DEFAULT_PHYSICS_STEP_S = 0.001
FALL_HEIGHT = 0.85
"""A walk has failed when the centre of mass is below this part of its initial height (SCONE's termination_height)."""


def steps_per_control(physics_step_s: float) -> int:
    """Return the physics steps per control period.

    Raises:
        ConfigError: the physics step does not divide the control period.
    """
    steps = round(layout.CONTROL_PERIOD_S / physics_step_s) if physics_step_s > 0 else 0
    if steps < 1 or abs(steps * physics_step_s - layout.CONTROL_PERIOD_S) > 1e-12:
        raise ConfigError(
            f"physics_step_s = {physics_step_s:g} does not divide the control period of {layout.CONTROL_PERIOD_S:g} s; "
            "use 0.001, 0.0005 or another divisor"
        )
    return steps


def initial_state(model: HumanModel, arrays: ModelArrays, reflexes: ReflexArrays, gait: Gait) -> Floats:
    """Return the state vector at the start of a walk: the model's pose plus the gait's offsets, at body weight."""
    state = np.zeros(layout.STATE_SIZE)
    pose = model.initial_pose
    angle = {name: pose.position_rad[name] + gait.offsets.get(name, 0.0) for name in COORDINATES}
    rate = pose.velocity_rad_s
    for values, base in ((angle, layout.POSITION + 2), (rate, layout.VELOCITY + 2)):
        state[base] = values["pelvis_tilt"]
        for leg, side in enumerate(("r", "l")):
            total = values["pelvis_tilt"]
            for j, joint in enumerate(("hip", "knee", "ankle")):
                total += values[f"{joint}_{side}"]
                state[base + 1 + 3 * leg + j] = total
    state[layout.VELOCITY] = pose.forward_velocity_m_s + gait.offsets.get("forward_velocity", 0.0)
    state[layout.VELOCITY + 1] = pose.vertical_velocity_m_s
    state[layout.POSITION + 1] = _standing_height(arrays, state)
    start(arrays, reflexes, state)
    return state


def _standing_height(m: ModelArrays, state: Floats) -> float:
    """Return the hip height at which the contact springs carry one body weight (bisection)."""
    theta = state[layout.POSITION + 2 : layout.POSITION + 9]

    def turned(vector: Floats, angle: float) -> float:
        return float(np.sin(angle) * vector[0] + np.cos(angle) * vector[1])

    heights = []
    for leg in range(2):
        t, s, f = theta[1 + 3 * leg : 4 + 3 * leg]
        ankle = turned(m.length[1], t) + turned(m.length[2], s)
        heights += [ankle + turned(sphere, f) for sphere in m.sphere]
    low, high = -min(heights) - m.radius, -min(heights) + m.radius
    for _ in range(60):
        hip = 0.5 * (low + high)
        depth = np.maximum(m.radius - (hip + np.array(heights)), 0.0)
        if np.sum(m.contact_stiffness * depth**1.5) > m.total_mass * m.gravity:
            low = hip
        else:
            high = hip
    return 0.5 * (low + high)


class SimulatedHuman:
    """The reflex-driven human of our own engine.

    All arrays are copies; joint order is exo_sim.names, legs and hips are right, left. Flexion and dorsiflexion
    positive, SI units.
    """

    def __init__(self, model: HumanModel, gait: Gait, physics_step_s: float = DEFAULT_PHYSICS_STEP_S) -> None:
        """Place a human at the start of its gait.

        Args:
            model: the human model, scaled to the subject.
            gait: controller and gains.
            physics_step_s: integration step; divides 5 ms.

        Raises:
            ConfigError: the step does not divide the control period, or gait and controller do not match.
        """
        self.model, self.gait = model, gait
        self.arrays = model_arrays(model)
        self._reflexes = self._upright = gait.reflex_arrays()
        self.physics_step_s = physics_step_s
        self._steps_per_control = steps_per_control(physics_step_s)
        self._steps = self._steps_per_control * round(POLICY_PERIOD_S / layout.CONTROL_PERIOD_S)
        self._start = initial_state(model, self.arrays, self._reflexes, gait)
        timing = (physics_step_s, self._steps, self._steps_per_control)
        self._advance = specialised(advance, self.arrays, self._reflexes, self._start, np.zeros(2), *timing)
        self._com_height = specialised(com_height, self.arrays, self._start)
        self._fall_height = FALL_HEIGHT * self._com_height(self.arrays, self._start)
        self.reset()

    def reset(self) -> None:
        """Go back to the start of the walk."""
        self._state = self._start.copy()
        self._reflexes = self._upright
        self._energy_before: Floats = np.zeros(layout.N_MUSCLES)

    def step(self, hip_torque_nm: NDArray[np.float64]) -> None:
        """Advance by one policy period of 10 ms.

        Args:
            hip_torque_nm: (2,) torque of the exoskeleton at the right and left hip, Nm, flexion positive.
        """
        self.begin_period()
        self.advance(hip_torque_nm, self._steps)

    def begin_period(self) -> None:
        """Let the mean metabolic power count from now on; ``step`` does so itself."""
        self._energy_before = self._part(layout.MUSCLE_ENERGY, layout.N_MUSCLES)

    def advance(self, hip_torque_nm: NDArray[np.float64], physics_steps: int) -> None:
        """Advance by some physics steps, for torques that change within a policy period; see ``step``."""
        torque = np.ascontiguousarray(hip_torque_nm, dtype=np.float64)
        self._advance(
            self.arrays,
            self._reflexes,
            self._state,
            torque,
            self.physics_step_s,
            physics_steps,
            self._steps_per_control,
        )

    def push(self, velocity_change_m_s: float) -> None:
        """Change the forward velocity of the whole body at once."""
        self._state[layout.VELOCITY] += velocity_change_m_s

    def lean(self, angle_rad: float) -> None:
        """Let the reflexes hold the trunk at another angle than the gait's: forward is negative, and walks faster."""
        self._reflexes = leaning(self._upright, angle_rad)

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
        return not self._com_height(self.arrays, self._state) > self._fall_height

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
