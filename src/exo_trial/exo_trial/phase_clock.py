"""The clock of a trial's phases: which phase it is, and whether it runs, is paused or over."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from exo_control.errors import ExoError

SECOND_NS = 1_000_000_000


class TrialError(ExoError):
    """A pause, resume or abort that does not fit the state of the trial."""


class TrialState(Enum):
    """What a trial is doing."""

    RUNNING = "running"
    PAUSED = "paused"
    ABORTED = "aborted"
    FINISHED = "finished"


class PhaseClock:
    """Goes through the phases by the time of the states that the device publishes.

    A phase begins with the state at which the one before has had its time, so each has at least its duration. The
    time of a pause does not count.
    """

    def __init__(self, durations_s: Sequence[float], first: int = 0) -> None:
        """Begin before the first tick.

        Args:
            durations_s: of all phases.
            first: phase to begin with.

        Raises:
            TrialError: there is no such phase.
        """
        if not 0 <= first < len(durations_s):
            raise TrialError(f"phase {first}: the trial has phases 0 to {len(durations_s) - 1}")
        self._durations_ns = [round(duration * SECOND_NS) for duration in durations_s]
        self._index = first
        self._state = TrialState.RUNNING
        self._elapsed_ns = 0
        self._last_ns: int | None = None

    @property
    def index(self) -> int:
        """The present phase; at the end the last one."""
        return self._index

    @property
    def state(self) -> TrialState:
        """What the trial is doing."""
        return self._state

    @property
    def is_over(self) -> bool:
        """Whether the trial has ended, either way."""
        return self._state in (TrialState.ABORTED, TrialState.FINISHED)

    @property
    def elapsed_s(self) -> float:
        """Time that the present phase has run, s."""
        return self._elapsed_ns / SECOND_NS

    def tick(self, now_ns: int) -> bool:
        """Go on to a time, ns; return whether another phase has begun, or the trial has finished.

        A time before the last one, as after a restart of the device, counts as no time.
        """
        step_ns = 0 if self._last_ns is None else max(now_ns - self._last_ns, 0)
        self._last_ns = now_ns
        if self._state is not TrialState.RUNNING:
            return False
        self._elapsed_ns += step_ns
        if self._elapsed_ns < self._durations_ns[self._index]:
            return False
        if self._index + 1 == len(self._durations_ns):
            self._state = TrialState.FINISHED
        else:
            self._index += 1
            self._elapsed_ns = 0
        return True

    def pause(self) -> None:
        """Stop the time of the phase.

        Raises:
            TrialError: the trial does not run.
        """
        self._need("pause", TrialState.RUNNING)
        self._state = TrialState.PAUSED

    def resume(self) -> None:
        """Let the time of the phase go on.

        Raises:
            TrialError: the trial is not paused.
        """
        self._need("resume", TrialState.PAUSED)
        self._state = TrialState.RUNNING

    def abort(self) -> None:
        """End the trial in the present phase, which then counts as not finished.

        Raises:
            TrialError: the trial is over.
        """
        self._need("abort", TrialState.RUNNING, TrialState.PAUSED)
        self._state = TrialState.ABORTED

    def _need(self, action: str, *states: TrialState) -> None:
        if self._state not in states:
            needed = " or ".join(state.value for state in states)
            raise TrialError(f"cannot {action} a trial that is {self._state.value}; it must be {needed}")
