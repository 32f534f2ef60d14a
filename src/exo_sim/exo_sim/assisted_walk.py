"""Walks in which a policy drives the exoskeleton, without ROS: the policy sees what it sees on the device."""

from __future__ import annotations

import numpy as np

from exo_control.joints import POLICY_PERIOD_S
from exo_control.policy import Policy
from exo_safety.limiter import SafetyLimiter
from exo_safety.limits import SafetyLimits
from exo_sim.disturbance import Disturbance
from exo_sim.engine import layout
from exo_sim.engine.model_arrays import Floats, ModelArrays
from exo_sim.gait import Gait
from exo_sim.hip_encoders import HipEncoders, SensorNoise
from exo_sim.human import SimulatedHuman
from exo_sim.human_interface import DEFAULT_PHYSICS_STEP_S, Human
from exo_sim.human_model import HumanModel
from exo_sim.walk import Walk


class AssistedWalker:
    """Walks a gait under a policy, tick by tick as the simulation node does.

    Hip torque is the exoskeleton's plus the disturbance's; only the exoskeleton's is recorded.
    """

    def __init__(
        self,
        model: HumanModel,
        gait: Gait,
        policy: Policy,
        physics_step_s: float = DEFAULT_PHYSICS_STEP_S,
        *,
        limits: SafetyLimits | None = None,
        sensor_noise: SensorNoise | None = None,
        human: Human | None = None,
    ) -> None:
        """Prepare a human and its policy.

        Args:
            model: the human model, scaled to the subject.
            gait: controller and gains.
            policy: what commands the torque.
            physics_step_s: integration step; divides 5 ms.
            limits: of the safety limiter between policy and hips; None leaves the limiter out.
            sensor_noise: on what the policy reads; none by default.
            human: who walks, of another engine; our own with this model and gait by default.
        """
        self._human = human or SimulatedHuman(model, gait, physics_step_s)
        self._policy = policy
        self._limits = limits
        self._noise = sensor_noise or SensorNoise()
        self.safety_fault = ""
        """Why the limiter took the torque away in the last walk, if it did."""

    def disturbed(self, seconds: float, disturbance: Disturbance, seed: int | list[int]) -> Walk:
        """Walk for some seconds, or until the fall, under noise and disturbances drawn from a seed.

        Raises:
            PolicyError: the policy could not give a torque.
        """
        periods = round(seconds / POLICY_PERIOD_S)
        noise_nm, push = disturbance.draw(periods, np.random.default_rng(seed))
        record = np.empty((periods, layout.HISTORY))
        torque = self._walk(noise_nm, push, HipEncoders(self._human, self._noise, seed), record)
        done = len(torque)
        return Walk(self._human.arrays, record[:done], torque, self._human.has_fallen)

    @property
    def arrays(self) -> ModelArrays:
        """The human's."""
        return self._human.arrays

    def final(self, torque_nm: Floats, push_m_s: Floats) -> tuple[Floats, int, bool]:
        """Walk under disturbing torques (n, 2) and pushes (n,), without sensor noise. As ``Walker.final``.

        Raises:
            PolicyError: the policy could not give a torque.
        """
        encoders = HipEncoders(self._human, SensorNoise(), 0)
        done = len(self._walk(torque_nm, push_m_s, encoders, np.empty((0, layout.HISTORY))))
        return self._human.snapshot(), done, self._human.has_fallen

    def _walk(self, noise_nm: Floats, push_m_s: Floats, encoders: HipEncoders, record: Floats) -> Floats:
        """Walk to the end or a fall and return the exoskeleton's torques; a record that has rows gets the states."""
        human, policy = self._human, self._policy
        human.reset()
        policy.reset()
        limiter = None
        if self._limits is not None:
            limiter = SafetyLimiter(self._limits)
            limiter.start()
        self.safety_fault = ""
        periods = len(push_m_s)
        torque = np.zeros((periods, 2))
        done = 0
        while done < periods and not human.has_fallen:
            now_s = human.time_s
            position, velocity = encoders.read()
            torque[done] = policy.torque(position, velocity, now_s)
            if limiter is not None:
                position, velocity = human.hip_position_rad, human.hip_velocity_rad_s
                result = limiter.apply(torque[done], position, velocity, now_s, command_age_s=0.0, feedback_age_s=0.0)
                torque[done], self.safety_fault = result.torque_nm, result.fault_text
            if push_m_s[done] != 0.0:
                human.push(push_m_s[done])
            human.step(torque[done] + noise_nm[done])
            if len(record):
                record[done] = human.snapshot()
            done += 1
        return torque[:done]
