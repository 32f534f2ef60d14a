"""Time on messages, simulated and real."""

import time
from collections.abc import Callable

from builtin_interfaces.msg import Time

from exo_control.joints import POLICY_PERIOD_S

PERIOD_NS = round(POLICY_PERIOD_S * 1e9)

START_NS = 1_000_000_000
"""Stamp of the first state. Not zero, which in ROS means that no time has come yet: a recorder would wait for one."""

_SECOND_NS = 1_000_000_000


class SteadyClock:
    """Time for a device in the real world: that of the system when the clock was made, and steady from then on.

    A system time that is set back or forth while the device runs would make commands and encoder readings look old, or
    as if from the future.
    """

    def __init__(
        self, system_ns: Callable[[], int] = time.time_ns, steady_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        """Read the system time, once."""
        self._steady_ns = steady_ns
        self._ahead_ns = system_ns() - steady_ns()

    def now_ns(self) -> int:
        """Return the time, ns since 1970."""
        return self._steady_ns() + self._ahead_ns


def tick_ns(tick: int) -> int:
    """Return the time of a state in ns; the first state is tick 0."""
    return START_NS + tick * PERIOD_NS


def tick_of(nanoseconds: int) -> int:
    """Return the tick of a state with this time."""
    return (nanoseconds - START_NS) // PERIOD_NS


def set_stamp(stamp: Time, nanoseconds: int) -> None:
    """Write a time into a message's stamp."""
    stamp.sec, stamp.nanosec = divmod(nanoseconds, _SECOND_NS)


def stamp_ns(stamp: Time) -> int:
    """Return a message's stamp in ns."""
    return int(stamp.sec) * _SECOND_NS + int(stamp.nanosec)
