"""What the page shows of one recording of a trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from exo import trial_folder
from exo.recorded_topic import Floats
from exo.report.reproduction import Reproduction, reproduction
from exo.report.safety_events import SafetyEvents, safety_events
from exo.report.segments import WALK, Segment, trial_segments, whole_walk
from exo.report.trial_signals import TrialSignals
from exo.report.walk_analysis import PEAK_FLEXION, WalkAnalysis, analyse_walk
from exo.trial_figures import timing
from exo.trial_recording import Recording, load_recording
from exo_analysis.net_rates import STAND, PhaseRate, standing_rate
from exo_analysis.stamp_quality import StampQuality, stamp_quality
from exo_control.errors import ConfigError
from exo_nodes import topics
from exo_trial.trial_file import TrialFile, load_trial_file

COURSE_BINS = 240


@dataclass(frozen=True)
class TopicQuality:
    """How complete a topic is."""

    topic: str
    stamps: StampQuality
    malformed: int
    not_finite: int


@dataclass
class TrialReport:
    """A recording of a trial; what it does not have is empty."""

    name: str
    path: Path
    """Folder of the bag, or its file."""
    seconds: float
    problems: list[str]
    segments: list[Segment]
    walks: list[WalkAnalysis]
    safety: SafetyEvents
    quality: list[TopicQuality]
    missing_topics: list[str]
    latency_ms: dict[str, float] = field(default_factory=dict)
    missed_deadlines: int | None = None
    reproduction: Reproduction = field(default_factory=Reproduction)
    course: tuple[Floats, Floats] | None = None
    """Time, s, and RMS torque of both hips, Nm, over the trial."""

    @property
    def is_usable(self) -> bool:
        """Whether there is anything to show."""
        return any(each.stamps.messages for each in self.quality)


def recordings_of(path: Path) -> list[Path]:
    """Return the bags of a trial folder, several if it was resumed; a bag's own folder or file is taken as it is."""
    return trial_folder.recordings(path) or [path]


def report_recording(bag: Path, by_hips: bool = False) -> TrialReport:
    """Analyse a recording.

    Args:
        bag: folder of a bag, or its file.
        by_hips: cut gait cycles at peaks of hip flexion even where heel strikes are known.

    Raises:
        ConfigError: there is no recording, or nothing of it can be read.
    """
    recording = load_recording(bag)
    name = _name(recording, bag.absolute())
    file = _trial_file(bag.absolute())
    signals = TrialSignals(recording, name, file)
    problems = [*recording.problems, *signals.problems]
    problems += [f"{topic}: {count} messages with NaN or infinity" for topic, count in signals.not_finite.items()]
    try:
        segments = trial_segments(
            recording, signals.origin_ns, signals.seconds, file.schedule.steady_state_s if file else None
        )
    except ConfigError as error:
        problems.append(f"the phases are not known: {error}")
        segments = [whole_walk(recording, signals.seconds)]
    walks = [
        analyse_walk(signals, segment, f"{name} {segment.label}".strip(), by_hips)
        for segment in segments
        if segment.kind == WALK and segment.seconds > 0.0
    ]
    _net_above_standing(walks, signals, segments)
    report = TrialReport(
        name=name,
        path=bag,
        seconds=signals.seconds,
        problems=problems,
        segments=segments,
        walks=[walk for walk in walks if walk.cycles or len(walk.figures) > 1],
        safety=safety_events(recording.safety, signals.origin_ns),
        quality=_quality(recording, signals.not_finite),
        missing_topics=_missing(recording),
        reproduction=reproduction(recording, bag),
        course=_course(signals),
    )
    _timing(report, recording)
    return report


def _net_above_standing(walks: Sequence[WalkAnalysis], signals: TrialSignals, segments: Sequence[Segment]) -> None:
    """Add to walks what they take above standing, where that is recorded."""
    if signals.mass_kg is None:
        return
    standing = [segment for segment in segments if segment.kind == STAND and segment.complete]
    powers = [signals.mean_of("power_gross", segment) for segment in standing]
    stand = standing_rate([PhaseRate(STAND, "", power / signals.mass_kg) for power in powers if power is not None])
    for walk in walks:
        if stand is not None and (power := walk.figures.get("metabolic_power_w")) is not None:
            walk.figures["net_above_standing_w_kg"] = power / signals.mass_kg - stand


def _trial_file(bag: Path) -> TrialFile | None:
    """Return the file of a trial in phases beside its recording, None if there is none."""
    folder = bag.parent if bag.is_file() else bag
    try:
        return load_trial_file(folder.parent / trial_folder.TRIAL)
    except ConfigError:
        return None


def _name(recording: Recording, bag: Path) -> str:
    folder = bag.parent if bag.is_file() else bag
    in_trial = folder in trial_folder.recordings(folder.parent)
    name = recording.custom_data.get("trial_id") or (folder.parent if in_trial else bag).name
    return f"{name} {folder.name}" if in_trial and folder.name != trial_folder.BAG else name


def cut_by_hips(report: TrialReport) -> bool:
    """Whether the gait cycles of a trial begin at peaks of hip flexion, for want of heel strikes."""
    return any(walk.event == PEAK_FLEXION for walk in report.walks)


def _quality(recording: Recording, not_finite: dict[str, int]) -> list[TopicQuality]:
    order = {name: index for index, name in enumerate((*topics.RECORDED, topics.TRIAL_PHASE, topics.DIAGNOSTICS))}
    return [
        TopicQuality(name, stamp_quality(topic.stamps_ns()), topic.malformed, not_finite.get(name, 0))
        for name, topic in sorted(recording.topics.items(), key=lambda item: order[item[0]])
    ]


def _missing(recording: Recording) -> list[str]:
    emulated = recording.is_simulated or recording.parameters.get("emulate")
    expected = topics.RECORDED if emulated else topics.RECORDED_OF_DEVICE
    return [name for name in expected if not len(recording.topics.get(name, ()))]


def _course(signals: TrialSignals) -> tuple[Floats, Floats] | None:
    if "torque_right" not in signals:
        return None
    time_s, right = signals["torque_right"]
    _, left = signals["torque_left"]
    edges = np.linspace(0.0, signals.seconds, COURSE_BINS + 1)
    index = np.clip(np.searchsorted(edges, time_s, "right") - 1, 0, COURSE_BINS - 1)
    total = np.bincount(index, weights=0.5 * (right**2 + left**2), minlength=COURSE_BINS)
    count = np.bincount(index, minlength=COURSE_BINS)
    rms = np.sqrt(np.divide(total, count, out=np.full(COURSE_BINS, np.nan), where=count > 0))
    return 0.5 * (edges[1:] + edges[:-1]), rms


def _timing(report: TrialReport, recording: Recording) -> None:
    try:
        times = timing(recording)
    except ValueError:  # reports of an older recording, or of another program
        return
    if len(recording.safety):
        report.missed_deadlines = times["missed_deadlines"]
    report.latency_ms = {key: value for key, value in times["command_latency_ms"].items() if value is not None}
