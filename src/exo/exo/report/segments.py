"""The parts of a trial in which a person walks under one condition."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from exo.recorded_topic import Floats
from exo.trial_progress import recorded_runs
from exo.trial_recording import Recording
from exo_sim.gait_analysis import WARM_UP_S

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


def trial_segments(recording: Recording, origin_ns: int, seconds: float) -> list[Segment]:
    """Return the phases of a trial in their order; one walk, without its start, where the recording has no phases.

    Args:
        recording: the trial.
        origin_ns: stamp of its start.
        seconds: its length.

    Raises:
        ConfigError: the marks of the phases cannot be read.
    """
    segments: dict[int, Segment] = {}
    runs = recorded_runs(recording)
    complete = {run.mark.index: run.complete for run in runs}  # the last pass through a phase tells
    for run in runs:
        mark = run.mark
        speed = mark.speed_m_s if mark.kind == WALK else None
        condition = mark.condition or mark.policy
        segment = Segment(mark.phase, mark.kind, condition, mark.policy, speed, complete=complete[mark.index])
        segments.setdefault(mark.index, segment).intervals_s.extend(
            (max(1e-9 * (begin - origin_ns), 0.0), 1e-9 * (end - origin_ns)) for begin, end in run.intervals_ns
        )
    return list(segments.values()) or [whole_walk(recording, seconds)]


def whole_walk(recording: Recording, seconds: float) -> Segment:
    """Return a recording without phases as one walk, without its start where it is long enough."""
    begin = WARM_UP_S if seconds > 2.0 * WARM_UP_S else 0.0
    policy = recording.custom_data.get("policy", "")
    return Segment("", WALK, policy, policy, None, [(begin, seconds)])
