"""A feedback law: torques from a weighted sum of what the observation window holds.

The smallest policy that sees what a trained network sees. Found by direct search, it tells how much of the
achievable saving the network has learned.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from exo_control.config_files import ConfigModel, load_config
from exo_control.history import FEATURES, HISTORY_LENGTH
from exo_control.joints import JOINT_NAMES, POLICY_PERIOD_S, TORQUE_CEILING_NM

LONGEST_DELAY_S = (HISTORY_LENGTH - 1) * POLICY_PERIOD_S
_MIRRORED = [1, 0, 3, 2, 5, 4]  # the features of a tick with right and left exchanged


def _whole_ticks(delay_s: float) -> float:
    ticks = delay_s / POLICY_PERIOD_S
    if abs(ticks - round(ticks)) > 1e-6:
        raise ValueError(f"is not a multiple of the policy period of {POLICY_PERIOD_S:g} s")
    return delay_s


Delay = Annotated[
    float, Field(ge=0.0, le=LONGEST_DELAY_S, description="age of a tick of the window, s"), AfterValidator(_whole_ticks)
]


class LawTerm(ConfigModel):
    """Weights of one tick of the window, for the hip that the torque is for ("own") and for the other hip."""

    delay_s: Delay
    own_angle: float = Field(description="per rad")
    other_angle: float = Field(description="per rad")
    own_velocity: float = Field(description="per rad/s")
    other_velocity: float = Field(description="per rad/s")
    own_action: float = Field(description="per previous action")
    other_action: float = Field(description="per previous action")

    def weights(self) -> list[float]:
        """Return the weights in the order of a tick of the history, own hip first."""
        own_first = (self.own_angle, self.other_angle, self.own_velocity, self.other_velocity)
        return [*own_first, self.own_action, self.other_action]


class LawFile(ConfigModel):
    """What stands in the file of a law; provenance says how it was made."""

    torque_limit_nm: float = Field(gt=0.0, le=TORQUE_CEILING_NM, description="torque of action 1, Nm")
    bias: float = Field(description="what is added to the weighted sum")
    terms: list[LawTerm] = Field(min_length=1)
    provenance: dict[str, Any]


class FeedbackLaw:
    """action = tanh(bias + sum of weights x window), with the left hip's weights the mirror image of the right's."""

    def __init__(self, file: LawFile) -> None:
        """Create the law that a file describes."""
        self.file = file
        window = np.zeros((HISTORY_LENGTH, FEATURES, len(JOINT_NAMES)))
        for term in file.terms:
            row = HISTORY_LENGTH - 1 - round(term.delay_s / POLICY_PERIOD_S)
            window[row, :, 0] += term.weights()
        window[:, :, 1] = window[:, _MIRRORED, 0]
        self._weights = window.reshape(-1, len(JOINT_NAMES))

    def action(self, observation: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Return the actions (..., 2), right and left, -1 to 1, for observations (..., 10, 6) of a HistoryBuffer."""
        flat = observation.reshape(*observation.shape[:-2], -1)
        return np.tanh(flat @ self._weights + self.file.bias)

    def save(self, path: Path) -> None:
        """Write the file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(self.file.model_dump(), sort_keys=False, width=120))


def load_law(path: Path | str) -> FeedbackLaw:
    """Read a law.

    Raises:
        ConfigError: the file is missing or malformed; the message names key, value and allowed range.
    """
    return FeedbackLaw(load_config(path, LawFile))
