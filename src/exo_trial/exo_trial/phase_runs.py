"""What a recording tells of the phases: when each ran, and whether to its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exo_trial.phase_clock import TrialState
from exo_trial.phase_mark import PhaseMark


@dataclass(frozen=True)
class PhaseRun:
    """One pass through a phase."""

    mark: PhaseMark
    """As the phase began."""
    intervals_ns: tuple[tuple[int, int], ...]
    """Begin and end of the times in which it ran, without pauses; not empty ones."""
    complete: bool

    @property
    def seconds(self) -> float:
        """Time that it ran, s."""
        return sum(end - begin for begin, end in self.intervals_ns) * 1e-9

    def last(self, seconds: float) -> tuple[int, int] | None:
        """Return begin and end, ns, of the last ``seconds``, without a pause in between; None if it ran shorter."""
        if not self.intervals_ns:
            return None
        begin, end = self.intervals_ns[-1]
        window_ns = round(seconds * 1e9)
        return (end - window_ns, end) if end - begin >= window_ns else None


def phase_runs(marks: Sequence[tuple[int, PhaseMark]], end_ns: int) -> list[PhaseRun]:
    """Return the passes through phases in their order.

    Args:
        marks: with their times, ns, rising.
        end_ns: time of the last state of the recording.
    """
    runs: list[PhaseRun] = []
    first: PhaseMark | None = None
    intervals: list[tuple[int, int]] = []
    running_since: int | None = None
    for time_ns, mark in marks:
        if first is not None and mark.index != first.index:
            runs.append(_run(first, intervals, running_since, time_ns, complete=True))
            first, intervals, running_since = None, [], None
        first = first or mark
        if mark.state is TrialState.RUNNING:
            running_since = time_ns if running_since is None else running_since
        elif running_since is not None:
            intervals.append((running_since, time_ns))
            running_since = None
    if first is not None:
        finished = marks[-1][1].state is TrialState.FINISHED
        runs.append(_run(first, intervals, running_since, end_ns, finished))
    return runs


def _run(
    mark: PhaseMark, intervals: list[tuple[int, int]], running_since: int | None, end_ns: int, complete: bool
) -> PhaseRun:
    ends = [*intervals, *([(running_since, end_ns)] if running_since is not None else [])]
    return PhaseRun(mark, tuple((begin, end) for begin, end in ends if end > begin), complete)


def first_unfinished(runs: Sequence[PhaseRun], phases: int) -> int | None:
    """Return the first phase of a trial of ``phases`` phases that no pass has finished; None if all are."""
    done = {run.mark.index for run in runs if run.complete}
    return next((index for index in range(phases) if index not in done), None)
