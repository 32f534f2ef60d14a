"""The newest state of person and device on the topics, for those who only look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import WrenchStamped
from nav_msgs.msg import Odometry
from numpy.typing import NDArray
from rclpy.executors import Executor
from rclpy.node import Node
from sensor_msgs.msg import JointState

from exo_control.joints import by_joint_name
from exo_nodes import qos, topics
from exo_nodes.stamps import stamp_ns

Floats = NDArray[np.float64]

TYPES: dict[str, Any] = {
    topics.JOINT_STATES: JointState,
    topics.JOINT_COMMANDS: JointState,
    topics.SAFETY_STATUS: DiagnosticArray,
    topics.HUMAN_JOINT_STATES: JointState,
    **{topic: WrenchStamped for topic in topics.GROUND_REACTION.values()},
    topics.CENTRE_OF_MASS: Odometry,
    topics.MUSCLE_ACTIVATIONS: JointState,
    topics.METABOLIC_POWER: JointState,
}

ANSWERS = 4
"""Calls and answers of services that come the same way, per look."""


class NewestState:
    """Keeps the newest message of each topic. Its values are there once ``is_complete``; SI units, flexion positive."""

    def __init__(self, node: Node) -> None:
        """Subscribe."""
        self._newest: dict[str, Any] = {}
        for topic, message_type in TYPES.items():
            node.create_subscription(message_type, topic, self._keep(topic), qos.viewer())

    def _keep(self, topic: str) -> Callable[[Any], None]:
        def keep(message: Any) -> None:
            self._newest[topic] = message

        return keep

    def receive(self, executor: Executor) -> None:
        """Take what the middleware holds, without waiting: it keeps the newest message of each topic."""
        for _ in range(len(TYPES) + ANSWERS):
            executor.spin_once(timeout_sec=0.0)

    @property
    def is_complete(self) -> bool:
        """Whether every topic has been heard."""
        return len(self._newest) == len(TYPES)

    @property
    def stamp_ns(self) -> int:
        """Time of the person's state."""
        return stamp_ns(self._newest[topics.HUMAN_JOINT_STATES].header.stamp)

    @property
    def position_rad(self) -> Floats:
        """(7,) angles in the order of topics.HUMAN_JOINTS."""
        return np.asarray(self._newest[topics.HUMAN_JOINT_STATES].position)

    @property
    def com_m(self) -> Floats:
        """(2,) centre of mass, forward and up."""
        position = self._newest[topics.CENTRE_OF_MASS].pose.pose.position
        return np.array([position.x, position.z])

    @property
    def speed_m_s(self) -> float:
        """Forward velocity of the centre of mass."""
        return float(self._newest[topics.CENTRE_OF_MASS].twist.twist.linear.x)

    @property
    def ground_n(self) -> Floats:
        """(2, 2) ground reaction of the right and left foot; forward, up."""
        forces = [self._newest[topic].wrench.force for topic in topics.GROUND_REACTION.values()]
        return np.array([[force.x, force.z] for force in forces])

    @property
    def activation(self) -> Floats:
        """(18,) of names.MUSCLES."""
        return np.asarray(self._newest[topics.MUSCLE_ACTIVATIONS].position)

    @property
    def metabolic_power_w(self) -> float:
        """Of the whole body."""
        message = self._newest[topics.METABOLIC_POWER]
        return float(message.position[message.name.index(topics.WHOLE_BODY)])

    @property
    def torque_nm(self) -> Floats:
        """(2,) of the device, right and left, that acted up to the state."""
        return self._efforts(topics.JOINT_STATES)

    @property
    def command_nm(self) -> Floats:
        """(2,) wanted by the policy."""
        return self._efforts(topics.JOINT_COMMANDS)

    def _efforts(self, topic: str) -> Floats:
        message = self._newest[topic]
        return by_joint_name(message.name, message.effort)

    @property
    def safety(self) -> dict[str, str]:
        """Values of exo/safety_status."""
        (status,) = self._newest[topics.SAFETY_STATUS].status
        return {value.key: value.value for value in status.values}
