"""Collector and PPO learn a small task that a broken learner misses."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from exo_control.joints import POLICY_PERIOD_S  # noqa: E402
from exo_learning import rollout_buffer  # noqa: E402
from exo_learning.advantages import generalised_advantages  # noqa: E402
from exo_learning.agent import Agent  # noqa: E402
from exo_learning.collector import Collector  # noqa: E402
from exo_learning.ppo import Ppo  # noqa: E402
from exo_learning.training_config import TrainingConfig  # noqa: E402
from exo_learning.walking_env import BODY_STATE_SIZE, Step  # noqa: E402

from .configurations import changed  # noqa: E402

DT = 0.2
TICKS = 20


class PointMasses:
    """Two point masses per row, whose velocities are the two actions, are to be brought to 0 and held there.

    The interface is WalkingEnv's; the newest tick of an observation holds positions, velocities and actions.
    """

    def __init__(self, config: TrainingConfig, seed: int) -> None:
        n = config.walkers
        self._ticks = config.episode_ticks
        self._rng = np.random.default_rng(seed)
        self._position = self._rng.uniform(-1.0, 1.0, (n, 2))
        self._age = self._rng.integers(self._ticks, size=n)
        self.observation = np.zeros((n, 10, 6), dtype=np.float32)
        self.observation[:, -1, :2] = self._position
        self.body_state = np.zeros((n, BODY_STATE_SIZE))
        self.walkers = SimpleNamespace(mass_kg=np.ones(n))

    def __len__(self) -> int:
        return len(self._position)

    def step(self, action: np.ndarray) -> Step:
        action = np.clip(action, -1.0, 1.0)
        self._position = self._position + DT * action
        self._age += 1
        reward = -np.sum(self._position**2, axis=1)
        truncated = self._age >= self._ticks
        self.observation = np.roll(self.observation, -1, axis=1)
        self.observation[:, -1] = np.concatenate([self._position, action, action], axis=1)
        final = self.observation.copy()
        self._position[truncated] = self._rng.uniform(-1.0, 1.0, (truncated.sum(), 2))
        self._age[truncated] = 0
        self.observation[truncated] = 0.0
        self.observation[truncated, -1, :2] = self._position[truncated]
        none, never = np.zeros(len(self)), np.zeros(len(self), dtype=bool)
        return Step(reward, never, truncated, never, final, self.body_state, action, none, none)


def last_rewards(config: TrainingConfig, buffers: int = 11, seed: int = 0) -> float:
    """Train, and return the mean reward per tick in the last two buffers, exploration included."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        agent = Agent(config.ppo)
    rng = np.random.default_rng(seed)
    collector = Collector(PointMasses(config, seed), agent, config)  # type: ignore[arg-type]
    ppo = Ppo(agent, config.ppo)
    rewards = []
    for _ in range(buffers):
        samples, figures = collector.collect(rng)
        if config.ppo.normalise_values:
            agent.value_normaliser.update(samples.target)
        ppo.update(samples, rng, config.ppo.learning_rate)
        rewards.append(figures.reward)
    return float(np.mean(rewards[-2:]))


@pytest.fixture
def task(paper: TrainingConfig) -> TrainingConfig:
    return changed(
        paper,
        walkers=32,
        episode_s=TICKS * POLICY_PERIOD_S,
        ppo__buffer_ticks=640,
        ppo__minibatch=64,
        ppo__epochs=4,
        ppo__learning_rate=3e-3,
        ppo__discount=0.9,
        ppo__entropy_coefficient=0.0,
        ppo__initial_action_sd=0.4,
    )


STANDING_STILL = -2.0 / 3.0
"""Mean reward where nothing moves: minus the sum of two variances of a uniform distribution over -1 to 1."""

BOUND = STANDING_STILL / 4.0


@pytest.mark.parametrize("normalise_values", [False, True])
def test_ppo_learns_to_hold_point_masses(task: TrainingConfig, normalise_values: bool) -> None:
    assert last_rewards(changed(task, ppo__normalise_values=normalise_values)) > BOUND


def test_a_learner_with_wrong_advantages_misses_that_bound(
    task: TrainingConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shifted(*arguments: Any) -> Any:
        return np.roll(generalised_advantages(*arguments), 3, axis=0)

    monkeypatch.setattr(rollout_buffer, "generalised_advantages", shifted)
    assert last_rewards(task) < BOUND
