"""The controllers' file against the robot description, the bridge and the joints."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from exo_control.joints import JOINT_NAMES, POLICY_PERIOD_S
from exo_nodes import topics
from exo_nodes.controller_topics import CONTROLLER, CONTROLLER_COMMANDS

Urdf = Callable[..., str]


@pytest.fixture(scope="module")
def nodes() -> dict[str, Any]:
    """The parameters by node."""
    file = Path(__file__).resolve().parents[2] / "config" / "ros2_control" / "controllers.yaml"
    return {
        name.removeprefix("/**/"): node["ros__parameters"] for name, node in yaml.safe_load(file.read_text()).items()
    }


def test_controllers_are_the_standard_ones(nodes: dict[str, Any]) -> None:
    types = {name: value["type"] for name, value in nodes["controller_manager"].items() if isinstance(value, dict)}
    assert types == {
        "joint_state_broadcaster": "joint_state_broadcaster/JointStateBroadcaster",
        CONTROLLER: "forward_command_controller/ForwardCommandController",
    }
    assert set(nodes) == {"controller_manager", *types}


def test_effort_controller_takes_torques_in_our_order(nodes: dict[str, Any]) -> None:
    assert tuple(nodes[CONTROLLER]["joints"]) == JOINT_NAMES
    assert nodes[CONTROLLER]["interface_name"] == "effort"
    assert set(nodes["joint_state_broadcaster"]["joints"]) == set(JOINT_NAMES)


def test_manager_limits_commands_and_is_faster_than_the_policy(nodes: dict[str, Any]) -> None:
    assert nodes["controller_manager"]["enforce_command_limits"] is True
    # The bridge calls an output an answer only when the one before has come too.
    assert 2.0 / nodes["controller_manager"]["update_rate"] < 0.5 * POLICY_PERIOD_S


@pytest.mark.parametrize("hardware", ["mock", "topic"])
def test_description_has_the_interfaces_that_the_controllers_claim(
    urdf: Urdf, nodes: dict[str, Any], hardware: str
) -> None:
    joints = ElementTree.fromstring(urdf(hardware=hardware)).findall("ros2_control/joint")
    assert {joint.attrib["name"] for joint in joints} == set(JOINT_NAMES)
    for joint in joints:
        commands = [interface.attrib["name"] for interface in joint.findall("command_interface")]
        states = [interface.attrib["name"] for interface in joint.findall("state_interface")]
        assert commands == [nodes[CONTROLLER]["interface_name"]]
        assert set(states) == set(nodes["joint_state_broadcaster"]["interfaces"])


def test_plain_description_has_no_ros2_control(urdf: Urdf) -> None:
    assert ElementTree.fromstring(urdf(hardware="plain")).find("ros2_control") is None


def test_mock_is_the_standard_one(urdf: Urdf) -> None:
    hardware = ElementTree.fromstring(urdf(hardware="mock")).find("ros2_control/hardware")
    assert hardware is not None
    assert hardware.findtext("plugin") == "mock_components/GenericSystem"


def test_topic_mode_reads_the_device_and_writes_to_the_bridge(urdf: Urdf) -> None:
    hardware = ElementTree.fromstring(urdf(hardware="topic")).find("ros2_control/hardware")
    assert hardware is not None
    assert hardware.findtext("plugin") == "joint_state_topic_hardware_interface/JointStateTopicSystem"
    assert {parameter.attrib["name"]: parameter.text for parameter in hardware.findall("param")} == {
        "joint_states_topic": topics.JOINT_STATES,
        "joint_commands_topic": CONTROLLER_COMMANDS,
        "trigger_joint_command_threshold": "-1",
    }
