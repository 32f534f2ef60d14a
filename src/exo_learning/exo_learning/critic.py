"""The critic: the network that predicts the return of an observation (paper, Fig. 2)."""

import torch
from torch import Tensor, nn

from exo_control.history import FEATURES, HISTORY_LENGTH


class Critic(nn.Module):
    """Multilayer perceptron 60 -> 128 -> 64 -> 1 with ReLU; more inputs where it may see the whole body."""

    def __init__(self, body_state_size: int = 0) -> None:
        """Create a critic with random weights; ``body_state_size`` numbers of the body come after the 60."""
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(HISTORY_LENGTH * FEATURES + body_state_size, 128),
            nn.ReLU(),
            nn.Linear(128, 64),
            nn.ReLU(),
            nn.Linear(64, 1),
        )

    def forward(self, observation: Tensor, body_state: Tensor) -> Tensor:
        """Return values, shape (batch,), of normalised observations (batch, 10, 6) and body states (batch, size)."""
        values: Tensor = self.layers(torch.cat([observation.flatten(start_dim=1), body_state], dim=1)).squeeze(1)
        return values
