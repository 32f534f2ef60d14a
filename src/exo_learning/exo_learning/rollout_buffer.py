"""The memory buffer: what the walkers have lived through since the last update."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from exo_learning.advantages import generalised_advantages


@dataclass(frozen=True)
class Samples:
    """Ticks as PPO uses them, in any order; all tensors have the length of the batch."""

    observation: Tensor  # (batch, 10, 6) as the policy saw it
    body_state: Tensor  # (batch, size) for the critic; size 0 unless it is privileged
    action: Tensor  # (batch, 2) drawn, before clipping
    log_probability: Tensor  # (batch,) when drawn
    advantage: Tensor  # (batch,)
    value: Tensor  # (batch,) predicted when drawn
    target: Tensor  # (batch,) returns, which the critic is to predict

    def __len__(self) -> int:
        return len(self.action)

    def pick(self, index: Tensor) -> "Samples":
        """Return the samples at an index."""
        return Samples(*(getattr(self, name)[index] for name in self.__dataclass_fields__))


class RolloutBuffer:
    """Rows of T ticks by n walkers."""

    def __init__(self, ticks: int, walkers: int, observation_shape: tuple[int, ...], body_state_size: int) -> None:
        """Allocate a buffer."""
        shape = (ticks, walkers)
        self.observation: NDArray[np.float32] = np.zeros((*shape, *observation_shape), dtype=np.float32)
        self.body_state: NDArray[np.float32] = np.zeros((*shape, body_state_size), dtype=np.float32)
        self.action: NDArray[np.float32] = np.zeros((*shape, 2), dtype=np.float32)
        self.log_probability: NDArray[np.float32] = np.zeros(shape, dtype=np.float32)
        self.value: NDArray[np.float64] = np.zeros(shape)
        self.reward: NDArray[np.float64] = np.zeros(shape)
        self.done: NDArray[np.bool_] = np.zeros(shape, dtype=bool)

    def samples(
        self, last_value: NDArray[np.float64], discount: float, gae_lambda: float, device: torch.device
    ) -> Samples:
        """Return all ticks with their advantages, T n in a row; ``last_value`` as for generalised_advantages."""
        advantage = generalised_advantages(self.reward, self.value, self.done, last_value, discount, gae_lambda)

        def tensor(values: NDArray[np.generic]) -> Tensor:
            flat = values.reshape(values.shape[0] * values.shape[1], *values.shape[2:])
            return torch.tensor(flat, dtype=torch.float32, device=device)

        return Samples(
            observation=tensor(self.observation),
            body_state=tensor(self.body_state),
            action=tensor(self.action),
            log_probability=tensor(self.log_probability),
            advantage=tensor(advantage),
            value=tensor(self.value),
            target=tensor(advantage + self.value),
        )
