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
from exo_sim.human_interface import DEFAULT_PHYSICS_STEP_S, FALL_HEIGHT, Human
from exo_sim.human_model import HumanModel
from exo_sim.names import COORDINATES


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
    state[layout.POSITION + 1] = standing_height(arrays, state)
    start(arrays, reflexes, state)
    return state


def standing_height(m: ModelArrays, state: Floats) -> float:
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


class SimulatedHuman(Human):
    """The reflex-driven human of our own engine."""

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
        self._reflexes = self._own_reflexes = gait.reflex_arrays()
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
        self._reflexes = self._own_reflexes
        self._energy_before: Floats = np.zeros(layout.N_MUSCLES)

    def step(self, hip_torque_nm: NDArray[np.float64]) -> None:
        """Advance by one policy period of 10 ms.

        Args:
            hip_torque_nm: (2,) torque of the exoskeleton at the right and left hip, Nm, flexion positive.
        """
        self.begin_period()
        self.advance(hip_torque_nm, self._steps)

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
        self._reflexes = leaning(self._own_reflexes, angle_rad)

    @property
    def has_fallen(self) -> bool:
        """Whether the centre of mass is below 0.85 of its initial height."""
        return not self._com_height(self.arrays, self._state) > self._fall_height
