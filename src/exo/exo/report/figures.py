"""The pictures of the page: one small SVG per panel, so that a phone can show them below each other."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np

from exo.recorded_topic import Floats
from exo.report.trial_report import TrialReport
from exo.report.walk_analysis import WalkAnalysis
from exo_analysis.gait_cycles import CYCLE_PERCENT, MeanCycle

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

STYLE = {
    "svg.fonttype": "none",  # text stays text: small, and in the reader's own typeface
    "svg.hashsalt": "exo",  # the same trial gives the same page
    "font.family": "sans-serif",
    "font.size": 8.0,
    "axes.titlesize": 8.5,
    "axes.titlelocation": "left",
    "axes.titleweight": "medium",
    "axes.edgecolor": "#8a8f94",
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": "#5b6168",
    "ytick.color": "#5b6168",
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "text.color": "#1d2125",
    "axes.labelcolor": "#3a4046",
}
COLOURS = ("#0b6e99", "#c2571a", "#4d7c3a", "#8a4f9e", "#a07d00", "#c0396b", "#4f6d8f", "#6b5b4b")
"""Of the walks, in their order; again from the first one after the last."""

NORM = "#d7dade"
PANEL_IN, WIDE_IN = (3.2, 2.2), (6.6, 2.0)


@dataclass(frozen=True)
class Picture:
    """A picture as a data URI, with what it shows in words."""

    uri: str
    alt: str
    wide: bool = False


def colour_of(index: int) -> str:
    """Return the colour of a walk by its place on the page."""
    return COLOURS[index % len(COLOURS)]


def _picture(figure: Figure, alt: str, wide: bool = False) -> Picture:
    content = io.BytesIO()
    # No metadata: its date would make each page another one.
    figure.savefig(content, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    plt.close(figure)
    return Picture("data:image/svg+xml;base64," + base64.b64encode(content.getvalue()).decode(), alt, wide)


def _axes(title: str, size: tuple[float, float], left_in: float = 0.42) -> tuple[Figure, Axes]:
    """Return axes with the same margins in all panels, so that they line up; in inches."""
    figure, axes = plt.subplots(figsize=size)
    width, height = size
    figure.subplots_adjust(
        left=left_in / width, right=1.0 - 0.12 / width, bottom=0.40 / height, top=1.0 - 0.25 / height
    )
    axes.set_title(title)
    return figure, axes


@dataclass(frozen=True)
class NormCurve:
    """Mean and SD of able-bodied walking over the cycle, shape (101,) each."""

    mean: Floats
    sd: Floats


def cycle_panel(
    title: str,
    curves: Sequence[tuple[int, MeanCycle]],
    norm: NormCurve | None = None,
    scale: float = 1.0,
    least_range: float = 0.0,
) -> Picture:
    """Draw a signal over the gait cycle: mean (line) and SD (band) of each walk, over the norm (grey).

    Args:
        title: quantity and unit.
        curves: place of the walk on the page, and its curve.
        norm: in the unit of the title.
        scale: from the unit of the curves to that of the title.
        least_range: of the axis, in the unit of the title.
    """
    with plt.rc_context(STYLE):
        figure, axes = _axes(title, PANEL_IN)
        if norm is not None:
            axes.fill_between(CYCLE_PERCENT, norm.mean - norm.sd, norm.mean + norm.sd, color=NORM, lw=0)
            axes.plot(CYCLE_PERCENT, norm.mean, color="#9aa0a6", lw=1.0)
        for index, cycle in curves:
            mean, sd = scale * cycle.mean, scale * cycle.sd
            axes.fill_between(CYCLE_PERCENT, mean - sd, mean + sd, color=colour_of(index), alpha=0.16, lw=0)
            axes.plot(CYCLE_PERCENT, mean, color=colour_of(index), lw=1.5)
        axes.axhline(0.0, color="#c9cdd1", lw=0.6, zorder=0)
        low, high = axes.get_ylim()
        if high - low < least_range:  # so that noise does not look like a signal
            axes.set_ylim(0.5 * (low + high - least_range), 0.5 * (low + high + least_range))
        axes.set_xlim(0.0, 100.0)
        axes.set_xticks([0, 25, 50, 75, 100])
        axes.set_xlabel("gait cycle, %")
        return _picture(figure, f"{title} over the gait cycle, {len(curves)} walks")


def bars(title: str, values: Sequence[tuple[int, str, float]], errors: Sequence[float] | None = None) -> Picture:
    """Draw a bar per walk: place on the page, label, value."""
    with plt.rc_context(STYLE):
        figure, axes = _axes(title, (PANEL_IN[0], 0.75 + 0.24 * len(values)), left_in=1.25)
        at = np.arange(len(values))
        axes.barh(at, [value for _, _, value in values], 0.62, color=[colour_of(index) for index, _, _ in values])
        if errors is not None:
            axes.errorbar([value for _, _, value in values], at, xerr=errors, fmt="none", ecolor="#3a4046", lw=0.8)
        axes.set_yticks(at, [_shortened(label) for _, label, _ in values])
        axes.invert_yaxis()
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.axvline(0.0, color="#8a8f94", lw=0.6)
        return _picture(figure, title + ": " + ", ".join(f"{label} {value:.3g}" for _, label, value in values))


def grouped_bars(title: str, names: Sequence[str], groups: Sequence[tuple[int, Sequence[float]]]) -> Picture:
    """Draw for each name a bar per walk."""
    with plt.rc_context(STYLE):
        figure, axes = _axes(title, (WIDE_IN[0], 2.3))
        width = 0.8 / max(len(groups), 1)
        at = np.arange(len(names))
        for place, (index, values) in enumerate(groups):
            axes.bar(at + (place - 0.5 * (len(groups) - 1)) * width, values, 0.92 * width, color=colour_of(index))
        axes.set_xticks(at, names)
        axes.tick_params(axis="x", length=0)
        return _picture(figure, f"{title} by muscle, {len(groups)} walks", wide=True)


def torque_over_speed(title: str, walks: Sequence[tuple[int, WalkAnalysis]]) -> Picture:
    """Draw the RMS torque of each walk over its speed."""
    with plt.rc_context(STYLE):
        figure, axes = _axes(title, PANEL_IN)
        for index, walk in walks:
            speed = walk.figures.get("speed_m_s", walk.figures.get("speed_asked_m_s", np.nan))
            axes.plot(3.6 * speed, walk.figures["torque_rms_nm"], "o", color=colour_of(index), ms=6)
        axes.set_xlabel("walking speed, km/h")
        axes.set_ylim(0.0, None)
        axes.margins(x=0.2)
        return _picture(figure, title)


def study_panel(title: str, conditions: dict[str, list[float]], rows: str) -> Picture:
    """Draw each subject's numbers (thin lines) and, of several, mean with SD of each condition.

    Args:
        title: of the panel.
        conditions: numbers by name, at least one each.
        rows: what the numbers are of, such as 20 subjects.
    """
    with plt.rc_context(STYLE):
        figure, axes = _axes(title, PANEL_IN)
        values = np.array(list(conditions.values()))
        at = np.arange(len(conditions))
        axes.plot(at, values, "-o", color="#9aa0a6", lw=0.8, ms=2.5)
        if values.shape[1] > 1:
            mean, sd = values.mean(axis=1), values.std(axis=1, ddof=1)
            axes.errorbar(at, mean, yerr=sd, fmt="o", color=COLOURS[0], ms=6, lw=1.4, capsize=3)
        axes.set_xticks(at, list(conditions))
        axes.set_xlim(-0.5, len(conditions) - 0.5)
        axes.axhline(0.0, color="#c9cdd1", lw=0.6, zorder=0)
        return _picture(figure, f"{title}: {rows} under {len(conditions)} conditions")


def course(report: TrialReport, first_walk: int) -> Picture | None:
    """Draw the RMS torque over the whole trial, with its walks, faults and lost time; None without torque."""
    if report.course is None:
        return None
    long = report.seconds > 300.0
    unit = 60.0 if long else 1.0
    time_s, rms = report.course
    with plt.rc_context(STYLE):
        figure, axes = _axes("RMS torque of both hips, Nm", WIDE_IN)
        for index, walk in enumerate(report.walks, start=first_walk):
            for begin, end in walk.segment.intervals_s:
                axes.axvspan(begin / unit, end / unit, color=colour_of(index), alpha=0.10, lw=0)
        axes.plot(time_s / unit, rms, color="#3a4046", lw=1.0)
        for fault in report.safety.faults:
            axes.axvline(fault.at_s / unit, color="#b3261e", lw=1.0)
        axes.set_xlim(0.0, max(report.seconds / unit, 1e-3))
        axes.set_ylim(0.0, None)
        axes.set_xlabel("time, min" if long else "time, s")
        return _picture(figure, f"RMS torque over the course of {report.name}", wide=True)


PHASE_COLOURS = {"stand": "#e4e7ea", "rest": "#f4f5f6", "walk": "#d8ebf3"}


def respiration_course(
    title: str,
    time_s: Floats,
    power_w: Floats,
    phases: Sequence[tuple[str, tuple[float, float]]],
    steady: Sequence[tuple[tuple[float, float], float]],
) -> Picture:
    """Draw the metabolic power of each breath over a trial.

    Args:
        title: quantity and unit.
        time_s: (n,) of the breaths, since the start of the trial.
        power_w: (n,) of the breaths.
        phases: kind, with begin and end, s.
        steady: begin and end, s, of the parts that a figure is of, and that figure, W.
    """
    with plt.rc_context(STYLE):
        figure, axes = _axes(title, WIDE_IN)
        for kind, (begin, end) in phases:
            axes.axvspan(begin / 60.0, end / 60.0, color=PHASE_COLOURS[kind], lw=0, zorder=0)
        axes.plot(time_s / 60.0, power_w, ".", color="#3a4046", ms=2.0)
        for (begin, end), mean in steady:
            axes.plot([begin / 60.0, end / 60.0], [mean, mean], color=COLOURS[1], lw=2.5, solid_capstyle="butt")
        axes.set_ylim(0.0, None)
        axes.margins(x=0.0)
        axes.set_xlabel("time, min")
        return _picture(figure, f"{title}, {len(phases)} phases, {len(steady)} steady parts", wide=True)


def _shortened(label: str, most: int = 20) -> str:
    return label if len(label) <= most else "…" + label[1 - most :]
