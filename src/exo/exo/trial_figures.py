"""The figures of a trial: what ``summary.json`` holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace
from typing import Any

import numpy as np

from exo.safety_log import MESSAGE
from exo.trajectory import Floats, Trajectory, from_walk
from exo.trial_recording import Recording
from exo_analysis.device_effort import device_effort
from exo_control.joints import POLICY_PERIOD_S
from exo_scone.people import is_own_model
from exo_sim.disturbance import Disturbance
from exo_sim.gait import load_gait
from exo_sim.human_interface import FALL_HEIGHT
from exo_sim.human_model import HumanModel, load_human_model
from exo_sim.names import HIP_MUSCLES, MUSCLES
from exo_sim.speed_matching import walk_at_speed
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
    if is_own_model(parameters["gait"]):
        mass_kg = recording.custom_data.get("mass_kg")
        return load_human_model().scaled(mass_kg=float(mass_kg)) if mass_kg else None
    subject = load_subject(parameters["subject"])
    return subject.scaled(load_human_model(load_gait(parameters["gait"]).human))


def _person_parameters(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the ROS parameters of the node of the person."""
    files = parameters.get("simulation_params") or {
        node: values for node, values in parameters.get("hardware_params", {}).items() if node.endswith("emulator")
    }
    values: dict[str, Any] = next((file["ros__parameters"] for file in files.values()), {})
    return values


START_ATOL_M = 1e-4
"""How far two walks may differ after 10 ms in which the torque differs by less than a newton metre."""


class TrialReplay:
    """Walks a recorded trial again in the engine, with the same disturbances and any torque of the device."""

    def __init__(self, recording: Recording, model: HumanModel, trajectory: Trajectory) -> None:
        """Prepare the person and the disturbances of a trial."""
        parameters = recording.parameters
        node = _person_parameters(parameters)
        disturbance = Disturbance(node.get("hip_noise_nm", 0.0), node.get("push_m_s", 0.0))
        # The draw is that of the whole trial, though the trial may have ended early.
        periods = round(parameters.get("disturbed_s", parameters["duration_s"]) / POLICY_PERIOD_S)
        noise, push = disturbance.draw(periods, np.random.default_rng(parameters["seed"]))
        self._trajectory, self._simulated = trajectory, recording.is_simulated
        self._done = len(trajectory.com_m) - 1
        undisturbed = max(self._done - periods, 0)  # emulated drives ramp down while the walk goes on
        self._noise_nm = np.pad(noise[: self._done], ((0, undisturbed), (0, 0)))
        self._push_m_s = np.pad(push[: self._done], (0, undisturbed))
        self._walker = Walker(model, load_gait(parameters["gait"]))

    def walk(self, torque_nm: Floats) -> Trajectory:
        """Walk with a torque of the device, shape (n - 1, 2), Nm; the first state is the recorded one."""
        walked = from_walk(self._walker.walk(torque_nm + self._noise_nm, self._push_m_s))
        walked = replace(walked, torque_nm=torque_nm[: len(walked.com_m)])
        pairs = ((getattr(self._trajectory, field.name)[:1], getattr(walked, field.name)) for field in fields(walked))
        return Trajectory(*(np.concatenate(pair) for pair in pairs))

    def reproduces_trial(self) -> bool:
        """Whether the recorded torques give the recorded walk; of emulated drives, whether both start alike.

        If not, gait, model or engine have changed since, or states are missing in the recording: a walk without
        assistance would then be that of another person. The torques of emulated drives change all the time, so the
        recorded ones give a walk that is a little different.
        """
        if not self._simulated:
            first = self._walker.walk(self._noise_nm[:1], self._push_m_s[:1])
            return bool(np.allclose(from_walk(first).com_m[0], self._trajectory.com_m[1], rtol=0.0, atol=START_ATOL_M))
        again, recorded = self.walk(self._trajectory.torque_nm[1:]).com_m, self._trajectory.com_m
        return again.shape == recorded.shape and bool(np.allclose(again, recorded, rtol=0.0, atol=1e-6))

    def without_assistance(self) -> Trajectory:
        """Walk the trial without torque of the device."""
        return self.walk(np.zeros((self._done, 2)))


def walk_at_same_speed(recording: Recording, model: HumanModel, trajectory: Trajectory) -> Trajectory | None:
    """Walk without assistance or disturbances at the trial's steady speed; None where the gait does not reach it.

    Assistance that only slows the walker down, or speeds it up, changes the energy too; here it does not.
    """
    steady = trajectory.steady()
    if steady.seconds == trajectory.seconds or has_fallen(trajectory):
        return None
    speed = float(steady.com_m[-1, 0] - steady.com_m[0, 0]) / steady.seconds
    walk = walk_at_speed(model, load_gait(recording.parameters["gait"]), speed, trajectory.seconds)
    return None if walk is None else from_walk(walk)


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
    steady = trajectory.steady()
    effort = device_effort(steady.torque_nm, steady.hip_velocity_rad_s, POLICY_PERIOD_S)
    return {
        "torque_peak_nm": float(np.abs(trajectory.torque_nm).max()),
        "torque_rms_nm": effort.torque_rms_nm,
        "exo_positive_power_w": effort.power_positive_w,
        "exo_net_power_w": effort.power_net_w,
    }


def timing(recording: Recording) -> dict[str, Any]:
    """Return missed deadlines and latency of commands; the latter only for trials in real time."""
    log = recording.safety
    late_ticks, late_commands = (int(log[key][-1]) if len(log) else 0 for key in ("late_ticks", "late_commands"))
    latency = [float(text) for text in log["command_latency_s"] if text != "none"]
    percentiles = (1e3 * np.percentile(latency, [50, 99, 99.9, 100])).tolist() if latency else [None] * 4
    node = "simulation" if recording.is_simulated else "hardware"
    rate = recording.node_health.get(node, {}).get("rate_hz", "none")
    return {
        "missed_deadlines": late_ticks + late_commands,
        "late_ticks": late_ticks,
        "late_commands": late_commands,
        "rate_hz": None if rate == "none" else float(rate),
        "command_latency_ms": dict(zip(("p50", "p99", "p999", "max"), percentiles, strict=True)),
    }


def safety(recording: Recording) -> dict[str, Any]:
    """Return the faults and how much of the time each rule of the limiter was at work."""
    log = recording.safety
    faults: list[dict[str, str]] = []
    for name, message in zip(log["fault"], log[MESSAGE], strict=True):
        fault = {"fault": name, "message": message}
        if name != "none" and (not faults or faults[-1] != fault):
            faults.append(fault)
    rules = Counter(rule for active in log["rules"] for rule in active.split())
    share = {rule: 100.0 * rules[rule] / len(log) for rule in sorted(rules)}
    return {"faults": faults, "rules_active_percent": share}


def summarise_trial(
    recording: Recording, trajectory: Trajectory, unassisted: Trajectory | None, same_speed: Trajectory | None
) -> dict[str, Any]:
    """Return the summary of a trial and of its comparison with walks without assistance."""
    model = human_model(recording)
    mass = model.mass_kg if model else float("nan")
    about = {key: recording.custom_data.get(key) for key in ("trial_id", "policy", "gait", "subject", "git_sha")}
    assisted = walking(trajectory, mass)
    summary: dict[str, Any] = {
        **about,
        "seed": recording.parameters.get("seed"),
        "complete": recording.complete,
        "seconds": trajectory.seconds,
        "fell": has_fallen(trajectory),
        **assisted,
        **device(trajectory),
        **timing(recording),
        "safety": safety(recording),
    }
    for key, reference in (("without_assistance", unassisted), ("without_assistance_at_same_speed", same_speed)):
        if reference is None:
            summary[key] = None
            continue
        fell, figures = has_fallen(reference), walking(reference, mass)
        summary[key] = {"seconds": reference.seconds, "fell": fell, **figures}
        if not (fell or summary["fell"]):  # a stumble is not the gait that would be compared
            summary[key]["change_percent"] = {name: _change(assisted[name], figures[name]) for name in COMPARED}
    return summary


def _change(value: Any, reference: Any) -> float | None:
    """Return the change that the device makes, in percent of the walk without it."""
    return None if value is None or not reference else 100.0 * (value / reference - 1.0)
