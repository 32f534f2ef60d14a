"""A bare rclpy node that answers each state at once: what `exo bench latency` compares the policy node with."""

import contextlib

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from sensor_msgs.msg import JointState

from exo_control.joints import POLICY_PERIOD_S
from exo_nodes import qos

STATES = "echo/joint_states"
COMMANDS = "echo/joint_commands"


def main() -> None:
    """Answer until interrupted."""
    rclpy.init()
    node = Node("echo")
    publisher = node.create_publisher(JointState, COMMANDS, qos.command(POLICY_PERIOD_S))
    node.create_subscription(JointState, STATES, publisher.publish, qos.state_reader())
    with contextlib.suppress(KeyboardInterrupt, ExternalShutdownException):
        rclpy.spin(node)
