"""The parts of a trial in which a person walks under one condition."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from exo.recorded_topic import Floats
from exo.trial_recording import Recording
from exo_nodes import topics
from exo_sim.gait_analysis import WARM_UP_S

WALK, RUNNING = "walk", "running"


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
    """
    marks = recording.reports(topics.TRIAL_PHASE)
    segments: dict[str, Segment] = {}
    current: Segment | None = None
    begin_s = 0.0
    for stamp_ns, report in zip(marks.stamps_ns().tolist(), marks.reports, strict=False):
        at_s = max(1e-9 * (stamp_ns - origin_ns), 0.0)
        values = report.values
        index = values.get("index", report.message)
        marked: Segment | None = segments.get(index) or _segment(report.message, values)
        if values.get("state", RUNNING) != RUNNING:
            marked = None
        if marked is not current:
            if current is not None:
                current.intervals_s.append((begin_s, at_s))
            if marked is not None:
                segments[index] = marked
            current, begin_s = marked, at_s
    if current is not None:
        current.intervals_s.append((begin_s, seconds))
    if segments:
        return list(segments.values())
    begin = WARM_UP_S if seconds > 2.0 * WARM_UP_S else 0.0
    policy = recording.custom_data.get("policy", "")
    return [Segment("", WALK, policy, policy, None, [(begin, seconds)])]


def _segment(name: str, values: dict[str, str]) -> Segment:
    try:
        speed: float | None = float(values.get("speed_m_s", ""))
    except ValueError:
        speed = None
    policy = values.get("policy", "")
    return Segment(name, values.get("kind", WALK), values.get("condition", "") or policy, policy, speed)
