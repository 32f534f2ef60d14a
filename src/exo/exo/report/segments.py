"""The parts of a trial in which a person walks under one condition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from exo.recorded_topic import Floats
from exo.trial_progress import recorded_runs
from exo.trial_recording import Recording
from exo_sim.gait_analysis import WARM_UP_S
from exo_trial.phase_runs import PhaseRun

WALK = "walk"


@dataclass(frozen=True)
class Segment:
    """A part of a trial."""

    name: str
    kind: str
    """stand, rest or walk."""
    condition: str
    policy: str
    speed_m_s: float | None
    """That was asked for; None where nobody asked."""
    intervals_s: list[tuple[float, float]] = field(default_factory=list)
    """Begin and end since the start of the trial; several if the phase was paused."""
    complete: bool = True
    """Whether it was gone through to its end."""
    of_s: float | None = None
    """Length of the phase that this is the steady part of; None of what is taken whole."""

    @property
    def window(self) -> str:
        """Which part of the phase or walk this is, in words."""
        whole = self.of_s is None
        return f"all {self.seconds:.1f}" if whole else f"last {self.seconds:.1f} of {self.of_s:.1f}"

    @property
    def longest(self) -> Segment:
        """The longest part without a pause in it; there must be one."""
        return replace(self, intervals_s=[max(self.intervals_s, key=lambda each: each[1] - each[0])])

    @property
    def label(self) -> str:
        """Name on the page."""
        return self.name if self.complete else f"{self.name} (not finished)"

    @property
    def seconds(self) -> float:
        """Length without pauses."""
        return sum(end - begin for begin, end in self.intervals_s)

    def holds(self, time_s: Floats) -> np.ndarray:
        """Return which times lie in the segment, shape (n,)."""
        inside = np.zeros(len(time_s), dtype=bool)
        for begin, end in self.intervals_s:
            inside |= (time_s >= begin) & (time_s <= end)
        return inside


def steady_part(run: PhaseRun, origin_ns: int, steady_s: float) -> Segment | None:
    """Return the last part of a phase, which its figures are of; None if it ran shorter, or was paused in it.

    Args:
        run: pass through the phase.
        origin_ns: stamp of the start of the recording.
        steady_s: length of the part.
    """
    window = run.last(steady_s)
    return _segment(run, origin_ns, [window], run.seconds) if window is not None else None


def _segment(run: PhaseRun, origin_ns: int, intervals_ns: Sequence[tuple[int, int]], of_s: float | None) -> Segment:
    mark = run.mark
    intervals_s = [(max(1e-9 * (begin - origin_ns), 0.0), 1e-9 * (end - origin_ns)) for begin, end in intervals_ns]
    speed = mark.speed_m_s if mark.kind == WALK else None
    condition = mark.condition or mark.policy
    return Segment(mark.phase, mark.kind, condition, mark.policy, speed, intervals_s, run.complete, of_s)


def trial_segments(
    recording: Recording, origin_ns: int, seconds: float, steady_s: float | None = None
) -> list[Segment]:
    """Return the phases of a trial in their order; one walk, without its start, where the recording has no phases.

    Args:
        recording: the trial.
        origin_ns: stamp of its start.
        seconds: its length.
        steady_s: length of the last part of a phase that its figures are of; None if it is not known. Then, and where a
            phase ran shorter, it is taken whole.

    Raises:
        ConfigError: the marks of the phases cannot be read.
    """
    by_phase: dict[int, list[PhaseRun]] = {}
    for run in recorded_runs(recording):
        by_phase.setdefault(run.mark.index, []).append(run)
    segments = []
    for runs in by_phase.values():
        steady = steady_part(runs[-1], origin_ns, steady_s) if steady_s is not None else None
        whole = [interval for run in runs for interval in run.intervals_ns]
        # The last pass through a phase tells whether it was gone through.
        segments.append(steady or _segment(runs[-1], origin_ns, whole, None))
    return segments or [whole_walk(recording, seconds)]


def whole_walk(recording: Recording, seconds: float) -> Segment:
    """Return a recording without phases as one walk, without its start where it is long enough."""
    begin = WARM_UP_S if seconds > 2.0 * WARM_UP_S else 0.0
    policy = recording.custom_data.get("policy", "")
    return Segment("", WALK, policy, policy, None, [(begin, seconds)])
