"""When the ticks of a real-time loop are due. Without ROS."""

import time
from collections.abc import Callable


class TickSchedule:
    """Absolute due times at a fixed period, so that delays do not add up; counts ticks that came too late.

    A tick that starts a whole period late or more has missed its deadline. The ticks after it are then moved by
    whole periods instead of being hurried through, since a burst would leave the policy no time to answer.
    """

    def __init__(self, period_s: float, clock_ns: Callable[[], int] = time.monotonic_ns) -> None:
        """Start now: the first tick is due in one period."""
        self._period_ns = round(period_s * 1e9)
        self._clock_ns = clock_ns
        self._due_ns = clock_ns() + self._period_ns
        self.missed = 0

    def remaining_s(self) -> float:
        """Return the time until the next tick is due, s; negative when it is late."""
        return (self._due_ns - self._clock_ns()) * 1e-9

    def start_tick(self) -> None:
        """Note that the tick that was due starts now."""
        late = max(self._clock_ns() - self._due_ns, 0) // self._period_ns
        self.missed += late
        self._due_ns += (late + 1) * self._period_ns
