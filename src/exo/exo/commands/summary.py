"""``exo summary``: what a recorded trial shows."""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exo import trial_folder
from exo.json_output import add_json_option, print_json, to_plain
from exo_control.errors import ConfigError


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo summary``."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "summary", help="summarise a recorded trial: summary.json and summary.png in its folder"
    )
    parser.add_argument("trial", type=Path, help="trial folder")
    add_json_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Summarise a trial."""
    summarise(args.trial, as_json=args.json)
    return 0


def summarise(trial: Path, as_json: bool = False) -> None:
    """Write summary.json and summary.png into a trial folder and print the figures.

    Raises:
        ConfigError: there is no recording, it cannot be read, or it is empty.
    """
    if (trial / trial_folder.TRIAL).is_file():
        _summarise_phases(trial, as_json)
        return
    from exo.trajectory import from_recording
    from exo.trial_figures import TrialReplay, human_model, summarise_trial, walk_at_same_speed
    from exo.trial_recording import load_recording

    recording = load_recording(trial / trial_folder.BAG)
    for problem in recording.problems:
        print(f"{trial}: {problem}", file=sys.stderr)
    if len(recording.stamps_ns) < 2:
        raise ConfigError(f"{trial}: nothing to summarise, the recording has {len(recording.stamps_ns)} whole states")
    trajectory = from_recording(recording)
    model = human_model(recording)
    # What is known at once is written at once: the comparison may have to compile the engine first.
    summary = summarise_trial(recording, trajectory, None, None)
    _write(trial, summary)
    unassisted = None
    if recording.parameters.get("engine") == "scone":
        print(f"{trial}: walked in SCONE, so that no walk of our own engine compares with it", file=sys.stderr)
    elif model is not None:
        replay = TrialReplay(recording, model, trajectory)
        if replay.reproduces_trial():
            unassisted = replay.without_assistance()
            same_speed = walk_at_same_speed(recording, model, trajectory)
            summary = summarise_trial(recording, trajectory, unassisted, same_speed)
            _write(trial, summary)
        else:
            print(f"{trial}: gait, model or engine have changed since: nothing to compare with", file=sys.stderr)
    files = [trial_folder.SUMMARY]
    if model is not None:
        from exo.trial_plot import plot_trial

        title = f"{summary['trial_id']}: policy {summary['policy']}, gait {summary['gait']}"
        weight = model.mass_kg * model.gravity_m_s2
        if plot_trial(trajectory, unassisted, weight, title, trial / trial_folder.PLOT):
            files.append(trial_folder.PLOT)
    if as_json:
        print_json(summary)
        return
    print(table(summary))
    print(f"\n{trial.absolute()}: {', '.join(files)}, {trial_folder.BAG}/", flush=True)


def _summarise_phases(trial: Path, as_json: bool) -> None:
    from exo import phase_figures
    from exo.phase_plot import plot_phases

    recorded = phase_figures.load_trial(trial)
    summary = phase_figures.summarise(recorded)
    _write(trial, summary)
    plot_phases(recorded, summary, trial / trial_folder.PLOT)
    if as_json:
        print_json(summary)
        return
    print(phase_figures.table(summary))
    files = ", ".join([trial_folder.SUMMARY, trial_folder.PLOT, *(f"{name}/" for name in recorded.recordings)])
    print(f"\n{trial.absolute()}: {files}", flush=True)


def _write(trial: Path, summary: Mapping[str, Any]) -> None:
    text = json.dumps(to_plain(summary), indent=2, allow_nan=False) + "\n"
    (trial / trial_folder.SUMMARY).write_text(text)


ROWS = (
    ("speed_mps", "speed", "m/s", "{:.3f}"),
    ("cot_gross", "cost of transport, gross", "J/(kg m)", "{:.2f}"),
    ("cot_net", "cost of transport, net", "J/(kg m)", "{:.2f}"),
    ("metabolic_power_net_w", "metabolic power, net", "W", "{:.0f}"),
    ("hip_activation_squared", "hip muscles, mean squared activation", "", "{:.4f}"),
)
OUTCOME = (
    ("torque_peak_nm", "exoskeleton torque, peak", "Nm", "{:.2f}"),
    ("torque_rms_nm", "exoskeleton torque, RMS", "Nm", "{:.2f}"),
    ("exo_positive_power_w", "exoskeleton power, mean positive", "W", "{:.2f}"),
    ("exo_net_power_w", "exoskeleton power, mean net", "W", "{:.2f}"),
)


def table(summary: Mapping[str, Any]) -> str:
    """Return the main figures as a table for the terminal."""
    reference = summary["without_assistance"] or {}
    same_speed = summary["without_assistance_at_same_speed"] or {}
    ended = "fell" if summary["fell"] else "did not fall"
    lines = [f"{summary['trial_id']}: walked {summary['seconds']:.2f} s, {ended}"]
    if not summary["complete"]:
        lines.append("The recording was not closed: the figures are of what was saved.")
    if reference.get("fell"):
        lines.append(f"Without assistance the same walk falls after {reference['seconds']:.2f} s.")
    lines.append(f"\n{'exoskeleton':46}{'on':>10}{'off':>10}{'change':>10}{'off, at same speed':>20}{'change':>10}")
    for key, label, unit, form in ROWS:
        line = f"{f'{label}, {unit}'.rstrip(', '):46}{_text(summary[key], form):>10}"
        for other, width in ((reference, 10), (same_speed, 20)):
            change = other.get("change_percent", {}).get(key)
            line += f"{_text(other.get(key), form):>{width}}{_text(change, '{:+.1f} %'):>10}"
        lines.append(line)
    for key, label, unit, form in OUTCOME:
        lines.append(f"{f'{label}, {unit}':46}{_text(summary[key], form):>10}")
    lines.append(f"{'missed deadlines':46}{summary['missed_deadlines']:>10}")
    if summary["command_latency_ms"]["p50"] is not None:
        latency = summary["command_latency_ms"]
        lines.append(f"{'encoder to command, median / 99 % / max, ms':46}" + _latencies(latency))
    for fault in summary["safety"]["faults"]:
        lines.append(f"safety fault {fault['fault']}: {fault['message']}")
    return "\n".join(lines)


def _latencies(latency: Mapping[str, float]) -> str:
    return f"{latency['p50']:>10.2f}{latency['p99']:>10.2f}{latency['max']:>10.2f}"


def _text(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)
