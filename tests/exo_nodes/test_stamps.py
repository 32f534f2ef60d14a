"""Time on messages: that of the system at the start, and from then on nothing that anybody sets."""

import pytest
from builtin_interfaces.msg import Time

from exo_nodes.stamps import SteadyClock, set_stamp, stamp_ns

HOUR_NS = 3_600_000_000_000
SYSTEM_NS = 1_800_000_000_123_456_789
STEADY_NS = 5_000_000_000


class Computer:
    """A system time that can be set and a steady time that cannot."""

    def __init__(self) -> None:
        self.system_ns, self.steady_ns = SYSTEM_NS, STEADY_NS

    def pass_time(self, duration_ns: int) -> None:
        self.system_ns += duration_ns
        self.steady_ns += duration_ns

    def clock(self) -> SteadyClock:
        return SteadyClock(lambda: self.system_ns, lambda: self.steady_ns)


def test_the_clock_begins_with_the_time_of_the_system_and_goes_on_with_it() -> None:
    computer = Computer()
    clock = computer.clock()
    assert clock.now_ns() == SYSTEM_NS
    computer.pass_time(10_000_000)
    assert clock.now_ns() == computer.system_ns


@pytest.mark.parametrize("jump_ns", [HOUR_NS, -HOUR_NS])
def test_setting_the_system_time_changes_no_age(jump_ns: int) -> None:
    computer = Computer()
    clock = computer.clock()
    stamp = Time()
    set_stamp(stamp, clock.now_ns())
    computer.system_ns += jump_ns
    assert clock.now_ns() - stamp_ns(stamp) == 0
    computer.pass_time(30_000_000)
    assert clock.now_ns() - stamp_ns(stamp) == 30_000_000


@pytest.mark.parametrize("jump_ns", [HOUR_NS, -HOUR_NS])
def test_a_clock_made_after_the_jump_begins_with_the_time_that_was_set(jump_ns: int) -> None:
    computer = Computer()
    computer.system_ns += jump_ns
    assert computer.clock().now_ns() == SYSTEM_NS + jump_ns
