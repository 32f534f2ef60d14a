"""The clock of the phases: pauses, aborts, and times that are not as they should be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exo_trial.phase_clock import SECOND_NS, PhaseClock, TrialError, TrialState

TICK_NS = 10_000_000


def run(clock: PhaseClock, begin_ns: int, ticks: int) -> list[int]:
    """Tick every 10 ms; return the times at which something changed."""
    times = range(begin_ns, begin_ns + ticks * TICK_NS, TICK_NS)
    return [time_ns for time_ns in times if clock.tick(time_ns)]


def test_phases_follow_each_other_and_the_last_one_finishes() -> None:
    clock = PhaseClock([0.05, 0.1, 0.02])
    assert run(clock, SECOND_NS, 18) == [SECOND_NS + ticks * TICK_NS for ticks in (5, 15, 17)]
    assert clock.state is TrialState.FINISHED and clock.is_over and clock.index == 2


def test_before_the_first_state_no_time_has_gone_by() -> None:
    clock = PhaseClock([1.0])
    assert not clock.tick(1_700_000_000 * SECOND_NS)
    assert clock.elapsed_s == 0.0 and clock.state is TrialState.RUNNING


def test_a_pause_stops_the_time_of_the_phase_only() -> None:
    clock = PhaseClock([0.1, 0.1])
    run(clock, 0, 6)
    clock.pause()
    assert run(clock, 6 * TICK_NS, 1000) == [] and clock.index == 0
    assert clock.elapsed_s == pytest.approx(0.05)
    clock.resume()
    # Five ticks were left; the pause lasted to tick 1005.
    assert run(clock, 1006 * TICK_NS, 6) == [1010 * TICK_NS]


def test_a_pause_in_which_no_state_came_does_not_count_either() -> None:
    """A device that restarts publishes nothing for a while; the first state after the resumption closes the pause."""
    clock = PhaseClock([1.0])
    clock.tick(0)
    clock.pause()
    clock.tick(500 * TICK_NS)
    clock.resume()
    clock.tick(501 * TICK_NS)
    assert clock.elapsed_s == pytest.approx(0.01)


def test_an_aborted_trial_stays_where_it_is() -> None:
    clock = PhaseClock([0.1, 0.1])
    run(clock, 0, 3)
    clock.abort()
    assert run(clock, 3 * TICK_NS, 100) == []
    assert clock.state is TrialState.ABORTED and clock.is_over and clock.index == 0


def test_it_can_be_aborted_in_a_pause() -> None:
    clock = PhaseClock([0.1])
    clock.pause()
    clock.abort()
    assert clock.state is TrialState.ABORTED


def test_a_later_first_phase() -> None:
    clock = PhaseClock([0.1, 0.05, 0.05], first=1)
    assert clock.index == 1
    run(clock, 0, 11)
    assert clock.state is TrialState.FINISHED


@pytest.mark.parametrize("first", [-1, 2])
def test_a_phase_that_there_is_not(first: int) -> None:
    with pytest.raises(TrialError, match=f"phase {first}: the trial has phases 0 to 1"):
        PhaseClock([1.0, 1.0], first)


def in_state(state: TrialState) -> PhaseClock:
    clock = PhaseClock([0.01])
    if state is TrialState.PAUSED:
        clock.pause()
    elif state is TrialState.ABORTED:
        clock.abort()
    elif state is TrialState.FINISHED:
        run(clock, 0, 2)
    assert clock.state is state
    return clock


ALLOWED = {
    "pause": {TrialState.RUNNING},
    "resume": {TrialState.PAUSED},
    "abort": {TrialState.RUNNING, TrialState.PAUSED},
}


@pytest.mark.parametrize("state", TrialState)
@pytest.mark.parametrize("action", ALLOWED)
def test_what_does_not_fit_the_state_is_refused_and_changes_nothing(action: str, state: TrialState) -> None:
    clock = in_state(state)
    if state in ALLOWED[action]:
        getattr(clock, action)()
        return
    with pytest.raises(TrialError, match=f"cannot {action} a trial that is {state.value}; it must be "):
        getattr(clock, action)()
    assert clock.state is state


def test_a_clock_that_goes_back_counts_as_no_time() -> None:
    clock = PhaseClock([1.0])
    clock.tick(5 * SECOND_NS)
    clock.tick(2 * SECOND_NS)
    clock.tick(2 * SECOND_NS + TICK_NS)
    assert clock.elapsed_s == pytest.approx(0.01)


STEP = st.one_of(st.integers(1, 30).map(lambda ticks: ticks * TICK_NS), st.sampled_from(["pause", "resume"]))


@given(st.lists(st.floats(0.01, 0.3), min_size=1, max_size=5), st.lists(STEP, max_size=60))
def test_each_phase_has_at_least_its_time_without_pauses(durations_s: list[float], steps: list[int | str]) -> None:
    clock = PhaseClock(durations_s)
    now_ns, running_ns, spent_ns = 0, 0, []
    clock.tick(now_ns)
    for step in steps:
        if isinstance(step, str):
            if not clock.is_over and (clock.state is TrialState.RUNNING) == (step == "pause"):
                getattr(clock, step)()
            continue
        now_ns += step
        if clock.state is TrialState.RUNNING:
            running_ns += step
        before = clock.index
        if clock.tick(now_ns):
            spent_ns.append(running_ns)
            running_ns = 0
            assert clock.index == before + 1 or clock.state is TrialState.FINISHED
    for spent, duration_s in zip(spent_ns, durations_s, strict=False):
        # At least the duration, and no more than the last step beyond it.
        assert round(duration_s * SECOND_NS) <= spent < round(duration_s * SECOND_NS) + 30 * TICK_NS
