"""The age of the newest command."""

import math

from exo_control.joints import POLICY_PERIOD_S


class CommandWatchdog:
    """Measures how long ago the last command arrived, on whatever clock its owner uses.

    A device node feeds it with every command and gives ``age_s`` to the limiter, which brings the torque to zero
    within the fault age. A drive uses ``expired`` to drop its torque when even the limiter has stopped.
    """

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._arrival_s = -math.inf

    def feed(self, now_s: float) -> None:
        """Note that a command arrived, s."""
        self._arrival_s = now_s

    def age_s(self, now_s: float) -> float:
        """Return the time since the last command, s; infinite before the first and after the clock went back."""
        age_s = now_s - self._arrival_s
        # A command may arrive between reading the clock and asking, so a little below zero is no fault.
        return age_s if age_s >= -POLICY_PERIOD_S else math.inf

    def expired(self, now_s: float) -> bool:
        """Whether the last command is at least the time-out old."""
        return self.age_s(now_s) >= self._timeout_s
