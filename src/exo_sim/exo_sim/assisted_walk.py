"""Walks in which a policy drives the exoskeleton, without ROS: the policy sees what it sees on the device."""

from __future__ import annotations

import numpy as np

from exo_control.joints import POLICY_PERIOD_S
from exo_control.policy import Policy
from exo_sim.disturbance import Disturbance
from exo_sim.engine import layout
from exo_sim.gait import Gait
from exo_sim.human import DEFAULT_PHYSICS_STEP_S, SimulatedHuman
from exo_sim.human_model import HumanModel
from exo_sim.walk import Walk


class AssistedWalker:
    """Walks a gait under a policy. Hip torque is the policy's plus the disturbance's; only the policy's is recorded."""

    def __init__(
        self, model: HumanModel, gait: Gait, policy: Policy, physics_step_s: float = DEFAULT_PHYSICS_STEP_S
    ) -> None:
        """Prepare a human and its policy."""
        self._human = SimulatedHuman(model, gait, physics_step_s)
        self._policy = policy

    def disturbed(self, seconds: float, disturbance: Disturbance, seed: int | list[int]) -> Walk:
        """Walk for some seconds, or until the fall, under random disturbances drawn from a seed."""
        human, policy = self._human, self._policy
        human.reset()
        policy.reset()
        periods = round(seconds / POLICY_PERIOD_S)
        noise, push = disturbance.draw(periods, np.random.default_rng(seed))
        record = np.empty((periods, layout.HISTORY))
        torque = np.zeros((periods, 2))
        done = 0
        while done < periods and not human.has_fallen:
            torque[done] = policy.torque(human.hip_position_rad, human.hip_velocity_rad_s, human.time_s)
            if push[done] != 0.0:
                human.push(push[done])
            human.step(torque[done] + noise[done])
            record[done] = human.snapshot()
            done += 1
        return Walk(human.arrays, record[:done], torque[:done], human.has_fallen)
