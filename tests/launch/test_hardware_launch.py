"""hardware.launch.py with emulated drives: a trial from end to end, identical torque, and what is refused."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from exo.trajectory import JOINTS
from exo.trial_recording import Recording, load_recording
from exo_analysis.similarity import normalised_cross_correlation
from exo_control.registry import make_policy
from exo_nodes import topics
from exo_safety.limiter import SafetyLimiter
from exo_safety.limits import load_limits

from .conftest import LaunchTrial, Trial

pytestmark = [pytest.mark.integration, pytest.mark.real_time]

SIDES = range(2)
HIPS = [JOINTS.index("right_hip_flexion"), JOINTS.index("left_hip_flexion")]
EMULATED = {"emulate": "true", "gait": "two_state"}
LONG_ENOUGH_S = 8.0


def along_the_walk(recording: Recording, policy_name: str) -> NDArray[np.float64]:
    """Return what policy and limiter, as training has them, give on the hips' true course, shape (n, 2), Nm.

    At the times of the device's states: person and device are two processes, which do not tick together. Along the same
    course, since a walk is sensitive to its start: begun 10 ms later in the soft start, its torque is less like itself
    than the torque of emulated drives is.
    """
    at, human = recording.applied_torque.stamp_ns, recording.human_position
    walking = human.stamp_ns >= at[0]  # before that the person stands
    policy, limiter = make_policy(policy_name), SafetyLimiter(load_limits())
    policy.reset()
    limiter.start()

    def hips(values: NDArray[np.float64], before: NDArray[np.float64]) -> NDArray[np.float64]:
        times = human.stamp_ns[walking]
        return np.stack([np.interp(at, times, values[walking, hip], left=before[hip]) for hip in HIPS], axis=1)

    positions = hips(human.values, human.values[walking][0])
    velocities = hips(recording.human_velocity.values, np.zeros(len(JOINTS)))
    torque = []
    for stamp, position, velocity in zip(at, positions, velocities, strict=True):
        now_s = 1e-9 * (stamp - at[0])
        command = policy.torque(position, velocity, now_s)
        torque.append(limiter.apply(command, position, velocity, now_s, 0.0, 0.0).torque_nm)
    return np.array(torque)


def likeness(a: NDArray[np.float64], b: NDArray[np.float64]) -> list[float]:
    """Return the normalised cross-correlation (Wren) of each hip, right first; shapes (n, 2)."""
    return [normalised_cross_correlation(a[:, side], b[:, side]) for side in SIDES]


def summary_of(trial: Trial) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads((trial.folder / "summary.json").read_text())
    return summary


@pytest.mark.parametrize(("emulation", "least"), [("ideal", 0.999), ("realistic", 0.97)])
@pytest.mark.parametrize(("policy", "gait"), [("dofc", "two_state"), ("lstm_8nm", "geyer_herr")])
def test_emulated_drives_give_the_torque_of_the_training_code(
    launch_trial: LaunchTrial, real_time_priority: dict[str, str], policy: str, gait: str, emulation: str, least: float
) -> None:
    trial = launch_trial(
        launch_file="hardware.launch.py",
        policy=policy,
        emulation=emulation,
        duration=LONG_ENOUGH_S,
        **{**EMULATED, "gait": gait},
        **real_time_priority,
    )
    assert trial.exit_code() == 0, trial.output
    recording = load_recording(trial.folder / "bag")
    applied = recording.applied_torque
    assert summary_of(trial)["safety"]["faults"] == [], trial.output
    ticks = round(LONG_ENOUGH_S / 0.01) - 1  # the stop ramp that follows is not the policy's
    assert len(applied.values) > ticks and abs(applied.values).max() > 5.0
    # The torque of a state is what has acted up to it.
    same_trajectory = likeness(along_the_walk(recording, policy)[: ticks - 1], applied.values[1:ticks])
    right, left = same_trajectory
    print(f"likeness of {policy} on {emulation} drives to the training code: right {right:.4f}, left {left:.4f}")
    assert min(same_trajectory) >= least


def test_a_fault_of_a_drive_takes_the_torque_away_and_is_named_everywhere(
    launch_trial: LaunchTrial, real_time_priority: dict[str, str]
) -> None:
    trial = launch_trial(
        launch_file="hardware.launch.py",
        policy="dofc",
        emulation="ideal",
        duration=5,
        namespace="lab",
        **EMULATED,
        **real_time_priority,
    )
    trial.wait_for("[lab.emulator]: walking")
    pid = trial.pid_of("estop_node")
    os.kill(pid, signal.SIGKILL)
    assert trial.exit_code() == 1, trial.output
    assert "the emergency stop node ended early, exit code -9: the device gives no torque" in trial.output
    (fault,) = summary_of(trial)["safety"]["faults"]
    assert fault["fault"] == "emergency_stop" and "no heartbeat of the emergency stop for 0.2" in fault["message"]
    recording = load_recording(trial.folder / "bag")
    assert recording.safety["state"][-1] == "fault"
    assert recording.node_health["hardware"]["fault"] == "emergency_stop"
    assert all(len(recording.topics[topic]) for topic in topics.RECORDED)


@pytest.mark.parametrize(
    ("inject", "reason"),
    [
        ("silent:left_hip_flexion", "no answer from left_hip_flexion (can_id 2); check power, wiring"),
        ("twin:left_hip_flexion", "two drives answer as can_id 2 (left_hip_flexion); give one of them another ID"),
        ("refused_send:left_hip_flexion", "cannot send to left_hip_flexion: no buffer space for frame 0x2"),
    ],
)
def test_drives_that_are_not_as_configured_end_the_launch(launch_trial: LaunchTrial, inject: str, reason: str) -> None:
    trial = launch_trial(launch_file="hardware.launch.py", inject=inject, record="false", **EMULATED)
    assert trial.exit_code() == 1
    assert reason in trial.output and "drives enabled" not in trial.output and "Traceback" not in trial.output


def test_a_wrong_bit_rate_ends_the_launch(launch_trial: LaunchTrial, repo_root: Path, tmp_path: Path) -> None:
    device = yaml.safe_load((repo_root / "config" / "hardware" / "device.yaml").read_text())
    device["bus"]["bitrate"] = 500_000
    file = tmp_path / "device.yaml"
    file.write_text(yaml.safe_dump(device))
    trial = launch_trial(launch_file="hardware.launch.py", device=file, record="false", **EMULATED)
    assert trial.exit_code() == 1
    assert "bus-off" in trial.output and "the drives use 500000 bit/s" in trial.output
    assert "drives enabled" not in trial.output


def test_no_such_interface_ends_the_launch(
    launch_trial: LaunchTrial, repo_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exo_hardware.device_config import load_device_config
    from exo_hardware.make_driver import emulated_calibration

    emulated_calibration(load_device_config()).save(tmp_path / "calibration.yaml")
    trial = launch_trial(
        launch_file="hardware.launch.py", calibration=tmp_path / "calibration.yaml", policy="zero", record="false"
    )
    assert trial.exit_code() == 1
    assert "cannot open socketcan channel can0" in trial.output
    assert "sudo ip link set can0 up type can bitrate 1000000" in trial.output and "drives enabled" not in trial.output


def test_a_bad_argument_starts_nothing(launch_trial: LaunchTrial) -> None:
    trial = launch_trial(launch_file="hardware.launch.py", emulat="true")
    assert trial.exit_code() == 1
    assert "unknown launch argument emulat:=true; did you mean 'emulate'?" in trial.output
    assert "process started" not in trial.output
