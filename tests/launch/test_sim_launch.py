"""sim.launch.py from end to end: a trial, its recording and summary, and what goes wrong in between."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from rosbags.rosbag2 import Reader
from rosbags.typesys import Stores, get_typestore

from exo_nodes import topics
from exo_safety.limits import load_limits

from .conftest import LaunchTrial, Trial

pytestmark = pytest.mark.integration

LOCKSTEP = {"lockstep": "true", "gait": "two_state"}


def messages_of(trial: Trial) -> list[tuple[str, int, str]]:
    """Return topic, time and content of all messages.

    The content, not the bytes: serialised text is padded with whatever was in memory.
    """
    typestore = get_typestore(Stores.ROS2_JAZZY)
    with Reader(trial.folder / "bag") as reader:
        return [
            (connection.topic, time_ns, repr(typestore.deserialize_cdr(data, connection.msgtype)))
            for connection, time_ns, data in reader.messages()
        ]


def summary_of(trial: Trial) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads((trial.folder / "summary.json").read_text())
    return summary


def test_a_trial_is_recorded_and_summarised(launch_trial: LaunchTrial, repo_root: Path) -> None:
    trial = launch_trial(policy="dofc", duration=8, seed=3, **LOCKSTEP)
    assert trial.exit_code() == 0, trial.output

    with Reader(trial.folder / "bag") as reader:
        counts = {connection.topic: connection.msgcount for connection in reader.connections}
        custom = reader.storage.metadata.custom
    # The state after the last step is answered, but not limited any more.
    assert counts == {f"/{topic}": 801 - (topic == topics.SAFETY_STATUS) for topic in topics.RECORDED}
    assert custom is not None
    # Some commit: work on the checkout may go on during the test.
    commit = ["git", "-C", str(repo_root), "cat-file", "-e", custom["git_sha"].removesuffix("-dirty") + "^{commit}"]
    assert subprocess.run(commit).returncode == 0
    assert custom["limits_sha256"] == load_limits().sha256()
    assert (custom["trial_id"], custom["policy"], custom["gait"], custom["seed"]) == (
        trial.folder.name,
        "dofc",
        "two_state",
        "3",
    )
    parameters = json.loads(custom["parameters"])
    assert parameters["duration_s"] == 8.0 and parameters["lockstep"] is True
    assert parameters["policy_params"]["/**/policy"]["ros__parameters"]["dofc.gain_nm"] == 8.0

    summary = summary_of(trial)
    assert summary["complete"] and summary["seconds"] == 8.0 and not summary["fell"]
    assert summary["missed_deadlines"] == 0 and summary["safety"]["faults"] == []
    assert 0.0 < summary["torque_rms_nm"] < summary["torque_peak_nm"] <= 8.0
    assert summary["cot_net"] < summary["cot_gross"]
    assert summary["without_assistance"]["metabolic_power_w"] != summary["metabolic_power_w"]
    assert (trial.folder / "summary.png").read_bytes().startswith(b"\x89PNG")
    assert f"{trial.folder}: summary.json, summary.png, bag/" in trial.output


def test_the_same_seed_gives_the_same_recording(launch_trial: LaunchTrial, tmp_path: Path) -> None:
    params = tmp_path / "noisy.yaml"
    params.write_text(
        "/**/simulation:\n  ros__parameters:\n    position_noise_rad: 0.05\n    velocity_noise_rad_s: 0.1\n"
        "    hip_noise_nm: 1.0\n"
    )
    trials: list[Trial] = []
    for _ in range(2):  # one after the other: they share a domain
        trials.append(launch_trial(policy="dofc", duration=2.5, seed=1, simulation_params=params, **LOCKSTEP))
        assert trials[-1].exit_code() == 0, trials[-1].output
    first, again = map(messages_of, trials)
    assert len(first) == 9 * 251 - 1
    assert first == again


def test_without_torque_the_trial_is_the_walk_without_assistance(launch_trial: LaunchTrial) -> None:
    trial = launch_trial(policy="zero", duration=8, **LOCKSTEP)
    assert trial.exit_code() == 0, trial.output
    summary = summary_of(trial)
    change = summary["without_assistance"]["change_percent"]
    assert max(map(abs, change.values())) < 1e-6
    assert summary["torque_peak_nm"] == 0.0


@pytest.mark.real_time
def test_real_time_under_a_namespace(launch_trial: LaunchTrial) -> None:
    trial = launch_trial(policy="dofc", duration=1, namespace="lab/left_room", gait="two_state")
    assert trial.exit_code() == 0, trial.output
    names = {topic for topic, *_ in messages_of(trial)}
    assert names == {f"/lab/left_room/{topic}" for topic in topics.RECORDED} | {topics.DIAGNOSTICS}
    summary = summary_of(trial)
    assert summary["seconds"] == 1.0
    assert summary["rate_hz"] > 0.0 and summary["command_latency_ms"]["p50"] > 0.0


@pytest.mark.parametrize(("arguments", "expected"), [({}, "LOCALHOST"), ({"discovery": "SUBNET"}, "SUBNET")])
def test_nodes_stay_on_this_machine_unless_told(
    launch_trial: LaunchTrial, ros_env: dict[str, str], arguments: dict[str, str], expected: str
) -> None:
    del ros_env["ROS_AUTOMATIC_DISCOVERY_RANGE"]
    trial = launch_trial(policy="zero", record="false", **arguments)
    environment = Path(f"/proc/{trial.pid_of('simulation_node')}/environ").read_bytes().split(b"\0")
    assert f"ROS_AUTOMATIC_DISCOVERY_RANGE={expected}".encode() in environment


def test_another_launch_file_may_include_it(ros_env: dict[str, str], tmp_path: Path) -> None:
    parent = tmp_path / "parent.launch.py"
    parent.write_text(
        """
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.substitutions import FindPackageShare


def generate_launch_description():
    path = PathJoinSubstitution([FindPackageShare("exo"), "launch", "sim.launch.py"])
    arguments = {"duration": LaunchConfiguration("walk"), "record": "false", "lockstep": "true", "policy": "zero"}
    return LaunchDescription(
        [
            DeclareLaunchArgument("walk", default_value="20"),
            IncludeLaunchDescription(PythonLaunchDescriptionSource(path), launch_arguments=arguments.items()),
        ]
    )
"""
    )
    command = ["ros2", "launch", str(parent), "walk:=0.3"]
    done = subprocess.run(command, env=ros_env, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "walked 0.30 s" in done.stdout + done.stderr


def test_without_recording(launch_trial: LaunchTrial) -> None:
    trial = launch_trial(policy="zero", duration=0.5, record="false", **LOCKSTEP)
    assert trial.exit_code() == 0, trial.output
    assert "walked 0.50 s" in trial.output
    assert not trial.folder.exists()


NOTE_CALL = """#!/bin/bash
echo "$*" > "$0.words"
while [ $# -gt 0 ]; do [ "$1" = --params-file ] && cat "$2" >> "$0.yaml"; shift; done
exec sleep 60
"""


def test_with_a_live_page_and_rviz(launch_trial: LaunchTrial, ros_env: dict[str, str], tmp_path: Path) -> None:
    """With stubs for rviz2 and robot_state_publisher, which come with a ROS distribution only."""
    pytest.importorskip("websockets", reason="needs requirements/view.txt")
    prefix = tmp_path / "prefix"
    for name in ("rviz2", "robot_state_publisher"):
        marker, stub = prefix / "share/ament_index/resource_index/packages" / name, prefix / "lib" / name / name
        for file, text in ((marker, ""), (stub, NOTE_CALL)):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        stub.chmod(0o755)
    ros_env["AMENT_PREFIX_PATH"] = f"{prefix}{os.pathsep}{ros_env['AMENT_PREFIX_PATH']}"
    shown = {"view": "true", "view_port": 0, "rviz": "true", "namespace": "lab"}
    trial = launch_trial(policy="zero", duration=1, record="false", **shown, **LOCKSTEP)
    assert trial.exit_code() == 0, trial.output
    assert "watch the walk at http://localhost:" in trial.output and "walked 1.00 s" in trial.output
    assert "Traceback" not in trial.output
    assert trial.pid_of("marker_node") > 0
    rviz = (prefix / "lib/rviz2/rviz2.words").read_text()
    assert "config/rviz/exo.rviz" in rviz and "__ns:=/lab" in rviz
    publisher = prefix / "lib/robot_state_publisher/robot_state_publisher"
    assert f"joint_states:={topics.HUMAN_JOINT_STATES}" in publisher.with_suffix(".words").read_text()
    parameters = publisher.with_suffix(".yaml").read_text()
    assert "use_sim_time: true" in parameters and "left_hip_flexion" in parameters


def test_ctrl_c_leaves_a_recording_and_a_summary(launch_trial: LaunchTrial) -> None:
    trial = launch_trial(policy="dofc", duration=300, real_time_factor=0.5, gait="two_state")
    trial.wait_for("[simulation]: walking")
    trial.wait_for("Recording...")
    # Until some states are in.
    subprocess.run(["sleep", "1.5"], check=True)
    trial.interrupt()
    trial.exit_code()
    summary = summary_of(trial)
    assert summary["complete"] and 0.1 < summary["seconds"] < 30.0
    assert messages_of(trial)
    assert "Traceback" not in trial.output


@pytest.mark.real_time
def test_a_policy_that_dies_is_reported_everywhere(launch_trial: LaunchTrial) -> None:
    trial = launch_trial(policy="dofc", duration=4, real_time_factor=0.5, gait="two_state")
    trial.wait_for("[simulation]: walking")
    subprocess.run(["sleep", "2"], check=True)
    os.kill(trial.pid_of("policy_node"), signal.SIGKILL)
    assert trial.exit_code() == 1, trial.output
    assert "the policy node ended early, exit code -9: the person walks on without torque" in trial.output
    assert "safety fault command_age" in trial.output
    summary = summary_of(trial)
    assert summary["seconds"] == 4.0
    (fault,) = summary["safety"]["faults"]
    assert fault["fault"] == "command_age" and fault["message"] in trial.output


def test_a_full_disk_ends_the_recording_and_not_the_walk(launch_trial: LaunchTrial) -> None:
    # Files may grow to 1.8 MB each, some 5 s of recording.
    prefix = ("bash", "-c", 'ulimit -f 1800; exec "$@"', "limited")
    trial = launch_trial(prefix=prefix, policy="zero", duration=12, **LOCKSTEP)
    assert trial.exit_code() == 1
    assert "cannot write bag" in trial.output and "ros2 failed, exit code" in trial.output
    assert "walked 12.00 s" in trial.output or "the person fell" in trial.output
    recorded = messages_of(trial)
    assert len(recorded) > 1000
    assert [time_ns for _, time_ns, _ in recorded] == sorted(time_ns for _, time_ns, _ in recorded)


def test_a_policy_that_cannot_start_ends_the_launch(launch_trial: LaunchTrial, tmp_path: Path) -> None:
    params = tmp_path / "bad.yaml"
    params.write_text("/**/policy:\n  ros__parameters:\n    dofc.gain_nm: 1000.0\n")
    trial = launch_trial(policy="dofc", policy_params=params, **LOCKSTEP)
    assert trial.exit_code() == 1
    assert "parameter dofc.gain_nm = 1000.0; allowed: a number with a decimal point from 0 to 120" in trial.output
    assert "[simulation]: walking" not in trial.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sped": "1"}, "unknown launch argument sped:=1; did you mean 'seed'?"),
        ({"policy": "doffc"}, "launch argument policy:=doffc: unknown policy 'doffc'; did you mean 'dofc'?"),
        ({"lockstep": "maybe"}, "maybe"),
    ],
)
def test_bad_arguments_are_refused_before_anything_starts(
    launch_trial: LaunchTrial, arguments: dict[str, str], message: str
) -> None:
    trial = launch_trial(**arguments)
    assert trial.exit_code() != 0
    assert message in trial.output
    assert "process started" not in trial.output
    assert not trial.folder.exists()


def test_arguments_are_documented(ros_env: dict[str, str]) -> None:
    shown = subprocess.run(
        ["ros2", "launch", "exo", "sim.launch.py", "--show-args"],
        env=ros_env,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names = (
        "policy engine gait subject seed duration real_time_factor lockstep record trial_dir view view_controls rviz "
        "namespace log_level"
    )
    for name in names.split():
        assert f"'{name}':" in shown
    assert "no description given" not in shown
    assert shown.count("(default: ") == shown.count("':\n")
