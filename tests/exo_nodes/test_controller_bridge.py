"""A policy commands through a controller of ros2_control.

A stand-in plays controller manager, ForwardCommandController and JointStateTopicSystem, as their sources have it: it
repeats the newest torque for ever, stamps it with the present time, and offers no deadline.
"""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from rclpy.qos import QoSProfile
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray

from exo_control.joints import JOINT_NAMES, POLICY_PERIOD_S, by_joint_name
from exo_nodes import topics
from exo_nodes.controller_topics import CONTROLLER_COMMANDS, CONTROLLER_INPUT, POLICY_COMMANDS
from exo_nodes.lifecycle import EXIT_CANNOT_START
from exo_nodes.stamps import set_stamp
from exo_safety.limits import load_limits

from .conftest import NodeProcess, Observer, StartNode

pytestmark = [pytest.mark.integration, pytest.mark.real_time]

CONTROLLER_PERIOD_S = 0.004  # slower than the shipped 2 ms: this one is Python
REMAPPED = ["-r", f"{topics.JOINT_COMMANDS}:={POLICY_COMMANDS}"]


class StandIn:
    """The controller manager with its controller and its hardware, in the node of the observer."""

    def __init__(self, observer: Observer) -> None:
        node = observer.node
        self.received: list[list[float]] = []
        self.outputs = 0
        self._torque = [0.0, 0.0]
        self._publisher = node.create_publisher(JointState, CONTROLLER_COMMANDS, QoSProfile(depth=1))
        node.create_subscription(Float64MultiArray, CONTROLLER_INPUT, self._on_command, QoSProfile(depth=1))
        node.create_timer(CONTROLLER_PERIOD_S, self._update)

    def _on_command(self, message: Float64MultiArray) -> None:
        self._torque = list(message.data)
        self.received.append(self._torque)

    def _update(self) -> None:
        message = JointState(name=list(JOINT_NAMES), effort=self._torque)
        set_stamp(message.header.stamp, time.time_ns())
        self._publisher.publish(message)
        self.outputs += 1


@pytest.fixture
def walk(observer: Observer, start_node: StartNode) -> Iterator[tuple[StandIn, NodeProcess, NodeProcess]]:
    """A walk with the stand-in; also its policy and its simulation."""
    controller = StandIn(observer)
    simulation = start_node("simulation_node", gait="two_state", duration_s=60.0, real_time_factor=0.25)
    policy = start_node("policy_node", REMAPPED, policy="dofc", tick_period_s=0.04)
    start_node("controller_bridge", tick_period_s=0.04)
    yield controller, policy, simulation


def torques(observer: Observer) -> dict[int, Any]:
    return {
        stamp: by_joint_name(command.name, command.effort)
        for stamp, command in observer.by_stamp(topics.JOINT_COMMANDS).items()
    }


def test_torque_comes_through_the_controller_and_ends_with_the_policy(
    observer: Observer, walk: tuple[StandIn, NodeProcess, NodeProcess]
) -> None:
    controller, policy, _ = walk
    observer.spin_until_state("active")
    states, commands = observer.by_stamp(topics.JOINT_STATES), torques(observer)
    tick_ns = round(POLICY_PERIOD_S * 1e9)
    assert all(stamp % tick_ns == 0 for stamp in (*states, *commands))  # each answers a state
    assert len(commands) == len(observer.messages[topics.JOINT_COMMANDS])  # once
    handed_in = {tuple(torque) for torque in controller.received}
    assert {tuple(torque) for torque in commands.values()} <= handed_in | {(0.0, 0.0)}
    assert max(abs(torque).max() for torque in commands.values()) > 3.0

    policy.process.kill()
    outputs_before = controller.outputs
    observer.spin_until_state("fault")
    stamp, status = next((s, x) for s, x in sorted(observer.statuses().items()) if x["state"] == "fault")
    assert status["fault"] == "command_age"
    assert [float(status[f"{name}.torque_nm"]) for name in JOINT_NAMES] == [0.0, 0.0]
    last = max(torques(observer))
    assert (stamp - last) * 1e-9 <= load_limits().command_age_fault_s + 0.011
    # All the time the controller has repeated the torque that the policy had last.
    assert controller.outputs > outputs_before + 5
    assert controller.received[-1] != [0.0, 0.0]


def test_a_second_commander_keeps_the_bridge_from_starting(observer: Observer, start_node: StartNode) -> None:
    start_node("simulation_node", gait="two_state", duration_s=60.0)
    observer.spin_until(lambda: observer.node.count_publishers(topics.JOINT_STATES) > 0)
    observer.node.create_publisher(JointState, topics.JOINT_COMMANDS, QoSProfile(depth=1))
    bridge = start_node("controller_bridge")
    observer.spin_until(lambda: bridge.has_ended)
    assert bridge.exit_code() == EXIT_CANNOT_START
    assert "another node publishes /exo/joint_commands already: /rosbag2_recorder" in bridge.output
