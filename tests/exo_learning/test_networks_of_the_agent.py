"""Sizes of the networks, and the agent's distribution, against numbers computed by hand."""

import math

import pytest

torch = pytest.importorskip("torch")

from exo_learning.agent import Agent  # noqa: E402
from exo_learning.critic import Critic  # noqa: E402
from exo_learning.training_config import TrainingConfig  # noqa: E402
from exo_learning.walking_env import BODY_STATE_SIZE  # noqa: E402

NOTHING = torch.zeros(5, 0)


def size(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_the_critic_is_60_128_64_1() -> None:
    critic = Critic()
    assert size(critic) == (60 * 128 + 128) + (128 * 64 + 64) + (64 * 1 + 1)
    assert critic(torch.randn(5, 10, 6), NOTHING).shape == (5,)


def test_a_privileged_critic_also_sees_the_body(paper: TrainingConfig) -> None:
    agent = Agent(paper.ppo.model_copy(update={"privileged_critic": True}))
    assert agent.body_state_size == BODY_STATE_SIZE == 38
    assert size(agent.critic) - size(Critic()) == 38 * 128
    observation, body = torch.randn(5, 10, 6), torch.randn(5, BODY_STATE_SIZE)
    assert not torch.equal(agent.value(observation, body), agent.value(observation, body + 1.0))


def test_the_agent_is_actor_critic_and_one_sd_per_leg(paper: TrainingConfig) -> None:
    agent = Agent(paper.ppo)
    assert size(agent) == size(agent.actor) + size(agent.critic) + 2
    assert agent.log_sd.exp().tolist() == [1.0, 1.0]


def test_probability_and_entropy_are_those_of_a_normal_distribution(paper: TrainingConfig) -> None:
    agent = Agent(paper.ppo.model_copy(update={"initial_action_sd": 0.5}))
    with torch.no_grad():
        agent.log_sd[1] = math.log(0.25)
    mean, action = torch.randn(7, 2), torch.randn(7, 2)
    normal = torch.distributions.Normal(mean, torch.tensor([0.5, 0.25]))
    torch.testing.assert_close(agent.log_probability(action, mean), normal.log_prob(action).sum(dim=1))
    torch.testing.assert_close(agent.entropy(), normal.entropy()[0].sum())


def test_in_the_paper_nothing_is_normalised(paper: TrainingConfig) -> None:
    agent = Agent(paper.ppo)
    observation = torch.randn(5, 10, 6)
    torch.testing.assert_close(agent.mean_action(observation), agent.actor(observation))
    torch.testing.assert_close(agent.value(observation, NOTHING), agent.critic(observation, NOTHING))
