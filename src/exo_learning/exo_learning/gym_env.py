"""One walker as a Gymnasium environment, for everyone else's algorithms."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from exo_control.history import FEATURES, HISTORY_LENGTH
from exo_control.joints import JOINT_NAMES
from exo_learning.training_config import TrainingConfig, load_training_config
from exo_learning.walking_env import WalkingEnv

Observation = NDArray[np.float32]


class HipExoEnv(gymnasium.Env[Observation, NDArray[np.float32]]):
    """A human that walks with the exoskeleton; see WalkingEnv, of which this is the batch of one.

    Observation: the last ten ticks, shape (10, 6), oldest first. Action: command over the torque limit, shape (2,),
    right before left, -1 to 1. A step is a policy period of 10 ms. ``info`` holds the metabolic energy (J) and the
    distance (m) of the step, and the torque that acted (Nm).
    """

    metadata = {"render_modes": []}  # noqa: RUF012 (Gymnasium's own declaration)

    def __init__(self, config: TrainingConfig | str = "paper", seed: int = 0) -> None:
        """Create the environment.

        Args:
            config: training configuration, or its name; its number of walkers does not count.
            seed: until ``reset`` is given another.
        """
        if isinstance(config, str):
            config = load_training_config(config)
        self._env = WalkingEnv(config.model_copy(update={"walkers": 1}), seed)
        self.observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (HISTORY_LENGTH, FEATURES), np.float32)
        self.action_space = gymnasium.spaces.Box(-1.0, 1.0, (len(JOINT_NAMES),), np.float32)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin a new walk; a seed makes it and all that follow repeatable."""
        super().reset(seed=seed)
        if seed is not None:
            self._env.seed(seed)
        return self._env.reset()[0], {}

    def step(self, action: NDArray[np.float32]) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Walk one policy period."""
        step = self._env.step(np.asarray(action)[np.newaxis])
        info = {
            "metabolic_energy_j": float(step.metabolic_energy_j[0]),
            "distance_m": float(step.distance_m[0]),
            "torque_nm": step.torque_nm[0],
        }
        done = bool(step.terminated[0]), bool(step.truncated[0])
        return step.final_observation[0], float(step.reward[0]), *done, info
