"""The figures of a trial: what ``summary.json`` holds."""

from __future__ import annotations

from typing import Any

import numpy as np

from exo.trajectory import Trajectory, from_walk
from exo.trial_recording import Recording
from exo_control.joints import POLICY_PERIOD_S
from exo_sim.disturbance import Disturbance
from exo_sim.gait import load_gait
from exo_sim.human import FALL_HEIGHT
from exo_sim.human_model import HumanModel, load_human_model
from exo_sim.names import HIP_MUSCLES, MUSCLES
from exo_sim.subject import load_subject
from exo_sim.walk import Walker

_HIP = [MUSCLES.index(f"{name}_{side}") for name in HIP_MUSCLES for side in "rl"]
SHORTEST_S = 0.5
"""A shorter trajectory has no speed or cost of transport worth telling."""

COMPARED = ("speed_mps", "cot_gross", "cot_net", "metabolic_power_w", "metabolic_power_net_w", "hip_activation_squared")


def human_model(recording: Recording) -> HumanModel | None:
    """Return the model of the trial's person, or None if the recording does not tell who that was."""
    parameters = recording.parameters
    if "gait" not in parameters or "subject" not in parameters:
        return None
    subject = load_subject(parameters["subject"])
    return load_human_model(load_gait(parameters["gait"]).human).scaled(subject.mass_kg, subject.height_m)


def walk_without_assistance(recording: Recording, model: HumanModel, seconds: float) -> Trajectory:
    """Walk the trial again, with the same disturbances and without torque."""
    parameters = recording.parameters
    node = next(iter(parameters["simulation_params"].values()))["ros__parameters"]
    disturbance = Disturbance(node.get("hip_noise_nm", 0.0), node.get("push_m_s", 0.0))
    # The draw is that of the whole trial, though the trial may have ended early.
    periods = round(parameters["duration_s"] / POLICY_PERIOD_S)
    noise, push = disturbance.draw(periods, np.random.default_rng(parameters["seed"]))
    done = round(seconds / POLICY_PERIOD_S)
    walk = Walker(model, load_gait(parameters["gait"])).walk(noise[:done], push[:done])
    trajectory = from_walk(walk)
    trajectory.torque_nm[:] = 0.0  # what acted was the disturbance
    return trajectory


def has_fallen(trajectory: Trajectory) -> bool:
    """Whether the walk ended in a fall."""
    return bool(trajectory.com_m[-1, 1] < FALL_HEIGHT * trajectory.com_m[0, 1])


def walking(trajectory: Trajectory, mass_kg: float) -> dict[str, float | bool | None]:
    """Return speed, energy and effort of the steady part of a walk."""
    steady = trajectory.steady()
    if steady.seconds < SHORTEST_S:
        return dict.fromkeys(("distance_m", *COMPARED), None)
    distance = float(steady.com_m[-1, 0] - steady.com_m[0, 0])
    gross, net = steady.power_w[1:].mean(axis=0).tolist()
    speed = distance / steady.seconds
    per = mass_kg * max(abs(speed), 0.1)  # standing still has no cost of transport
    return {
        "distance_m": float(trajectory.com_m[-1, 0] - trajectory.com_m[0, 0]),
        "speed_mps": speed,
        "cot_gross": gross / per,
        "cot_net": net / per,
        "metabolic_power_w": gross,
        "metabolic_power_net_w": net,
        "hip_activation_squared": float(np.mean(steady.activation[:, _HIP] ** 2)),
    }


def device(trajectory: Trajectory) -> dict[str, float]:
    """Return torque and power of the device, both legs."""
    power = trajectory.steady().exo_power_w
    torque = trajectory.torque_nm
    return {
        "torque_peak_nm": float(np.abs(torque).max()),
        "torque_rms_nm": float(np.sqrt(np.mean(trajectory.steady().torque_nm ** 2))),
        "exo_positive_power_w": float(np.maximum(power, 0.0).sum(axis=1).mean()) if len(power) else 0.0,
        "exo_net_power_w": float(power.sum(axis=1).mean()) if len(power) else 0.0,
    }


def timing(recording: Recording) -> dict[str, Any]:
    """Return missed deadlines and latency of commands; the latter only for trials in real time."""
    statuses = recording.safety_status
    last = statuses[-1] if statuses else {}
    late_ticks, late_commands = int(last.get("late_ticks", 0)), int(last.get("late_commands", 0))
    latency = [float(s["command_latency_s"]) for s in statuses if s["command_latency_s"] != "none"]
    percentiles = (1e3 * np.percentile(latency, [50, 99, 99.9, 100])).tolist() if latency else [None] * 4
    rate = recording.node_health.get("simulation", {}).get("rate_hz", "none")
    return {
        "missed_deadlines": late_ticks + late_commands,
        "late_ticks": late_ticks,
        "late_commands": late_commands,
        "rate_hz": None if rate == "none" else float(rate),
        "command_latency_ms": dict(zip(("p50", "p99", "p999", "max"), percentiles, strict=True)),
    }


def safety(recording: Recording) -> dict[str, Any]:
    """Return the faults and how much of the time each rule of the limiter was at work."""
    statuses = recording.safety_status
    faults: list[dict[str, str]] = []
    for status in statuses:
        fault = {"fault": status["fault"], "message": status["message"]}
        if status["fault"] != "none" and (not faults or faults[-1] != fault):
            faults.append(fault)
    rules = [rule for status in statuses for rule in status["rules"].split()]
    share = {rule: 100.0 * rules.count(rule) / len(statuses) for rule in sorted(set(rules))}
    return {"faults": faults, "rules_active_percent": share}


def summarise_trial(recording: Recording, trajectory: Trajectory, unassisted: Trajectory | None) -> dict[str, Any]:
    """Return the summary of a trial."""
    model = human_model(recording)
    mass = model.mass_kg if model else float("nan")
    about = {key: recording.custom_data.get(key) for key in ("trial_id", "policy", "gait", "subject", "git_sha")}
    with_assistance = walking(trajectory, mass)
    summary: dict[str, Any] = {
        **about,
        "seed": recording.parameters.get("seed"),
        "complete": recording.complete,
        "seconds": trajectory.seconds,
        "fell": has_fallen(trajectory),
        **with_assistance,
        **device(trajectory),
        **timing(recording),
        "safety": safety(recording),
    }
    if unassisted is not None:
        reference = walking(unassisted, mass)
        fell = has_fallen(unassisted)
        summary["without_assistance"] = {"seconds": unassisted.seconds, "fell": fell, **reference}
        if not (fell or summary["fell"]):  # a stumble is not the gait that would be compared
            summary["change_percent"] = {key: _change(with_assistance[key], reference[key]) for key in COMPARED}
    return summary


def _change(value: Any, reference: Any) -> float | None:
    return None if value is None or not reference else 100.0 * (value / reference - 1.0)
