"""Proximal policy optimisation (Schulman et al. 2017): the loss, and the update by it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

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
    """The parts of PPO's loss, each a mean over the samples."""

    policy: Tensor
    value: Tensor
    entropy: Tensor
    total: Tensor
    kl: Tensor  # estimate of KL(pi_old || pi)
    clipped: Tensor  # share of samples whose ratio is out of bounds


def normalised_advantages(advantage: Tensor, bound: float | None) -> Tensor:
    """Return the advantages of a minibatch with mean 0 and sd 1, clipped to +-bound if there is one."""
    normalised = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
    return normalised if bound is None else normalised.clamp(-bound, bound)


def ppo_loss(agent: Agent, batch: Samples, config: PpoConfig) -> Loss:
    """Return L = -E[min(rho A, clip(rho, 1 - epsilon, 1 + epsilon) A)] + c_v E[(V - R)^2] - c_e H.

    rho is the ratio of the action's probability now to that when it was drawn; A comes normalised.
    """
    observation = agent.normaliser(batch.observation)
    log_ratio = agent.log_probability(batch.action, agent.actor(observation)) - batch.log_probability
    ratio = torch.exp(log_ratio)
    bounded = ratio.clamp(1.0 - config.clip, 1.0 + config.clip)
    policy = -torch.min(ratio * batch.advantage, bounded * batch.advantage).mean()
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

    def __init__(self, agent: Agent, config: PpoConfig, threads: int = 1) -> None:
        """Create the optimiser (Adam).

        Args:
            agent: what learns.
            config: hyperparameters.
            threads: on the CPU, each takes a share of every minibatch; torch's own threads gain less on so small an
                LSTM (a tick waits for the one before). The gradient is the same up to rounding.
        """
        self.agent, self.config = agent, config
        self._policy, self._critic = list(agent.policy_parameters()), list(agent.critic.parameters())
        self.optimiser = torch.optim.Adam(
            [*self._policy, *self._critic], lr=config.learning_rate, eps=ADAM_EPSILON, fused=True
        )
        self._shares = threads if agent.log_sd.device.type == "cpu" else 1
        self._pool = ThreadPoolExecutor(self._shares) if self._shares > 1 else None

    def update(
        self, samples: Samples, rng: np.random.Generator, learning_rate: float, policy: bool = True
    ) -> UpdateFigures:
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
        trained = [*self._policy, *self._critic] if policy else self._critic
        figures: list[Tensor] = []
        epoch = 0
        for epoch in range(1, config.epochs + 1):
            for index in torch.from_numpy(rng.permutation(len(samples))).split(config.minibatch):
                batch = samples.pick(index.to(samples.action.device))
                advantage = normalised_advantages(batch.advantage, config.advantage_bound)
                figure, gradient = self._gradient(replace(batch, advantage=advantage), trained, policy)
                figures.append(figure)
                if not torch.isfinite(figure).all():
                    raise TrainingError(_not_finite(figure))
                if config.target_kl is not None and figure[_FIGURES.index("kl")] > STOP_KL * config.target_kl:
                    return self._means(figures, epoch)
                self._descend(trained, gradient)
        return self._means(figures, epoch)

    def _gradient(self, batch: Samples, trained: list[nn.Parameter], policy: bool) -> tuple[Tensor, list[Tensor]]:
        """Return the parts of a minibatch's loss (_FIGURES) and its gradient by the trained parameters."""
        parts = torch.arange(len(batch), device=batch.action.device).chunk(self._shares)

        def share(part: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
            weight = len(part) / len(batch)
            loss = ppo_loss(self.agent, batch.pick(part) if len(parts) > 1 else batch, self.config)
            total = loss.total if policy else self.config.value_coefficient * loss.value
            gradient = torch.autograd.grad(weight * total, trained)
            return weight * torch.stack([getattr(loss, name) for name in _FIGURES]).detach(), gradient

        shares = list(self._pool.map(share, parts) if self._pool else map(share, parts))
        figures = torch.stack([figure for figure, _ in shares]).sum(dim=0)
        gradients = zip(*(gradient for _, gradient in shares), strict=True)
        return figures, [torch.stack(pieces).sum(dim=0) if len(pieces) > 1 else pieces[0] for pieces in gradients]

    def _descend(self, trained: list[nn.Parameter], gradient: list[Tensor]) -> None:
        for parameter in (*self._policy, *self._critic):
            parameter.grad = None  # Adam leaves such a parameter alone
        for parameter, slope in zip(trained, gradient, strict=True):
            parameter.grad = slope
        groups = (self._policy, self._critic) if self.config.clip_gradients_apart else (trained,)
        for group in groups:
            nn.utils.clip_grad_norm_(group, self.config.max_gradient_norm)
        self.optimiser.step()

    def _means(self, figures: list[Tensor], epochs: int) -> UpdateFigures:
        policy, value, entropy, kl, clipped = torch.stack(figures).mean(dim=0).tolist()
        return UpdateFigures(policy, value, entropy, kl, clipped, epochs)


_FIGURES = ("policy", "value", "entropy", "kl", "clipped")
"""Parts of the loss in the order of UpdateFigures."""


def _not_finite(figure: Tensor) -> str:
    parts = ", ".join(f"{name} {value:g}" for name, value in zip(_FIGURES, figure.tolist(), strict=True))
    return f"the loss is not finite ({parts}); try a lower ppo.learning_rate or ppo.normalise_values: true"
