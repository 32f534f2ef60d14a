"""Running mean and standard deviation of returns, so that the critic learns numbers of the order of one."""

import torch
from torch import Tensor, nn

SHARE = 0.2
"""Weight of the newest buffer. Returns change as the policy does, so old ones must be forgotten: with a mean over all
buffers the spread within one drowns in the drift."""

SMALLEST_SD = 1e-3


class ValueNormaliser(nn.Module):
    """Mean and variance of returns, as buffers in float64. The identity until told otherwise."""

    mean: Tensor
    variance: Tensor
    updates: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros((), dtype=torch.float64))
        self.register_buffer("variance", torch.ones((), dtype=torch.float64))
        self.register_buffer("updates", torch.zeros((), dtype=torch.int64))

    def expect(self, reward: float, discount: float) -> None:
        """Set the mean to the return of a walk that goes on for ever with this mean reward per tick.

        A critic that starts near 0 then starts near there, and the first advantages are not poisoned.
        """
        self.mean.fill_(reward / (1.0 - discount))

    @torch.no_grad()
    def update(self, returns: Tensor) -> None:
        """Take in the returns of a buffer, of any shape."""
        values = returns.double()
        share = SHARE if self.updates > 0 else 1.0
        delta = values.mean() - self.mean
        self.variance.add_(share * (values.var(correction=0) - self.variance + (1.0 - share) * delta**2))
        self.mean.add_(share * delta)
        self.updates.add_(1)

    def normalise(self, returns: Tensor) -> Tensor:
        """Return what the critic is to predict."""
        return ((returns - self.mean) / self._sd).float()

    def denormalise(self, prediction: Tensor) -> Tensor:
        """Return the returns that a prediction of the critic stands for."""
        return (prediction * self._sd + self.mean).float()

    @property
    def _sd(self) -> Tensor:
        return torch.sqrt(self.variance).clamp(min=SMALLEST_SD)
