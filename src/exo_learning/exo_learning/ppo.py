"""Proximal policy optimisation (Schulman et al. 2017): the loss, and the update by it."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from exo_learning.agent import Agent
from exo_learning.errors import TrainingError
from exo_learning.rollout_buffer import Samples
from exo_learning.training_config import PpoConfig

ADAM_EPSILON = 1e-5  # as stable-baselines3 has it; Adam's own 1e-8 takes huge steps where gradients are tiny
STOP_KL = 1.5  # times the target


@dataclass(frozen=True)
class Loss:
    """The parts of PPO's loss for one minibatch."""

    policy: Tensor
    value: Tensor
    entropy: Tensor
    total: Tensor
    kl: Tensor  # estimate of KL(pi_old || pi)
    clipped: Tensor  # share of samples whose ratio is out of bounds


def ppo_loss(agent: Agent, batch: Samples, config: PpoConfig) -> Loss:
    """Return L = -E[min(rho A, clip(rho, 1 - epsilon, 1 + epsilon) A)] + c_v E[(V - R)^2] - c_e H.

    rho is the ratio of the action's probability now to that when it was drawn; A is normalised within the batch.
    """
    observation = agent.normaliser(batch.observation)
    advantage = batch.advantage
    advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
    if config.advantage_bound is not None:
        advantage = advantage.clamp(-config.advantage_bound, config.advantage_bound)
    log_ratio = agent.log_probability(batch.action, agent.actor(observation)) - batch.log_probability
    ratio = torch.exp(log_ratio)
    bounded = ratio.clamp(1.0 - config.clip, 1.0 + config.clip)
    policy = -torch.min(ratio * advantage, bounded * advantage).mean()
    target = agent.value_normaliser.normalise(batch.target)
    value = functional.mse_loss(agent.critic(observation, batch.body_state), target)
    entropy = agent.entropy()
    total = policy + config.value_coefficient * value - config.entropy_coefficient * entropy
    with torch.no_grad():
        kl = (ratio - 1.0 - log_ratio).mean()
        clipped = (torch.abs(ratio - 1.0) > config.clip).float().mean()
    return Loss(policy, value, entropy, total, kl, clipped)


@dataclass(frozen=True)
class UpdateFigures:
    """Means over the minibatches of an update."""

    policy_loss: float
    value_loss: float
    entropy: float
    kl: float
    clipped: float
    epochs: int  # begun before the KL stop


class Ppo:
    """Improves an agent by its own experience."""

    def __init__(self, agent: Agent, config: PpoConfig) -> None:
        """Create the optimiser (Adam)."""
        self.agent, self.config = agent, config
        # foreach: one call for all tensors; fused kernels are no faster for so few
        self.optimiser = torch.optim.Adam(
            [*agent.policy_parameters(), *agent.critic.parameters()], lr=config.learning_rate, eps=ADAM_EPSILON
        )

    def update(self, samples: Samples, rng: np.random.Generator, learning_rate: float, policy: bool = True) -> UpdateFigures:
        """Go over the samples for some epochs of minibatches.

        Args:
            samples: one buffer.
            rng: shuffles them.
            learning_rate: of this update.
            policy: False leaves the policy as it is and trains the critic only.

        Raises:
            TrainingError: the loss is not finite.
        """
        config = self.config
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate
        losses: list[Tensor] = []
        epoch = 0
        for epoch in range(1, config.epochs + 1):
            for index in torch.from_numpy(rng.permutation(len(samples))).split(config.minibatch):
                loss = ppo_loss(self.agent, samples.pick(index.to(samples.action.device)), config)
                losses.append(torch.stack([loss.policy, loss.value, loss.entropy, loss.kl, loss.clipped]).detach())
                if not torch.isfinite(loss.total):
                    raise TrainingError(_not_finite(loss))
                if config.target_kl is not None and loss.kl > STOP_KL * config.target_kl:
                    return self._figures(losses, epoch)
                self._descend(loss if policy else None, loss.value)
        return self._figures(losses, epoch)

    def _descend(self, loss: Loss | None, value_loss: Tensor) -> None:
        """Take one step down the gradient; of the value loss alone without a policy loss."""
        config, agent = self.config, self.agent
        self.optimiser.zero_grad()
        total = loss.total if loss is not None else config.value_coefficient * value_loss
        total.backward()
        policy, critic = list(agent.policy_parameters()), list(agent.critic.parameters())
        for group in (policy, critic) if config.clip_gradients_apart else (policy + critic,):
            nn.utils.clip_grad_norm_(group, config.max_gradient_norm)
        self.optimiser.step()

    def _figures(self, losses: list[Tensor], epochs: int) -> UpdateFigures:
        policy, value, entropy, kl, clipped = torch.stack(losses).mean(dim=0).tolist()
        return UpdateFigures(policy, value, entropy, kl, clipped, epochs)


def _not_finite(loss: Loss) -> str:
    parts = ", ".join(f"{name} {float(getattr(loss, name)):g}" for name in ("policy", "value", "entropy"))
    return f"the loss is not finite ({parts}); try a lower ppo.learning_rate or ppo.normalise_values: true"
