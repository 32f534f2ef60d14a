"""The picture of a trial in phases: signals over its time, with the phases behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from numpy.typing import NDArray

from exo.phase_figures import RecordedTrial
from exo.trial_recording import Recording

matplotlib.use("Agg")
import matplotlib.pyplot as plt

Floats = NDArray[np.float64]

COLOURS = {"stand": "0.93", "rest": "0.97", "walk": "#d8ebf3"}
LINE, MEAN = "#0b6e99", "#c8501e"
BIN_S = 5.0
"""Means are drawn over this: about four strides. Shorter trials have shorter ones."""


@dataclass(frozen=True)
class Panel:
    """A signal over the time of the trial."""

    title: str
    time_s: Floats
    values: Floats
    steady: Sequence[float | None]
    """The figure of each phase's steady part, in the order of the trial's runs; None where there is none."""


def _binned(time_s: Floats, values: Floats, bin_s: float) -> tuple[Floats, Floats]:
    """Return the means over bins; empty bins are gaps (NaN)."""
    bins = np.floor(time_s / bin_s).astype(np.int64)
    counts = np.bincount(bins)
    with np.errstate(invalid="ignore"):
        means: Floats = np.bincount(bins, values).astype(np.float64) / counts
    return (np.arange(len(counts), dtype=np.float64) + 0.5) * bin_s, means


def phase_panels(trial: RecordedTrial, phases: Sequence[Mapping[str, Any]], bin_s: float) -> list[Panel]:
    """Return metabolic rate, where the person was simulated, and RMS torque of the device."""
    starts = start_times(trial)
    power: list[tuple[Floats, Floats]] = []
    torque: list[tuple[Floats, Floats]] = []
    for name, recording in trial.recordings.items():
        for series, of_all in ((recording.metabolic_power, power), (recording.applied_torque, torque)):
            # Worn by emulated drives, a person is there before the device says anything.
            begun = series.stamp_ns >= _first_ns(recording)
            if begun.any():
                of_all.append((trial_time_s(recording, series.stamp_ns[begun], starts[name]), series.values[begun]))
    panels = []
    if power:
        time_s, values = (np.concatenate(parts) for parts in zip(*power, strict=True))
        at, mean = _binned(time_s, values[:, 0] / trial.file.mass_kg, bin_s)
        panels.append(Panel("metabolic rate, gross, W/kg", at, mean, [phase["gross_w_kg"] for phase in phases]))
    if torque:
        time_s, values = (np.concatenate(parts) for parts in zip(*torque, strict=True))
        at, mean = _binned(time_s, (values**2).mean(axis=1), bin_s)
        panels.append(
            Panel("torque of the device, RMS, Nm", at, np.sqrt(mean), [phase["torque_rms_nm"] for phase in phases])
        )
    return panels


def _first_ns(recording: Recording) -> int:
    return int(recording.applied_torque.stamp_ns[0])


def start_times(trial: RecordedTrial) -> dict[str, float]:
    """Return when each recording begins in the picture, s: one after the other, since the clock may start anew."""
    starts, end_s = {}, 0.0
    for name, recording in trial.recordings.items():
        stamps = recording.applied_torque.stamp_ns
        starts[name] = end_s
        end_s += float(stamps[-1] - stamps[0]) * 1e-9
    return starts


def trial_time_s(recording: Recording, stamps_ns: NDArray[np.int64] | int, start_s: float) -> Floats:
    """Return times in the picture, s."""
    return start_s + np.asarray(stamps_ns - _first_ns(recording), dtype=np.float64) * 1e-9


def plot_phases(trial: RecordedTrial, summary: Mapping[str, Any], path: Path) -> None:
    """Draw the signals of a trial over its phases, and the figures of the steady part of each."""
    bin_s = min(BIN_S, trial.file.schedule.steady_state_s / 4.0)
    title = f"{summary['trial_id']}: protocol {summary['protocol']}"
    draw_phases(trial, phase_panels(trial, summary["phases"], bin_s), title, path)


def draw_phases(trial: RecordedTrial, panels: Sequence[Panel], title: str, path: Path) -> None:
    """Draw panels over the phases of a trial."""
    starts = start_times(trial)
    figure, axes = plt.subplots(
        len(panels), 1, figsize=(12.0, 1.5 + 2.5 * len(panels)), sharex=True, squeeze=False, constrained_layout=True
    )
    for row, (axis, panel) in enumerate(zip(axes[:, 0], panels, strict=True)):
        axis.plot(panel.time_s / 60.0, panel.values, color=LINE, lw=1.2)
        axis.set_title(panel.title, fontsize=10, loc="left")
        axis.set_ylim(bottom=min(0.0, float(np.nanmin(panel.values))))
        axis.margins(x=0.0)
        axis.spines[["top", "right"]].set_visible(False)
        for (name, run), figure_of_phase in zip(trial.runs, panel.steady, strict=True):
            recording = trial.recordings[name]
            for begin, end in run.intervals_ns:
                span = trial_time_s(recording, np.array([begin, end]), starts[name]) / 60.0
                axis.axvspan(*span, color=COLOURS[run.mark.kind], lw=0, zorder=0)
            if run.intervals_ns and row == 0:
                middle = float(trial_time_s(recording, run.intervals_ns[0][0], starts[name])) / 60.0
                axis.text(middle, 1.0, f" {run.mark.phase}", transform=axis.get_xaxis_transform(), fontsize=8, va="top")
            window = run.last(trial.file.schedule.steady_state_s)
            if window is not None and figure_of_phase is not None:
                at = trial_time_s(recording, np.array(window), starts[name]) / 60.0
                axis.plot(at, [figure_of_phase] * 2, color=MEAN, lw=2.5, solid_capstyle="butt")
    axes[-1, 0].set_xlabel("time, min; orange: the steady part of a phase")
    figure.suptitle(title, fontsize=11)
    figure.savefig(path, dpi=120)
    plt.close(figure)
