"""The page: one HTML file that needs nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from exo.report import figures
from exo.report.comparison import changes_table, hips_table, likeness_table, norms, summary_table
from exo.report.figures import Picture, colour_of
from exo.report.respiration import TrialRespiration
from exo.report.study import Study
from exo.report.table import Table, text
from exo.report.trial_report import TrialReport
from exo.report.walk_analysis import PEAK_FLEXION, WalkAnalysis
from exo_control.source_commit import git_sha
from exo_sim.names import LEG_MUSCLES

MOST_CURVES = 8
"""More in one panel cannot be told apart."""

MUSCLE_NAMES = {
    "hamstrings": "hamstrings", "bifemsh": "biceps fem. s.h.", "glut_max": "gluteus max.", "iliopsoas": "iliopsoas",
    "rect_fem": "rectus femoris", "vasti": "vasti", "gastroc": "gastrocnemius", "soleus": "soleus",
    "tib_ant": "tibialis ant.",
}  # fmt: skip

DEGREES = math.degrees(1.0)
Panel = tuple[str, str, float, float]
"""Title with unit, signal, scale to that unit, least range of the axis."""

GAIT: tuple[Panel, ...] = (
    ("hip flexion, degrees", "hip_right", DEGREES, 10.0),
    ("knee flexion, degrees", "knee_right", DEGREES, 10.0),
    ("ankle dorsiflexion, degrees", "ankle_right", DEGREES, 10.0),
    ("vertical ground reaction, N", "grf_vertical_right", 1.0, 100.0),
    ("forward ground reaction, N", "grf_forward_right", 1.0, 100.0),
)
DEVICE: tuple[Panel, ...] = (
    ("hip angle, degrees", "hip_right", DEGREES, 10.0),
    ("hip velocity, degrees/s", "hip_velocity_right", DEGREES, 10.0),
    ("exoskeleton torque, Nm (flexion +)", "torque_right", 1.0, 2.0),
    ("exoskeleton power, W", "exo_power_right", 1.0, 2.0),
)


@dataclass
class Section:
    """A part of the page."""

    title: str
    anchor: str
    text: str = ""
    pictures: list[Picture] = field(default_factory=list)
    caption: str = ""
    tables: list[Table] = field(default_factory=list)
    legend: bool = False
    notes: list[str] = field(default_factory=list)
    command: str = ""
    """That made what is shown."""


@dataclass(frozen=True)
class Failure:
    """A trial, or a spirometer's file, of which nothing can be shown."""

    path: Path
    reason: str


def write_page(
    path: Path,
    trials: Sequence[TrialReport],
    failures: Sequence[Failure],
    studies: Sequence[Study],
    title: str,
    respirations: Sequence[TrialRespiration] = (),
) -> None:
    """Write the page of trials, of what spirometers measured beside them, and of studies."""
    walks = [walk for trial in trials for walk in trial.walks]
    sections = _sections(trials, walks, studies, respirations)
    environment = Environment(
        loader=PackageLoader("exo.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    html = environment.get_template("page.html.j2").render(
        title=title,
        commit=git_sha() or "unknown",
        trials=trials,
        failures=failures,
        sections=[section for section in sections if section.pictures or section.tables],
        legend=[(walk.label, colour_of(index)) for index, walk in enumerate(walks[:MOST_CURVES])],
        not_drawn=[walk.label for walk in walks[MOST_CURVES:]],
        walk_count=len(walks),
        stride_count=sum(walk.strides for walk in walks),
        text=text,
    )
    path.write_text(html, encoding="utf-8")


def _sections(
    trials: Sequence[TrialReport],
    walks: Sequence[WalkAnalysis],
    studies: Sequence[Study],
    respirations: Sequence[TrialRespiration],
) -> list[Section]:
    drawn = list(enumerate(walks))[:MOST_CURVES]
    sections = [Section("Summary", "summary", tables=[summary_table(walks)] if walks else [])]
    changes = changes_table(walks)
    hips = hips_table(walks)
    sections[0].tables += [each for each in (changes, hips) if each]
    event = drawn[0][1].event if drawn else ""
    strides = "; ".join(f"{walk.label}: n = {walk.strides} strides" for _, walk in drawn if walk.cycles)
    cut = f"from one {event} to the next" + (
        " (hip encoders alone: no foot contact is recorded)" if event == PEAK_FLEXION else ""
    )
    means = f"Right leg, {cut}; lines are means, bands one SD over strides ({strides})."
    norm_note = " Grey: able-bodied adults, mean and SD (BioCV dataset, as in config/human/normative_gait.csv)."
    angles = Section("Gait cycle", "gait", pictures=_panels(GAIT, drawn), legend=True)
    angles.caption = means + norm_note + " No norm is at hand for the ground reaction."
    device = Section("Exoskeleton over the gait cycle", "device", pictures=_panels(DEVICE, drawn), legend=True)
    device.caption = means + norm_note + " Power is torque times hip velocity; above zero the device drives the leg."
    likeness = likeness_table(walks)
    device.tables = [likeness] if likeness else []
    sections += [angles, device, _muscles(drawn, means), _energy(walks), _respiration(respirations), _speed(walks)]
    sections += [_study(study, f"study-{number}") for number, study in enumerate(studies, 1)]
    return [*sections, _safety(trials), _quality(trials)]


def _study(study: Study, anchor: str) -> Section:
    section = Section(f"Study: {study.name}", anchor, tables=study.tables, notes=study.notes)
    section.pictures = [study.picture] if study.picture else []
    section.caption = f"Grey: each of {study.rows}. Colour: mean and SD."
    section.command = study.record.command
    return section


def _panels(panels: Sequence[Panel], drawn: Sequence[tuple[int, WalkAnalysis]]) -> list[Picture]:
    pictures = []
    for title, key, scale, least_range in panels:
        curves = [(index, walk.cycles[key]) for index, walk in drawn if key in walk.cycles]
        if curves:
            norm = next(iter(norms(walk).get(key) for _, walk in drawn if key in walk.cycles))
            pictures.append(figures.cycle_panel(title, curves, norm, scale, least_range))
    return pictures


def _muscles(drawn: Sequence[tuple[int, WalkAnalysis]], means: str) -> Section:
    panels = [(f"{MUSCLE_NAMES[name]}, activation", f"activation_{name}_r", 1.0, 0.1) for name in LEG_MUSCLES]
    pictures = _panels(panels, drawn)
    return Section("Muscle activity", "muscles", pictures=pictures, caption=f"Activation, 0 to 1. {means}", legend=True)


def _energy(walks: Sequence[WalkAnalysis]) -> Section:
    section = Section("Energy", "energy", legend=True)
    rated = [(index, walk) for index, walk in enumerate(walks) if "net_metabolic_rate_w_kg" in walk.figures]
    if rated:
        values = [(index, walk.label, walk.figures["net_metabolic_rate_w_kg"]) for index, walk in rated]
        section.pictures.append(figures.bars("net metabolic rate, W/kg", values))
        costs = [(index, walk.label, walk.figures["cot_net"]) for index, walk in rated if "cot_net" in walk.figures]
        if costs:
            section.pictures.append(figures.bars("net cost of transport, J/(kg m)", costs))
    powered = [(index, walk) for index, walk in list(enumerate(walks))[:MOST_CURVES] if walk.muscle_power_w]
    if powered:
        groups = [(index, [walk.muscle_power_w[name] for name in LEG_MUSCLES]) for index, walk in powered]
        names = [MUSCLE_NAMES[name].replace(" ", "\n", 1) for name in LEG_MUSCLES]
        section.pictures.append(figures.grouped_bars("metabolic power by muscle, W (right and left)", names, groups))
        section.caption = "Means over each walk, from the simulated person's muscle model; net is without basal power."
    return section


def _respiration(respirations: Sequence[TrialRespiration]) -> Section:
    return Section(
        "Measured metabolic rate",
        "respiration",
        pictures=[each.picture for each in respirations],
        caption="A point per breath; tinted are the phases, blue walking, grey standing; orange the mean over the "
        "steady part of a phase.",
        tables=[table for each in respirations for table in each.tables],
        notes=[f"{each.name}: {note}" for each in respirations for note in each.notes],
    )


def _speed(walks: Sequence[WalkAnalysis]) -> Section:
    known = [
        (index, walk)
        for index, walk in enumerate(walks)
        if "torque_rms_nm" in walk.figures and {"speed_m_s", "speed_asked_m_s"} & set(walk.figures)
    ]
    if len(known) < 2:  # one point shows nothing
        return Section("Torque and speed", "speed")
    caption = "RMS torque of both hips over the window of each walk, against its speed, or the one asked for."
    picture = figures.torque_over_speed("RMS torque, Nm", known)
    return Section("Torque and speed", "speed", pictures=[picture], caption=caption, legend=True)


def _safety(trials: Sequence[TrialReport]) -> Section:
    section = Section("Safety", "safety")
    first = 0
    for trial in trials:
        picture = figures.course(trial, first)
        section.pictures += [picture] if picture else []
        first += len(trial.walks)
        if not trial.safety.reports:
            continue
        rows = [
            [
                use.rule.lower().replace("_", " "),
                text(use.seconds),
                text(use.percent),
                str(use.episodes),
                text(use.longest_s),
            ]
            for use in trial.safety.rules
        ]
        states = ", ".join(f"{name} {share:.1f} %" for name, share in trial.safety.states_percent.items())
        caption = f"{trial.name}: rules that changed the torque or warned, of {trial.safety.reports} reports. {states}."
        if not rows:
            rows, caption = (
                [["none"]],
                f"{trial.name}: no rule was at work, of {trial.safety.reports} reports. {states}.",
            )
        columns = ["rule", "time at work, s", "share, %", "episodes", "longest, s"][: len(rows[0])]
        section.tables.append(Table(columns, rows, caption))
        if trial.safety.faults:
            faults = [[text(each.at_s), each.fault.replace("_", " "), each.message] for each in trial.safety.faults]
            section.tables.append(
                Table(["at, s", "fault", "message"], faults, f"{trial.name}: faults, latched until reset.")
            )
    section.caption = "Course of each trial: RMS torque; tinted are the walks, red lines faults."
    return section


def _quality(trials: Sequence[TrialReport]) -> Section:
    section = Section("Data quality", "quality")
    columns = [
        "topic", "messages", "rate, Hz", "lost", "longest gap, s", "duplicated stamps", "out of order", "not finite",
        "unreadable",
    ]  # fmt: skip
    for trial in trials:
        rows = [
            [
                each.topic, str(each.stamps.messages), text(each.stamps.rate_hz, 1), str(each.stamps.lost),
                text(each.stamps.longest_gap_s, 3), str(each.stamps.duplicated), str(each.stamps.disordered),
                str(each.not_finite), str(each.malformed),
            ]
            for each in trial.quality
        ]  # fmt: skip
        caption = (
            f"{trial.name}: {trial.seconds:.2f} s. Rate is of the median period; lost is told from gaps between stamps."
        )
        if trial.missing_topics:
            caption += f" Not recorded: {', '.join(trial.missing_topics)}."
        if trial.missed_deadlines is not None:
            caption += f" Missed deadlines: {trial.missed_deadlines}."
        if trial.latency_ms:
            shown = ", ".join(f"{trial.latency_ms[key]:.2f}" for key in ("p50", "p99", "max"))
            caption += f" Encoder to command, median, 99 %, longest: {shown} ms."
        section.tables.append(Table(columns, rows, caption))
    return section
