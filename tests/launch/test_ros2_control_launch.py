"""``ros2 launch exo ros2_control.launch.py``, with stubs where a ROS distribution has ros2_control.

The stubs note how they are called. What ros2_control itself does with that is not tested here: it needs a distribution.
"""

import os
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
import yourdfpy

from exo_control.joints import JOINT_NAMES

pytestmark = pytest.mark.integration

PACKAGES = {
    "controller_manager": ["ros2_control_node", "spawner"],
    "forward_command_controller": [],
    "hardware_interface": [],
    "joint_state_broadcaster": [],
    "robot_state_publisher": ["robot_state_publisher"],
}

STUB = """#!/bin/bash
name=$(basename "$0")
echo "$*" > "$STUB_FOLDER/$name.words"
while [ $# -gt 0 ]; do
  if [ "$1" = --params-file ]; then files=$((files + 1)); cat "$2" > "$STUB_FOLDER/$name.$files.yaml"; fi
  shift
done
[ "$name" = spawner ] && exit 0
[ "$name" = ros2_control_node ] && sleep 3 && exit "${STUB_EXIT:-0}"
exec sleep 60
"""

Launch = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def launch(ros_env: dict[str, str], tmp_path: Path) -> Launch:
    """Launch beside the packages given, and wait for the end."""

    def run(*words: str, packages: dict[str, list[str]] = PACKAGES, **env: str) -> "subprocess.CompletedProcess[str]":
        prefix = tmp_path / "prefix"
        for package, executables in packages.items():
            marker = prefix / "share" / "ament_index" / "resource_index" / "packages" / package
            marker.parent.mkdir(parents=True, exist_ok=True)
            marker.touch()
            (prefix / "share" / package).mkdir()
            for name in executables:
                file = prefix / "lib" / package / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(STUB)
                file.chmod(0o755)
        path = f"{prefix}{os.pathsep}{ros_env['AMENT_PREFIX_PATH']}"
        return subprocess.run(
            ["ros2", "launch", "exo", "ros2_control.launch.py", *words],
            env={**ros_env, "AMENT_PREFIX_PATH": path, "STUB_FOLDER": str(tmp_path), **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=100,
        )

    return run


def test_missing_packages_are_named_with_what_to_install(launch: Launch) -> None:
    done = launch(packages={"controller_manager": []}, ROS_DISTRO="jazzy")
    assert done.returncode == 1
    output = done.stdout + done.stderr
    assert "robot_state_publisher, joint_state_topic_hardware_interface" in output
    assert "sudo apt install" in output and "ros-jazzy-joint-state-topic-hardware-interface" in output
    assert "ros-jazzy-controller-manager" not in output


def test_mock_starts_manager_publisher_and_controllers(launch: Launch, tmp_path: Path) -> None:
    done = launch("hardware:=mock")
    assert done.returncode == 0, done.stdout + done.stderr
    spawned = (tmp_path / "spawner.words").read_text().split()
    assert spawned[:3] == ["joint_state_broadcaster", "forward_effort_controller", "--param-file"]
    assert Path(spawned[3]).parts[-2:] == ("ros2_control", "controllers.yaml")
    parameters = [yaml.safe_load(file.read_text()) for file in sorted(tmp_path.glob("ros2_control_node.*.yaml"))]
    assert any("/**/controller_manager" in content for content in parameters)
    for name in ("ros2_control_node", "robot_state_publisher"):
        text = next(
            node["ros__parameters"]["robot_description"]
            for file in sorted(tmp_path.glob(f"{name}.*.yaml"))
            for node in yaml.safe_load(file.read_text()).values()
            if "robot_description" in node["ros__parameters"]
        )
        assert set(JOINT_NAMES) < set(yourdfpy.URDF.load(BytesIO(text.encode())).actuated_joint_names)
        assert ElementTree.fromstring(text).findtext("ros2_control/hardware/plugin") == "mock_components/GenericSystem"


def test_a_manager_that_fails_ends_the_launch(launch: Launch) -> None:
    done = launch("hardware:=mock", STUB_EXIT="3")
    assert done.returncode == 1
    assert "failed, exit code 3" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["hardware:=mock", "policy:=dofc"], "policy:=dofc needs a device: use it with hardware:=topic"),
        (["hardware:=can"], "can"),
        (["polcy:=dofc"], "polcy"),
    ],
)
def test_wrong_arguments_are_named(launch: Launch, words: list[str], problem: str) -> None:
    done = launch(*words)
    assert done.returncode == 1
    assert problem in done.stdout + done.stderr
