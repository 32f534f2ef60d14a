"""GAE, loss, gradients and whole updates against stable-baselines3 on the same batch."""

import copy
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("stable_baselines3")

from stable_baselines3.common.buffers import RolloutBuffer as Sb3Buffer  # noqa: E402
from stable_baselines3.common.logger import configure  # noqa: E402
from stable_baselines3.common.vec_env import DummyVecEnv  # noqa: E402

from exo_learning.advantages import generalised_advantages  # noqa: E402
from exo_learning.agent import Agent  # noqa: E402
from exo_learning.ppo import Ppo  # noqa: E402
from exo_learning.rollout_buffer import Samples  # noqa: E402
from exo_learning.sb3_comparison import ACTION_SPACE, OBSERVATION_SPACE, sb3_ppo  # noqa: E402
from exo_learning.training_config import PpoConfig, TrainingConfig  # noqa: E402

TICKS, WALKERS = 32, 4


class Still(DummyVecEnv):
    """Walkers that are only there for their spaces."""

    def __init__(self) -> None:
        self.num_envs, self.render_mode = WALKERS, None
        self.observation_space, self.action_space = OBSERVATION_SPACE, ACTION_SPACE

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        return [None] * WALKERS


def experience(seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        "observation": rng.normal(size=(TICKS, WALKERS, 10, 6)).astype(np.float32),
        "action": rng.normal(0.0, 0.6, (TICKS, WALKERS, 2)).astype(np.float32),
        "reward": rng.normal(0.5, 1.0, (TICKS, WALKERS)),
        "value": rng.normal(1.0, 1.0, (TICKS, WALKERS)),
        "done": rng.random((TICKS, WALKERS)) < 0.1,
        "last_value": rng.normal(size=WALKERS),
    }


def fill(buffer: Sb3Buffer, data: dict[str, np.ndarray], log_probability: np.ndarray) -> None:
    starts = np.ones(WALKERS)
    for t in range(TICKS):
        value, log_p = torch.tensor(data["value"][t]), torch.tensor(log_probability[t])
        buffer.add(data["observation"][t], data["action"][t], data["reward"][t], starts, value, log_p)
        starts = data["done"][t].astype(float)
    buffer.compute_returns_and_advantage(torch.tensor(data["last_value"]), data["done"][-1])


@pytest.mark.parametrize(("discount", "gae_lambda"), [(0.99, 0.95), (0.995, 0.98), (0.9, 1.0), (0.5, 0.0)])
def test_advantages_are_those_of_stable_baselines3(discount: float, gae_lambda: float) -> None:
    data = experience(0)
    buffer = Sb3Buffer(TICKS, OBSERVATION_SPACE, ACTION_SPACE, "cpu", gae_lambda, discount, WALKERS)
    fill(buffer, data, np.zeros((TICKS, WALKERS)))
    names = ("reward", "value", "done", "last_value")
    ours = generalised_advantages(*(data[name] for name in names), discount, gae_lambda)
    np.testing.assert_allclose(ours, buffer.advantages, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(ours + data["value"], buffer.returns, rtol=1e-5, atol=1e-5)


class Both:
    """Our PPO and stable-baselines3's with the same weights and the same buffer, which is one minibatch."""

    def __init__(self, config: PpoConfig, threads: int = 1) -> None:
        torch.manual_seed(3)
        agent = Agent(config)
        with torch.no_grad():
            agent.actor.output_layer.weight.mul_(100.0)  # actions that differ from observation to observation
        self.ppo = Ppo(copy.deepcopy(agent), config, threads)
        self.sb3 = sb3_ppo(Still(), agent, config)
        self.sb3.set_logger(configure(None, []))
        data = experience(1)
        shape = (TICKS * WALKERS, *data["observation"].shape[2:])
        observation = torch.tensor(data["observation"].reshape(shape))
        action = torch.tensor(data["action"].reshape(-1, 2))
        rng = np.random.default_rng(2)
        with torch.no_grad():
            log_p = agent.log_probability(action, agent.mean_action(observation)).numpy()
        log_p = log_p + rng.normal(0.0, 0.15, log_p.shape).astype(np.float32)  # as if the policy had moved on
        fill(self.sb3.rollout_buffer, data, log_p.reshape(TICKS, WALKERS))
        names = ("reward", "value", "done", "last_value")
        advantage = generalised_advantages(*(data[name] for name in names), config.discount, config.gae_lambda)

        def flat(values: np.ndarray) -> torch.Tensor:
            return torch.tensor(values.reshape(-1), dtype=torch.float32)

        self.samples = Samples(
            observation=observation,
            body_state=torch.zeros(len(action), 0),
            action=action,
            log_probability=flat(log_p),
            advantage=flat(advantage),
            value=flat(data["value"]),
            target=flat(advantage + data["value"]),
        )

    def update(self) -> Any:
        self.sb3.train()
        return self.ppo.update(self.samples, np.random.default_rng(0), self.ppo.config.learning_rate)

    def pairs(self) -> list[tuple[Any, Any]]:
        """Return our parameters with theirs."""
        ours, policy = self.ppo.agent, self.sb3.policy
        theirs = policy.mlp_extractor
        modules = [(ours.actor, theirs.actor), (ours.critic, theirs.critic)]
        pairs = [pair for a, b in modules for pair in zip(a.parameters(), b.parameters(), strict=True)]
        return [*pairs, (ours.log_sd, policy.log_std)]


def settings(paper: TrainingConfig, **changes: Any) -> PpoConfig:
    size = {"buffer_ticks": TICKS * WALKERS, "minibatch": TICKS * WALKERS, "initial_action_sd": 0.6}
    return PpoConfig.model_validate(paper.ppo.model_dump() | size | changes)


@pytest.mark.parametrize("threads", [1, 3])
def test_loss_and_gradients_are_those_of_stable_baselines3(paper: TrainingConfig, threads: int) -> None:
    both = Both(settings(paper, epochs=1, max_gradient_norm=1e9, entropy_coefficient=0.3), threads)
    figures = both.update()
    log = both.sb3.logger.name_to_value
    assert figures.policy_loss == pytest.approx(log["train/policy_gradient_loss"], rel=1e-4)
    assert figures.value_loss == pytest.approx(log["train/value_loss"], rel=1e-5)
    assert figures.entropy == pytest.approx(-log["train/entropy_loss"], rel=1e-6)
    assert figures.kl == pytest.approx(log["train/approx_kl"], rel=1e-4)
    assert figures.clipped == pytest.approx(log["train/clip_fraction"])
    assert 0.05 < figures.clipped < 0.95
    for ours, theirs in both.pairs():
        assert ours.grad.abs().max() > 0.0
        torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-3, atol=1e-6)


def test_several_epochs_lead_to_the_same_weights(paper: TrainingConfig) -> None:
    both = Both(settings(paper, epochs=8))
    before = [ours.detach().clone() for ours, _ in both.pairs()]
    both.update()
    for (ours, theirs), start in zip(both.pairs(), before, strict=True):
        moved = (ours - start).abs().max()
        assert moved > 1e-4
        assert (ours - theirs).abs().max() < 0.02 * moved


def test_the_kl_stop_is_that_of_stable_baselines3(paper: TrainingConfig) -> None:
    both = Both(settings(paper, epochs=30, target_kl=0.02, learning_rate=2e-3))
    figures = both.update()
    assert figures.epochs == both.sb3._n_updates
    assert 1 < figures.epochs < 30
