"""Running mean and standard deviation of returns, so that the critic learns numbers of the order of one."""

import torch
from torch import Tensor, nn


class ValueNormaliser(nn.Module):
    """Mean and variance of all returns so far, as buffers in float64. The identity until the first update."""

    mean: Tensor
    variance: Tensor
    count: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros((), dtype=torch.float64))
        self.register_buffer("variance", torch.ones((), dtype=torch.float64))
        self.register_buffer("count", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def update(self, returns: Tensor) -> None:
        """Take in returns of any shape (Chan et al. 1983)."""
        values = returns.double()
        total = self.count + values.numel()
        share = values.numel() / total
        delta = values.mean() - self.mean
        self.variance.add_(share * (values.var(correction=0) - self.variance + (1.0 - share) * delta**2))
        self.mean.add_(share * delta)
        self.count.copy_(total)

    def normalise(self, returns: Tensor) -> Tensor:
        """Return what the critic is to predict."""
        return ((returns - self.mean) / self._sd).float()

    def denormalise(self, prediction: Tensor) -> Tensor:
        """Return the returns that a prediction of the critic stands for."""
        return (prediction * self._sd + self.mean).float()

    @property
    def _sd(self) -> Tensor:
        return torch.sqrt(self.variance).clamp(min=1e-3)
