"""Rates of topics."""

import math
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """Statistics of the times between messages."""

    rate_hz: float
    min_s: float
    max_s: float
    std_s: float
    window: int
    """Number of intervals."""


class RateMeter:
    """Times between the last messages of a topic."""

    def __init__(self, window: int) -> None:
        self._intervals: deque[int] = deque(maxlen=window)
        self._last_ns: int | None = None

    def add(self, time_ns: int) -> None:
        """Count a message that arrived at a time."""
        if self._last_ns is not None:
            self._intervals.append(time_ns - self._last_ns)
        self._last_ns = time_ns

    def rate(self) -> Rate | None:
        """Return the statistics; None before the second message."""
        count = len(self._intervals)
        if count == 0:
            return None
        mean = sum(self._intervals) / count
        variance = sum((interval - mean) ** 2 for interval in self._intervals) / count
        return Rate(
            rate_hz=1e9 / mean if mean > 0 else math.inf,
            min_s=min(self._intervals) * 1e-9,
            max_s=max(self._intervals) * 1e-9,
            std_s=math.sqrt(variance) * 1e-9,
            window=count,
        )
