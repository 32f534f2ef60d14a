"""The software emergency stop: whatever is not a fresh heartbeat that says otherwise counts as pressed."""

from hypothesis import given
from hypothesis import strategies as st

from exo_safety.emergency_stop import EmergencyStop


def test_it_is_pressed_until_the_first_heartbeat() -> None:
    stop = EmergencyStop(0.2)
    assert stop.problem(5.0) == "no heartbeat of the emergency stop for inf s, limit 0.2 s"
    stop.beat(True, 5.0)
    assert stop.problem(5.0) is None


def test_pressing_it_counts_at_once_and_releasing_it_after_the_time_out() -> None:
    stop = EmergencyStop(0.2)
    stop.beat(True, 5.0)
    stop.beat(False, 5.05)
    assert stop.problem(5.05) == "the emergency stop is pressed"
    stop.beat(True, 5.1)
    assert stop.problem(5.1) == "the emergency stop is pressed"
    stop.beat(True, 5.25)
    assert stop.problem(5.25) is None


def test_one_that_is_pressed_wins_over_another_that_beats_at_the_same_time() -> None:
    stop = EmergencyStop(0.2)
    for tick in range(40):
        now_s = 5.0 + 0.05 * tick
        stop.beat(False, now_s)
        stop.beat(True, now_s + 0.001)
        assert stop.problem(now_s + 0.002) == "the emergency stop is pressed"
        assert stop.problem(now_s + 0.049) == "the emergency stop is pressed"


@given(last=st.floats(0.0, 1e6), silence=st.floats(0.0, 10.0))
def test_silence_counts_as_pressed_from_the_time_out_on(last: float, silence: float) -> None:
    stop = EmergencyStop(0.2)
    stop.beat(True, last)
    now = last + silence
    assert (stop.problem(now) is not None) == (now - last >= 0.2)


def test_a_clock_that_went_back_counts_as_pressed() -> None:
    stop = EmergencyStop(0.2)
    stop.beat(True, 5.0)
    assert "no heartbeat" in str(stop.problem(4.0))


def test_expecting_the_next_heartbeat_does_not_release_it() -> None:
    stop = EmergencyStop(0.2)
    stop.expect(5.0)
    assert stop.problem(5.1) == "the emergency stop is pressed"
    stop.beat(True, 5.0)
    stop.expect(6.0)
    assert stop.problem(6.1) is None
    assert stop.problem(6.25) == "no heartbeat of the emergency stop for 0.250 s, limit 0.2 s"
