"""The age of the newest message of a kind."""

import math

from exo_control.joints import POLICY_PERIOD_S


class Watchdog:
    """Measures how long ago the last message arrived, on whatever clock its owner uses."""

    def __init__(self, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self._arrival_s = -math.inf

    def feed(self, now_s: float) -> None:
        """Note that a message arrived, s."""
        self._arrival_s = now_s

    def age_s(self, now_s: float) -> float:
        """Return the time since the last message, s; infinite before the first and after the clock went back."""
        age_s = now_s - self._arrival_s
        # A message may arrive between reading the clock and asking, so a little below zero is no fault.
        return age_s if age_s >= -POLICY_PERIOD_S else math.inf

    def expired(self, now_s: float) -> bool:
        """Whether the last message is at least the time-out old."""
        return self.age_s(now_s) >= self.timeout_s
