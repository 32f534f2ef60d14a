"""What a recording tells of the phases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exo_control.errors import ConfigError
from exo_trial.phase_clock import SECOND_NS, PhaseClock, TrialState
from exo_trial.phase_mark import PhaseMark, read_mark
from exo_trial.phase_runs import PhaseRun, first_unfinished, phase_runs

RUNNING, PAUSED = TrialState.RUNNING, TrialState.PAUSED


def mark(index: int, state: TrialState = RUNNING) -> PhaseMark:
    return PhaseMark(index, f"phase_{index}", "walk", "free", "zero", 1.3, state)


def seconds(run: PhaseRun) -> list[tuple[float, float]]:
    return [(begin / SECOND_NS, end / SECOND_NS) for begin, end in run.intervals_ns]


def runs(*marks: tuple[float, int, TrialState], end_s: float) -> list[PhaseRun]:
    made = [(round(time_s * SECOND_NS), mark(index, state)) for time_s, index, state in marks]
    return phase_runs(made, round(end_s * SECOND_NS))


def test_a_phase_ends_where_the_next_begins() -> None:
    first, second = runs((1, 0, RUNNING), (2, 0, RUNNING), (4, 1, RUNNING), (7, 1, TrialState.FINISHED), end_s=10)
    assert seconds(first) == [(1, 4)] and first.complete
    assert seconds(second) == [(4, 7)] and second.complete


def test_pauses_are_left_out() -> None:
    (run,) = runs(
        (1, 0, RUNNING), (3, 0, PAUSED), (4, 0, PAUSED), (6, 0, RUNNING), (9, 0, TrialState.FINISHED), end_s=9
    )
    assert seconds(run) == [(1, 3), (6, 9)] and run.seconds == 5.0 and run.complete
    assert run.last(3.0) == (6 * SECOND_NS, 9 * SECOND_NS)
    assert run.last(3.1) is None, "a pause is in between"


def test_a_phase_that_was_aborted_or_broke_off_is_not_complete() -> None:
    first, second = runs((1, 0, RUNNING), (2, 1, RUNNING), (3, 1, TrialState.ABORTED), end_s=5)
    assert first.complete and not second.complete and seconds(second) == [(2, 3)]
    first, second = runs((1, 0, RUNNING), (2, 1, RUNNING), end_s=5)
    assert not second.complete and seconds(second) == [(2, 5)]
    assert first_unfinished([first, second], 3) == 1


def test_what_is_left_to_do() -> None:
    done = [PhaseRun(mark(index), ((0, 1),), complete=True) for index in range(3)]
    assert first_unfinished(done, 3) is None
    assert first_unfinished(done[:2], 3) == 2
    assert first_unfinished([], 3) == 0


def test_a_recording_without_marks() -> None:
    assert phase_runs([], 5) == []


@given(st.integers(0, 100), st.sampled_from(TrialState), st.floats(0.0, 2.5))
def test_a_mark_is_read_as_it_was_written(index: int, state: TrialState, speed_m_s: float) -> None:
    written = PhaseMark(index, "free_1", "walk", "free", "zero", speed_m_s, state)
    assert read_mark(written.values()) == written
    assert set(written.values()) == {"index", "phase", "kind", "condition", "policy", "speed_m_s", "state"}


@pytest.mark.parametrize("broken", [{"index": "one"}, {"speed_m_s": "fast"}, {"state": "lost"}])
def test_a_mark_that_means_nothing(broken: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="is no mark of a phase"):
        read_mark(mark(0).values() | broken)


def test_marks_of_the_clock_give_its_phases() -> None:
    clock, marks = PhaseClock([0.3, 0.5]), []
    for tick in range(200):
        time_ns = tick * 10_000_000
        if tick == 20:
            clock.pause()
        if tick == 60:
            clock.resume()
        clock.tick(time_ns)
        marks.append((time_ns, mark(clock.index, clock.state)))
    first, second = phase_runs(marks, marks[-1][0])
    assert first.seconds == pytest.approx(0.3, abs=0.021) and second.seconds == pytest.approx(0.5)
    assert first.complete and second.complete
