"""The figures of a trial in phases, phase by phase: what its ``summary.json`` holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exo import trial_folder
from exo.trial_figures import safety, timing
from exo.trial_progress import recorded_runs
from exo.trial_recording import Recording, load_recording
from exo_analysis.device_effort import device_effort
from exo_analysis.hip_strides import find_strides
from exo_analysis.net_rates import PhaseRate, net_rates, standing_rate
from exo_control.errors import ConfigError, ExoError
from exo_control.joints import POLICY_PERIOD_S
from exo_trial.phase_runs import PhaseRun
from exo_trial.trial_file import TrialFile, load_trial_file

FIGURES = (
    "gross_w_kg",
    "torque_rms_nm",
    "torque_peak_nm",
    "exo_positive_power_w",
    "exo_net_power_w",
    "cadence_steps_min",
    "walked_m_s",
)


@dataclass(frozen=True)
class RecordedTrial:
    """A trial in phases with its recordings."""

    folder: Path
    file: TrialFile
    recordings: dict[str, Recording]
    """By the name of their folder, in the order of their making."""
    runs: list[tuple[str, PhaseRun]]
    """The last pass through each phase that was begun, with its recording, in the order of the phases."""

    @property
    def finished(self) -> bool:
        """Whether every phase was gone through to its end."""
        return len(self.runs) == len(self.file.schedule.phases) and all(run.complete for _, run in self.runs)


def load_trial(folder: Path) -> RecordedTrial:
    """Read a trial in phases.

    Raises:
        ConfigError: it is none, nothing was recorded, or a recording cannot be read.
    """
    file = load_trial_file(folder / trial_folder.TRIAL)
    loaded = {bag.name: load_recording(bag) for bag in trial_folder.recordings(folder)}
    recordings = {name: recording for name, recording in loaded.items() if len(recording.applied_torque.stamp_ns)}
    if not recordings:
        raise ConfigError(f"{folder}: nothing to summarise, no state of the device was recorded")
    # A later recording goes on with the first phase that was not finished, so its pass is the one that counts.
    last = {run.mark.index: (name, run) for name, recording in recordings.items() for run in recorded_runs(recording)}
    return RecordedTrial(folder, file, recordings, [last[index] for index in sorted(last)])


def phase_figures(recording: Recording, run: PhaseRun, steady_s: float, mass_kg: float) -> dict[str, float | None]:
    """Return the figures of the last ``steady_s`` of a phase; None for what it is too short for or has no data of."""
    figures: dict[str, float | None] = dict.fromkeys(FIGURES)
    window = run.last(steady_s)
    if window is None:
        return figures
    torque, position, velocity = recording.applied_torque, recording.joint_position, recording.joint_velocity
    inside = _within(torque.stamp_ns, window)
    if inside.sum() > 1:
        effort = device_effort(torque.values[inside], velocity.values[inside], POLICY_PERIOD_S)
        figures |= {
            "torque_rms_nm": effort.torque_rms_nm,
            "torque_peak_nm": effort.torque_peak_nm,
            "exo_positive_power_w": effort.power_positive_w,
            "exo_net_power_w": effort.power_net_w,
        }
        if run.mark.kind == "walk":
            figures["cadence_steps_min"] = _cadence(torque.stamp_ns[inside], position.values[inside])
    power, com = recording.metabolic_power, recording.centre_of_mass
    if (of_power := _within(power.stamp_ns, window)).any():
        figures["gross_w_kg"] = float(power.values[of_power, 0].mean()) / mass_kg
    if (of_com := _within(com.stamp_ns, window)).sum() > 1:
        way, stamps = com.values[of_com, 0], com.stamp_ns[of_com]
        figures["walked_m_s"] = float((way[-1] - way[0]) / ((stamps[-1] - stamps[0]) * 1e-9))
    return figures


def _within(stamps_ns: NDArray[np.int64], window: tuple[int, int]) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (stamps_ns > window[0]) & (stamps_ns <= window[1])
    return inside


def _cadence(stamps_ns: NDArray[np.int64], hips_rad: NDArray[np.float64]) -> float | None:
    try:
        return find_strides((stamps_ns - stamps_ns[0]) * 1e-9, hips_rad[:, 0]).cadence_steps_min
    except ExoError:  # too short for strides
        return None


def summarise(trial: RecordedTrial) -> dict[str, Any]:
    """Return the summary of a trial in phases.

    Raises:
        ExoError: walking free takes no more than standing.
    """
    schedule = trial.file.schedule
    phases: list[dict[str, Any]] = []
    rates: list[PhaseRate] = []
    for name, run in trial.runs:
        figures = phase_figures(trial.recordings[name], run, schedule.steady_state_s, trial.file.mass_kg)
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
    ("torque_rms_nm", "RMS Nm", "{:.2f}"),
    ("exo_positive_power_w", "power + W", "{:.2f}"),
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
    return "\n".join([*lines, *_problems(summary["recordings"])])


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
