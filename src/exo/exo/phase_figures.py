"""The figures of a trial in phases, phase by phase: what its ``summary.json`` holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from exo import trial_folder
from exo.report.segments import steady_part
from exo.report.trial_signals import TrialSignals
from exo.report.walk_analysis import analyse_walk
from exo.trial_figures import safety, timing
from exo.trial_progress import readable_recordings, recorded_runs
from exo.trial_recording import Recording
from exo_analysis.net_rates import PhaseRate, net_rates, standing_rate
from exo_control.errors import ConfigError
from exo_trial.phase_runs import PhaseRun
from exo_trial.trial_file import TrialFile, load_trial_file

FIGURES = (
    "torque_rms_nm",
    "torque_peak_nm",
    "exo_positive_power_w",
    "exo_net_power_w",
    "work_positive_j_stride",
    "work_negative_j_stride",
    "cadence_steps_min",
    "stride_s",
    "stride_cv_percent",
    "hip_range_right_deg",
    "hip_range_left_deg",
    "step_length_by_hips_m",
)
"""Of a phase, by their names on the page of ``exo report``, beside metabolic rate and speed."""


@dataclass(frozen=True)
class RecordedTrial:
    """A trial in phases with its recordings."""

    folder: Path
    file: TrialFile
    recordings: dict[str, Recording]
    """By the name of their folder, in the order of their making."""
    runs: list[tuple[str, PhaseRun]]
    """The last pass through each phase that was begun, with its recording, in the order of the phases."""
    not_usable: list[str] = field(default_factory=list)
    """Recordings of which nothing can be read, and why."""

    @property
    def finished(self) -> bool:
        """Whether every phase was gone through to its end."""
        return len(self.runs) == len(self.file.schedule.phases) and all(run.complete for _, run in self.runs)


def load_trial(folder: Path) -> RecordedTrial:
    """Read a trial in phases.

    Raises:
        ConfigError: it is none, nothing was recorded, or nothing of that can be read.
    """
    file = load_trial_file(folder / trial_folder.TRIAL)
    loaded, not_usable = readable_recordings(folder)
    recordings = {name: recording for name, recording in loaded.items() if len(recording.applied_torque.stamp_ns)}
    if not recordings:
        why = "; ".join(not_usable) or "no state of the device was recorded"
        raise ConfigError(f"{folder}: nothing to summarise, {why}")
    # A later recording goes on with the first phase that was not finished, so its pass is the one that counts.
    last = {run.mark.index: (name, run) for name, recording in recordings.items() for run in recorded_runs(recording)}
    return RecordedTrial(folder, file, recordings, [last[index] for index in sorted(last)], not_usable)


def phase_figures(signals: TrialSignals, run: PhaseRun, steady_s: float, mass_kg: float) -> dict[str, float | None]:
    """Return the figures of the last ``steady_s`` of a phase; None for what it is too short for or has no data of.

    They are those of ``exo report``.
    """
    figures: dict[str, float | None] = dict.fromkeys(("gross_w_kg", *FIGURES, "walked_m_s"))
    segment = steady_part(run, signals.origin_ns, steady_s)
    if segment is None:
        return figures
    found = analyse_walk(signals, segment, run.mark.phase, by_hips=False).figures
    figures |= {name: found.get(name) for name in FIGURES} | {"walked_m_s": found.get("speed_m_s")}
    if (power := found.get("metabolic_power_w")) is not None:
        figures["gross_w_kg"] = power / mass_kg
    return figures


def summarise(trial: RecordedTrial) -> dict[str, Any]:
    """Return the summary of a trial in phases.

    Raises:
        ExoError: walking free takes no more than standing.
    """
    schedule = trial.file.schedule
    phases: list[dict[str, Any]] = []
    rates: list[PhaseRate] = []
    signals = {name: TrialSignals(recording, name, trial.file) for name, recording in trial.recordings.items()}
    for name, run in trial.runs:
        figures = phase_figures(signals[name], run, schedule.steady_state_s, trial.file.mass_kg)
        mark = asdict(run.mark)
        mark.pop("state")
        phases.append({**mark, "recording": name, "complete": run.complete, "seconds": run.seconds, **figures})
        if run.complete and (gross := figures["gross_w_kg"]) is not None:
            rates.append(PhaseRate(run.mark.kind, run.mark.condition, gross))
    stand = standing_rate(rates)
    for phase in phases:
        known = stand is not None and phase["gross_w_kg"] is not None and phase["kind"] == "walk"
        phase["net_w_kg"] = phase["gross_w_kg"] - stand if known else None
    first = next(iter(trial.recordings.values()))
    return {
        "trial_id": trial.folder.absolute().name,
        "protocol": schedule.protocol,
        "protocol_sha256": schedule.protocol_sha256,
        "order_seed": schedule.order_seed,
        "duration_scale": schedule.duration_scale,
        "steady_state_s": schedule.steady_state_s,
        "subject": trial.file.arguments["subject"],
        "mass_kg": trial.file.mass_kg,
        "git_sha": first.custom_data.get("git_sha"),
        "finished": trial.finished,
        "recordings": [_describe(name, recording) for name, recording in trial.recordings.items()],
        "not_usable": trial.not_usable,
        "phases": phases,
        "standing_w_kg": stand,
        "conditions": {condition: asdict(rate) for condition, rate in net_rates(rates).items()},
    }


def _describe(name: str, recording: Recording) -> dict[str, Any]:
    stamps = recording.applied_torque.stamp_ns
    seconds = float(stamps[-1] - stamps[0]) * 1e-9
    about = {"recording": name, "complete": recording.complete, "seconds": seconds}
    return {**about, **timing(recording), "safety": safety(recording)}


TABLE = (
    ("gross_w_kg", "gross W/kg", "{:.2f}"),
    ("net_w_kg", "net W/kg", "{:.2f}"),
    ("walked_m_s", "m/s", "{:.2f}"),
    ("cadence_steps_min", "steps/min", "{:.0f}"),
    ("hip_range_right_deg", "hip deg", "{:.0f}"),
    ("torque_rms_nm", "RMS Nm", "{:.2f}"),
    ("exo_positive_power_w", "power + W", "{:.2f}"),
    ("work_positive_j_stride", "+ J/stride", "{:.2f}"),
)


def table(summary: dict[str, Any]) -> str:
    """Return the figures as a table for the terminal."""
    ended = "finished" if summary["finished"] else "not finished"
    lines = [
        f"{summary['trial_id']}: protocol {summary['protocol']}, {ended}; last {summary['steady_state_s']:g} s of:"
    ]
    lines.append(f"{'phase':16}{'condition':12}{'s':>8}" + "".join(f"{label:>12}" for _, label, _ in TABLE))
    for phase in summary["phases"]:
        line = f"{phase['phase']:16}{phase['condition']:12}{phase['seconds']:>8.1f}"
        line += "".join(f"{_text(phase[key], form):>12}" for key, _, form in TABLE)
        lines.append(line + ("" if phase["complete"] else "  not finished"))
    for condition, rate in summary["conditions"].items():
        change = _text(rate["change_percent"], ", {:+.1f} % against walking free")
        lines.append(f"{condition}: net {rate['net_w_kg']:.2f} W/kg" + (change if change != "-" else ""))
    return "\n".join([*lines, *_problems(summary["recordings"]), *summary["not_usable"]])


def _problems(recordings: Sequence[dict[str, Any]]) -> list[str]:
    lines = []
    for recording in recordings:
        name = recording["recording"]
        if not recording["complete"]:
            lines.append(f"{name} was not closed: the figures are of what was saved.")
        if recording["missed_deadlines"]:
            lines.append(f"{name}: {recording['missed_deadlines']} missed deadlines")
        lines += [
            f"{name}: safety fault {fault['fault']}: {fault['message']}" for fault in recording["safety"]["faults"]
        ]
    return lines


def _text(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)
