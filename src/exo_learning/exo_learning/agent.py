"""What learns: actor, exploration, critic and their normalisers."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from exo_learning.actor import Actor
from exo_learning.critic import Critic
from exo_learning.normaliser import Normaliser
from exo_learning.training_config import PpoConfig
from exo_learning.value_normaliser import ValueNormaliser
from exo_learning.walking_env import BODY_STATE_SIZE


class Agent(nn.Module):
    """The policy pi(a|o), normal around the actor's mean with one standard deviation per leg, and the value V(o)."""

    def __init__(self, config: PpoConfig) -> None:
        """Create an agent with random weights."""
        super().__init__()
        self.normaliser = Normaliser()
        self.actor = Actor(bfloat16=config.bfloat16)
        self.log_sd = nn.Parameter(torch.full((2,), math.log(config.initial_action_sd)))
        self.body_state_size = BODY_STATE_SIZE if config.privileged_critic else 0
        self.critic = Critic(self.body_state_size)
        self.value_normaliser = ValueNormaliser()

    def mean_action(self, observation: Tensor) -> Tensor:
        """Return the mean action, shape (batch, 2), of raw observations (batch, 10, 6): the deployed policy."""
        mean: Tensor = self.actor(self.normaliser(observation))
        return mean

    def value(self, observation: Tensor, body_state: Tensor) -> Tensor:
        """Return the predicted return, shape (batch,), in the reward's unit; the body's state as for Critic."""
        return self.value_normaliser.denormalise(self.critic(self.normaliser(observation), body_state))

    def log_probability(self, action: Tensor, mean: Tensor) -> Tensor:
        """Return log pi(a|o), shape (batch,), of actions (batch, 2) under means (batch, 2)."""
        deviation = (action - mean) * torch.exp(-self.log_sd)
        return (-0.5 * deviation**2 - self.log_sd - 0.5 * math.log(2.0 * math.pi)).sum(dim=1)

    def entropy(self) -> Tensor:
        """Return the entropy of pi, the same for every observation."""
        return (self.log_sd + 0.5 * math.log(2.0 * math.pi * math.e)).sum()

    def policy_parameters(self) -> Iterator[nn.Parameter]:
        """Iterate over what the policy's loss trains."""
        yield from self.actor.parameters()
        yield self.log_sd
