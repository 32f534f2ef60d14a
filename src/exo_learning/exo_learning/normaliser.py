"""Normalisation of observations by running mean and variance."""

import torch
from torch import Tensor, nn

from exo_control.history import FEATURES

CLIP = 10.0
"""Bound of a normalised feature, in standard deviations."""

SMALLEST_SD = 0.01
"""Least divisor: a feature that has hardly moved yet is not blown up (0.01 rad, 0.01 rad/s, 1 % of the torque)."""


class Normaliser(nn.Module):
    """Mean and variance of each feature over all ticks seen so far.

    Buffers of the module, so that they are part of ``state_dict`` and of the exported network. The identity until the
    first update, but for the clipping.
    """

    mean: Tensor
    variance: Tensor
    count: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(FEATURES))
        self.register_buffer("variance", torch.ones(FEATURES))
        self.register_buffer("count", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def update(self, batch: Tensor) -> None:
        """Take in ticks, shape (..., 6); several updates give what one with all ticks would (Chan et al. 1983)."""
        ticks = batch.reshape(-1, FEATURES)
        if len(ticks) == 0:
            return
        total = self.count + len(ticks)
        share = (len(ticks) / total).to(self.mean.dtype)
        delta = ticks.mean(dim=0) - self.mean
        variance = ticks.var(dim=0, correction=0)
        # In this form the first update, whose share is 1, drops the initial values.
        self.variance.add_(share * (variance - self.variance + (1.0 - share) * delta**2))
        self.mean.add_(share * delta)
        self.count.copy_(total)

    @property
    def sd(self) -> Tensor:
        """What each feature is divided by, shape (6,)."""
        return torch.sqrt(self.variance).clamp(min=SMALLEST_SD)

    def forward(self, observation: Tensor) -> Tensor:
        """Return the observation, shape (..., 6), with mean 0 and variance 1 per feature, clipped."""
        return ((observation - self.mean) / self.sd).clamp(-CLIP, CLIP)
