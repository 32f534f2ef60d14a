"""The numbers of a trained actor and its normaliser as arrays: what every export writes."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray

from exo_control.errors import PolicyError
from exo_learning.actor import Actor
from exo_learning.normaliser import Normaliser

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class ActorWeights:
    """All weights, float32. The LSTM's rows are in torch's order of gates: input, forget, cell, output."""

    mean: Floats  # (6,), of the normaliser
    sd: Floats  # (6,)
    input_weights: Floats  # (4 hidden, 6)
    recurrent_weights: Floats  # (4 hidden, hidden)
    input_bias: Floats  # (4 hidden,)
    recurrent_bias: Floats  # (4 hidden,), added to the other
    hidden_weights: Floats  # (mlp, hidden)
    hidden_bias: Floats  # (mlp,)
    output_weights: Floats  # (2, mlp)
    output_bias: Floats  # (2,)

    @classmethod
    def of(cls, actor: Actor, normaliser: Normaliser) -> ActorWeights:
        """Return the weights of trained networks.

        Raises:
            PolicyError: one is not finite.
        """
        lstm = dict(actor.lstm.named_parameters())
        weights = cls(
            mean=_array(normaliser.mean),
            sd=_array(normaliser.sd),
            input_weights=_array(lstm["weight_ih_l0"]),
            recurrent_weights=_array(lstm["weight_hh_l0"]),
            input_bias=_array(lstm["bias_ih_l0"]),
            recurrent_bias=_array(lstm["bias_hh_l0"]),
            hidden_weights=_array(actor.hidden_layer.weight),
            hidden_bias=_array(actor.hidden_layer.bias),
            output_weights=_array(actor.output_layer.weight),
            output_bias=_array(actor.output_layer.bias),
        )
        for field in fields(weights):
            if not np.isfinite(getattr(weights, field.name)).all():
                raise PolicyError(f"the actor cannot be exported: {field.name} has numbers that are not finite")
        return weights

    @property
    def hidden(self) -> int:
        """Units of the LSTM."""
        return self.recurrent_weights.shape[1]

    @property
    def mlp(self) -> int:
        """Units of the hidden layer."""
        return len(self.hidden_bias)


def _array(tensor: torch.Tensor) -> Floats:
    array: Floats = tensor.detach().cpu().numpy().astype(np.float32)
    return array
