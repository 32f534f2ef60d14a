"""How the torque of the device follows what the policy asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exo.report.segments import Segment
from exo.report.trial_signals import TrialSignals, evenly
from exo_analysis.similarity import best_likeness, normalised_cross_correlation

MOST_DELAY_S = 0.2
"""A longer one is no delay any more, but part of a step."""


@dataclass(frozen=True)
class TorqueFollowing:
    """Likeness of torque and command over a walk: normalised cross-correlation."""

    at_zero: float
    best: float
    lag_ms: float
    """By which the torque is later than the state that the command answers, where they are most alike."""


def torque_following(signals: TrialSignals, segment: Segment) -> TorqueFollowing | None:
    """Return how the torque of the right leg follows its command; None without either, or of a short segment."""
    if "torque_right" not in signals or "command_right" not in signals or not segment.intervals_s:
        return None
    (time_s, torque), (command_s, command) = signals["torque_right"], signals["command_right"]
    begin, end = segment.longest.intervals_s[0]
    inside = (time_s >= max(begin, command_s[0])) & (time_s <= min(end, command_s[-1]))
    if inside.sum() < 2:
        return None
    even, torque = evenly(time_s[inside], torque[inside])
    command = np.interp(even, command_s, command)
    period_s = float(even[1] - even[0]) if len(even) > 1 else MOST_DELAY_S
    most = round(MOST_DELAY_S / period_s)
    if len(even) < 4 * most or not (np.any(torque) and np.any(command)):
        return None
    found = best_likeness(command, torque, most)
    return TorqueFollowing(normalised_cross_correlation(command, torque), found.r, 1000.0 * found.lag * period_s)
