"""The Gymnasium environment keeps Gymnasium's contract and is the same walk."""

import numpy as np
import pytest

pytest.importorskip("torch")

from gymnasium.utils.env_checker import check_env

from exo_learning.gym_env import HipExoEnv
from exo_learning.training_config import TrainingConfig
from exo_learning.walking_env import WalkingEnv


@pytest.mark.filterwarnings("ignore:.*A Box observation space")
@pytest.mark.filterwarnings("ignore:.*render modes")
@pytest.mark.filterwarnings("error")
def test_it_passes_gymnasiums_checker(tiny: TrainingConfig) -> None:
    check_env(HipExoEnv(tiny))


def test_it_is_the_batch_of_one(tiny: TrainingConfig) -> None:
    one, batch = HipExoEnv(tiny), WalkingEnv(tiny.model_copy(update={"walkers": 1}), seed=6)
    observation, _ = one.reset(seed=6)
    assert np.array_equal(observation, batch.reset()[0])
    rng = np.random.default_rng(0)
    done = False
    while not done:
        action = rng.uniform(-1, 1, 2).astype(np.float32)
        observation, reward, terminated, truncated, info = one.step(action)
        step = batch.step(action[np.newaxis])
        assert np.array_equal(observation, step.final_observation[0])
        assert (reward, terminated, truncated) == (step.reward[0], step.terminated[0], step.truncated[0])
        assert info["distance_m"] == step.distance_m[0]
        done = terminated or truncated
    assert truncated


def test_the_paper_is_the_default() -> None:
    assert HipExoEnv()._env.config.reward.smoothness_weight == 0.1
