"""The controller bridge: lets a policy command through a controller of ros2_control and keeps the device's contract."""

from rclpy.qos import QoSProfile
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray

from exo_control.errors import JointError
from exo_control.joints import JOINT_NAMES, POLICY_PERIOD_S, by_joint_name
from exo_nodes import qos, topics
from exo_nodes.controller_topics import CONTROLLER, CONTROLLER_COMMANDS, CONTROLLER_INPUT, POLICY_COMMANDS
from exo_nodes.lifecycle import ExoNode, StartError
from exo_nodes.messages import NamedValues
from exo_nodes.parameters import NodeParameter
from exo_nodes.peers import clash, publishing_nodes
from exo_nodes.stamps import stamp_ns

PARAMETERS = (
    NodeParameter("tick_period_s", POLICY_PERIOD_S, "wall time between two states, s, as the policy's", 0.001, 10.0),
)

NEWEST_ONLY = QoSProfile(depth=1)
"""As ros2_control's own publishers and readers: reliable, and without the deadline that the device asks for."""


class ControllerBridge(ExoNode):
    """Hands the policy's torques to the controller, and what comes out of it to the device, as an answer to a state.

    A controller repeats its last torque for ever, and JointStateTopicSystem stamps it with the present time, so on its
    own the device could not tell that the policy has died. Here an output gets the stamp of the state that it answers,
    and each state is answered once: when the policy falls silent so does the bridge, and the device's rule for the age
    of commands brings the torque to zero.
    """

    def __init__(self) -> None:
        super().__init__("controller_bridge", PARAMETERS)

    def configure(self) -> None:
        """Create the topics."""
        self._state_ns = 0  # newest state
        self._policy_ns = 0  # state that the newest torque handed to the controller answers
        self._surely_ns = 0  # the same, when the controller's last output came: the next one has it in
        self._answered_ns = 0
        self._input = self.create_publisher(Float64MultiArray, CONTROLLER_INPUT, NEWEST_ONLY)
        self._commands = self.create_publisher(
            JointState, topics.JOINT_COMMANDS, qos.command(self.values["tick_period_s"])
        )
        self._message = NamedValues(JOINT_NAMES, fields=["effort"])

    def check_alone(self) -> None:
        """Check that nothing else commands the device."""
        if problem := clash(self, topics.JOINT_COMMANDS):
            raise StartError(problem)

    def unseen(self) -> list[str]:
        """Return whom to wait for before this node appears on the command topic."""
        if publishing_nodes(self, topics.JOINT_STATES):
            return []
        return [f"a device that publishes {self.resolve_topic_name(topics.JOINT_STATES)}"]

    def missing(self) -> list[str]:
        """Return what has to be there before the policy's torques are passed on."""
        missing = []
        if not self._input.get_subscription_count():
            missing.append(f"the controller {CONTROLLER} to read {self._input.topic_name}")
        if not publishing_nodes(self, CONTROLLER_COMMANDS):
            topic = self.resolve_topic_name(CONTROLLER_COMMANDS)
            missing.append(f"ros2_control with hardware:=topic to publish {topic}")
        if not publishing_nodes(self, POLICY_COMMANDS):
            remap = f"-r {topics.JOINT_COMMANDS}:={POLICY_COMMANDS}"
            missing.append(f"a policy (ros2 run exo_nodes policy_node --ros-args {remap})")
        return missing

    def activate(self) -> None:
        """Begin to pass torques on."""
        policy_profile = qos.command(self.values["tick_period_s"])
        self._readers = [
            # The device starts when whoever commands it reads its states.
            self.create_subscription(JointState, topics.JOINT_STATES, self._on_state, qos.state_reader()),
            self.create_subscription(JointState, POLICY_COMMANDS, self._on_policy_command, policy_profile),
            self.create_subscription(JointState, CONTROLLER_COMMANDS, self._on_controller_command, NEWEST_ONLY),
        ]

    def deactivate(self) -> None:
        """Pass nothing on; the last torque is zero, for the controller and for the device."""
        for reader in self._readers:
            self.destroy_subscription(reader)
        self._input.publish(Float64MultiArray(data=[0.0] * len(JOINT_NAMES)))
        if self._state_ns:
            self._commands.publish(self._message.fill(self._state_ns, effort=0.0))

    def cleanup(self) -> None:
        """Destroy the topics."""
        self.destroy_publisher(self._input)
        self.destroy_publisher(self._commands)

    def _on_state(self, state: JointState) -> None:
        self._state_ns = stamp_ns(state.header.stamp)

    def _on_policy_command(self, command: JointState) -> None:
        try:
            torque = by_joint_name(command.name, command.effort)
        except JointError as error:
            self.get_logger().error(f"{POLICY_COMMANDS}: {error}", throttle_duration_sec=1.0)
            return
        self._input.publish(Float64MultiArray(data=torque.tolist()))
        self._policy_ns = stamp_ns(command.header.stamp)

    def _on_controller_command(self, command: JointState) -> None:
        try:
            torque = by_joint_name(command.name, command.effort)
        except JointError as error:
            self.get_logger().error(f"{CONTROLLER_COMMANDS}: {error}", throttle_duration_sec=1.0)
            return
        # An output may have been under way when the newest torque was handed in: it answers what was in before.
        if self._surely_ns != self._answered_ns:
            self._answered_ns = self._surely_ns
            self._commands.publish(self._message.fill(self._answered_ns, effort=torque))
        self._surely_ns = self._policy_ns
