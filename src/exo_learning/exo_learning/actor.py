"""The actor: the network that turns an observation into hip torques (paper, Fig. 2)."""

import torch
from torch import Tensor, nn

from exo_control.history import FEATURES
from exo_control.joints import JOINT_NAMES

OUTPUT_GAIN = 0.01
"""Scale of the output layer's initial weights: a fresh actor commands next to no torque, and learning does not begin
with unlearning a random policy (Andrychowicz et al. 2021, "What matters in on-policy reinforcement learning?")."""


class Actor(nn.Module):
    """LSTM of one layer, a hidden layer with ReLU, a linear output and tanh (paper, Fig. 2).

    The LSTM reads the observation's ticks, oldest first, from a zero state on every call, so that the actor has no
    state but the history. Its output after the newest tick counts.
    """

    def __init__(self, hidden: int = 128, mlp: int = 64, bfloat16: bool = False) -> None:
        """Create an actor with random weights.

        Args:
            hidden: units of the LSTM.
            mlp: units of the hidden layer.
            bfloat16: let the LSTM multiply in bfloat16 while gradients are taken, where the processor can: three
                quarters of an update is this. What it commands is computed in float32 always.
        """
        super().__init__()
        self._bfloat16 = bfloat16 and torch.ops.mkldnn._is_mkldnn_bf16_supported()
        self.lstm = nn.LSTM(FEATURES, hidden, batch_first=True)
        self.hidden_layer = nn.Linear(hidden, mlp)
        self.output_layer = nn.Linear(mlp, len(JOINT_NAMES))
        with torch.no_grad():
            self.output_layer.weight.mul_(OUTPUT_GAIN)
            self.output_layer.bias.zero_()

    def forward(self, observation: Tensor) -> Tensor:
        """Return the mean actions, shape (batch, 2), -1 to 1, of normalised observations, shape (batch, 10, 6)."""
        reduced = self._bfloat16 and torch.is_grad_enabled()
        with torch.autocast(observation.device.type, torch.bfloat16, enabled=reduced):
            output, _ = self.lstm(observation)
        newest = output[:, -1].to(observation.dtype)
        mean: Tensor = torch.tanh(self.output_layer(torch.relu(self.hidden_layer(newest))))
        return mean
