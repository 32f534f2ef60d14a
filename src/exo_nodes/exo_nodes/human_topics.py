"""Publishes the ground truth of the simulated person, and the clock."""

import numpy as np
from geometry_msgs.msg import WrenchStamped
from nav_msgs.msg import Odometry
from rclpy.node import Node
from rclpy.publisher import Publisher
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import JointState

from exo_nodes import qos, topics
from exo_nodes.human_joints import from_coordinates
from exo_nodes.messages import NamedValues
from exo_nodes.stamps import set_stamp
from exo_sim.body_state import BodyState
from exo_sim.names import MUSCLES

# Torques come for the legs only, in the order of the coordinates without the pelvis; nothing drives the pelvis.
_UNKNOWN = np.array([np.nan])


class HumanTopics:
    """The topics ``human/*``, and ``/clock`` where time is simulated."""

    def __init__(self, node: Node, with_clock: bool = True) -> None:
        """Create the topics."""
        self._node = node
        self._clock = node.create_publisher(Clock, topics.CLOCK, qos.clock()) if with_clock else None
        self._joint_states = qos.create_stream(node, JointState, topics.HUMAN_JOINT_STATES)
        self._ground_reaction = {
            side: qos.create_stream(node, WrenchStamped, topic) for side, topic in topics.GROUND_REACTION.items()
        }
        self._centre_of_mass = qos.create_stream(node, Odometry, topics.CENTRE_OF_MASS)
        self._activations = qos.create_stream(node, JointState, topics.MUSCLE_ACTIVATIONS)
        self._power = qos.create_stream(node, JointState, topics.METABOLIC_POWER)

        self._clock_message = Clock()
        self._joints = NamedValues([name for name, _, _ in topics.HUMAN_JOINTS])
        self._wrench = WrenchStamped()
        self._wrench.header.frame_id = topics.WORLD_FRAME
        self._odometry = Odometry(child_frame_id="centre_of_mass")
        self._odometry.header.frame_id = topics.WORLD_FRAME
        self._activation_values = NamedValues(MUSCLES, fields=["position"])
        self._power_values = NamedValues([topics.WHOLE_BODY, *MUSCLES], fields=["position"])

    @property
    def publishers(self) -> list[Publisher]:
        """The publishers of the recorded topics."""
        ground = self._ground_reaction.values()
        return [self._joint_states, *ground, self._centre_of_mass, self._activations, self._power]

    def destroy(self) -> None:
        """Destroy the topics."""
        for publisher in (self._clock, *self.publishers):
            if publisher is not None:
                self._node.destroy_publisher(publisher)

    def publish_clock(self, now_ns: int) -> None:
        """Publish the simulated time."""
        assert self._clock is not None
        set_stamp(self._clock_message.clock, now_ns)
        self._clock.publish(self._clock_message)

    def publish(self, now_ns: int, body: BodyState) -> None:
        """Publish the state of the person."""
        torque = np.concatenate([_UNKNOWN, body.muscle_torque_nm + body.joint_limit_torque_nm])
        self._joint_states.publish(
            self._joints.fill(
                now_ns,
                position=from_coordinates(body.joint_position_rad),
                velocity=from_coordinates(body.joint_velocity_rad_s),
                effort=from_coordinates(torque),
            )
        )
        set_stamp(self._wrench.header.stamp, now_ns)
        force = self._wrench.wrench.force
        for publisher, (forward, up) in zip(
            self._ground_reaction.values(), body.ground_reaction_n.tolist(), strict=True
        ):
            force.x, force.z = forward, up
            publisher.publish(self._wrench)
        set_stamp(self._odometry.header.stamp, now_ns)
        position, velocity = self._odometry.pose.pose.position, self._odometry.twist.twist.linear
        position.x, position.z = body.com_position_m.tolist()
        velocity.x, velocity.z = body.com_velocity_m_s.tolist()
        self._centre_of_mass.publish(self._odometry)
        self._activations.publish(self._activation_values.fill(now_ns, position=body.activation))
        muscles = body.muscle_metabolic_power_w
        self._power.publish(
            self._power_values.fill(now_ns, position=np.concatenate([[body.metabolic_power_w], muscles]))
        )
