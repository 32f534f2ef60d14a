"""The policy node: turns encoder states into torque commands. The same for simulation and hardware."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rcl_interfaces.msg import SetParametersResult
from rclpy.duration import Duration
from rclpy.parameter import Parameter
from rclpy.subscription import Subscription
from sensor_msgs.msg import JointState

from exo_control.errors import ExoError, JointError, PolicyError
from exo_control.joints import JOINT_NAMES, POLICY_PERIOD_S, by_joint_name
from exo_control.policy import Policy
from exo_control.policy_switch import PolicySwitch
from exo_control.registry import POLICY_NAMES, make_policy, policy_parameters
from exo_nodes import qos, topics
from exo_nodes.garbage import SlicedGarbage
from exo_nodes.lifecycle import SETTLE_S, WAIT_FOR_RECORDER, ExoNode, StartError
from exo_nodes.messages import NamedValues, Report
from exo_nodes.parameters import NodeParameter
from exo_nodes.peers import clash, publishing_nodes, unrecorded
from exo_nodes.stamps import stamp_ns

STATES_PER_REPORT = 100

DISCOVERY_S = 4.0
"""Time after which DDS has shown whoever is there, even on a busy machine: nodes announce themselves every 3 s."""

PARAMETERS = (
    NodeParameter(
        "policy",
        "zero",
        f"{', '.join(POLICY_NAMES)}, a shipped one or the path of a file; may be set while running: no torque step",
        read_only=False,
    ),
    NodeParameter(
        "tick_period_s",
        POLICY_PERIOD_S,
        "wall time between two states, s, for deadline and lifespan of commands; 0 in lockstep",
        0.0,
        10.0,
    ),
    *(
        NodeParameter(f"{policy}.{p.name}", p.default, f"{p.description}, {p.unit}", p.minimum, p.maximum)
        for policy in POLICY_NAMES
        for p in policy_parameters(policy)
    ),
)


class PolicyNode(ExoNode):
    """Answers each state on exo/joint_states with a command on exo/joint_commands that carries the state's stamp.

    Holds no clock: time is the stamp of the states. When no valid torque can be given it stays silent, and the
    device's watchdog brings the torque to zero.
    """

    def __init__(self) -> None:
        super().__init__("policy", PARAMETERS)
        self._garbage = SlicedGarbage()
        # Now: a wrong name is no reason to wait for a device.
        self._policy: PolicySwitch | None = PolicySwitch(self._load_policy(self.values["policy"]))
        self._loader = ThreadPoolExecutor(1)
        self.add_on_set_parameters_callback(self._on_parameters)
        self._device_seen_s: float | None = None
        self._device_at_work = False
        self._device_status: Subscription | None = self.create_subscription(
            DiagnosticArray, topics.SAFETY_STATUS, self._on_device_status, qos.diagnostics()
        )
        self._newest_ns = 0
        self._compute_s: list[float] = []
        self._errors = 0

    def configure(self) -> None:
        """Load the policy, if ``cleanup`` has dropped it, and create the topics."""
        if self._device_status is not None:
            self.destroy_subscription(self._device_status)
            self._device_status = None
        self._policy = self._policy or PolicySwitch(self._load_policy(self.values["policy"]))
        self._commands = self.create_publisher(
            JointState, topics.JOINT_COMMANDS, qos.command(self.values["tick_period_s"])
        )
        self._diagnostics = self.create_publisher(DiagnosticArray, topics.DIAGNOSTICS, qos.diagnostics())
        self._message = NamedValues(JOINT_NAMES, fields=["effort"])
        self._report = Report(
            self.get_fully_qualified_name(), self._policy.name, ["compute_mean_s", "compute_max_s", "errors"]
        )
        self.get_logger().info(f"policy {self._policy.name}")

    def _load_policy(self, spec: str) -> Policy:
        names = [parameter.name for parameter in policy_parameters(spec)]
        return make_policy(spec, {name: self.values[f"{spec}.{name}"] for name in names})

    def check_alone(self) -> None:
        """Check that no other policy commands."""
        if problem := clash(self, topics.JOINT_COMMANDS):
            raise StartError(problem)

    def unseen(self) -> list[str]:
        """Return whom DDS has to show before this node appears on the command topic.

        A device that is at work may well be commanded already: then the other policy must be seen first.
        """
        if not publishing_nodes(self, topics.JOINT_STATES):
            return [f"a device that publishes {self.resolve_topic_name(topics.JOINT_STATES)}"]
        now = time.monotonic()
        if self._device_seen_s is None:
            self._device_seen_s = now
        if now - self._device_seen_s < (DISCOVERY_S if self._device_at_work else SETTLE_S):
            return ["other policies to show themselves"]
        return []

    def _on_device_status(self, status: DiagnosticArray) -> None:
        self._device_at_work = True

    def _on_parameters(self, parameters: list[Parameter]) -> SetParametersResult:
        """Take another policy: ``ros2 param set /policy policy NAME_OR_PATH``."""
        for parameter in parameters:
            if parameter.name == "policy":
                try:
                    policy_parameters(parameter.value)
                except ExoError as error:
                    return SetParametersResult(successful=False, reason=str(error))
                self._loader.submit(self._replace_policy, parameter.value)
        return SetParametersResult(successful=True)

    def _replace_policy(self, spec: str) -> None:
        """Load a policy and let it take over; in a thread, since loading takes longer than a tick."""
        try:
            policy = self._load_policy(spec)
        except ExoError as error:
            self.get_logger().error(f"policy not replaced: {error}")
            return
        self.values["policy"] = spec
        if (switch := self._policy) is not None:
            switch.switch_to(policy)
            self.get_logger().info(f"policy {policy.name} takes over from {switch.name}")

    def missing(self) -> list[str]:
        """Return what has to be there before activation."""
        if not self.values[WAIT_FOR_RECORDER.name]:
            return []
        return [f"the recorder to read {topic}" for topic in unrecorded(self, [self._commands])]

    def activate(self) -> None:
        """Start answering, with a policy that knows nothing of before."""
        assert self._policy is not None
        self._policy.reset()
        self._newest_ns = 0
        self._garbage.begin()
        # Only an active policy reads states: a device takes the reader as the sign that it will be answered.
        self._states = self.create_subscription(JointState, topics.JOINT_STATES, self._on_state, qos.state_reader())

    def deactivate(self) -> None:
        """Stop answering; the last command is zero torque."""
        self.destroy_subscription(self._states)
        self._garbage.end()
        if self._newest_ns:
            self._commands.publish(self._message.fill(self._newest_ns, effort=0.0))
            self._commands.wait_for_all_acked(Duration(seconds=0.2))

    def cleanup(self) -> None:
        """Forget policy and topics."""
        self.destroy_publisher(self._commands)
        self.destroy_publisher(self._diagnostics)
        self._policy = None

    def _on_state(self, state: JointState) -> None:
        assert self._policy is not None
        begin = time.perf_counter()
        now_ns = stamp_ns(state.header.stamp)
        if now_ns < self._newest_ns:
            self._policy.reset()  # a new trial
        self._newest_ns = now_ns
        try:
            position = by_joint_name(state.name, state.position)
            velocity = by_joint_name(state.name, state.velocity)
            torque = self._policy.torque(position, velocity, now_ns * 1e-9)
            if self._policy.failure:
                self.get_logger().error(f"policy not replaced: {self._policy.failure}", throttle_duration_sec=10.0)
        except (JointError, PolicyError) as error:
            self._errors += 1
            self.get_logger().error(f"no command: {error}", throttle_duration_sec=1.0)
            return
        self._commands.publish(self._message.fill(now_ns, effort=torque))
        self._compute_s.append(time.perf_counter() - begin)
        if len(self._compute_s) == STATES_PER_REPORT:
            self._publish_report()
        self._garbage.collect_slice()

    def _publish_report(self) -> None:
        level = DiagnosticStatus.ERROR if self._errors else DiagnosticStatus.OK
        values = {
            "compute_mean_s": float(np.mean(self._compute_s)),
            "compute_max_s": max(self._compute_s),
            "errors": self._errors,
        }
        self._diagnostics.publish(self._report.fill(self._newest_ns, level, "answering states", values))
        self._compute_s.clear()
        self._errors = 0
