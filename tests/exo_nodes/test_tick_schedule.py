"""Due times of the real-time loop."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exo_nodes.tick_schedule import TickSchedule

MS = 1_000_000


class FakeClock:
    def __init__(self) -> None:
        self.now_ns = 123 * MS

    def __call__(self) -> int:
        return self.now_ns


def test_small_delays_do_not_add_up() -> None:
    clock = FakeClock()
    schedule = TickSchedule(0.010, clock)
    for _ in range(100):
        clock.now_ns += round(schedule.remaining_s() * 1e9) + 3 * MS  # each tick starts 3 ms late
        schedule.start_tick()
    assert schedule.missed == 0
    assert clock.now_ns == (123 + 100 * 10 + 3) * MS


@pytest.mark.parametrize(("late_ms", "missed"), [(9.9, 0), (10, 1), (19.9, 1), (35, 3)])
def test_a_tick_that_is_a_period_late_has_missed_its_deadline(late_ms: float, missed: int) -> None:
    clock = FakeClock()
    schedule = TickSchedule(0.010, clock)
    clock.now_ns += round((10 + late_ms) * MS)
    schedule.start_tick()
    assert schedule.missed == missed


@given(st.lists(st.integers(0, 200 * MS), max_size=50))
def test_missed_ticks_are_not_hurried_through(delays_ns: list[int]) -> None:
    clock = FakeClock()
    begin = clock.now_ns
    schedule = TickSchedule(0.010, clock)
    for done, delay_ns in enumerate(delays_ns, start=1):
        clock.now_ns += max(round(schedule.remaining_s() * 1e9), 0) + delay_ns
        schedule.start_tick()
        assert 0.0 < schedule.remaining_s() <= 0.010
        # The next due time stays on the grid, moved by the ticks that were missed.
        due_ns = clock.now_ns + round(schedule.remaining_s() * 1e9)
        assert due_ns == begin + (done + 1 + schedule.missed) * 10 * MS
