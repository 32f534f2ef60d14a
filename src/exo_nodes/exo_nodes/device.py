"""What every device shows the policy, simulated or real: encoder states, torque commands, safety status."""

import math
import time

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from numpy.typing import NDArray
from rclpy.node import Node
from sensor_msgs.msg import JointState

from exo_control.joints import JOINT_NAMES
from exo_nodes import qos, topics
from exo_nodes.command_inbox import CommandInbox
from exo_nodes.messages import NamedValues, Report
from exo_nodes.parameters import NodeParameter
from exo_nodes.peers import is_read_by, publishing_nodes
from exo_nodes.stamps import stamp_ns
from exo_safety.limiter import SafetyLimiter
from exo_safety.status import LimiterResult, Rule, State

Vector = NDArray[np.float64]

WAIT_FOR_TRIAL = NodeParameter(
    "wait_for_trial", False, "start only when trial_node, which conducts the phases, reads exo/joint_states"
)

_LEVELS = {
    State.DISABLED: DiagnosticStatus.STALE,
    State.READY: DiagnosticStatus.STALE,
    State.FAULT: DiagnosticStatus.ERROR,
}
_WARNINGS = Rule.LATE_COMMAND | Rule.TEMPERATURE | Rule.WARN_VELOCITY | Rule.WARN_FEEDBACK_AGE | Rule.WARN_TEMPERATURE


class Device:
    """The device side of the contract in ``topics``. Its owner puts each command through the safety limiter."""

    def __init__(self, node: Node, limiter: SafetyLimiter, tick_period_s: float, hardware_id: str) -> None:
        """Create the topics.

        Args:
            node: node that owns them.
            limiter: the last thing before the torque, which messages that break the contract trip.
            tick_period_s: wall time between two states, s; 0 in lockstep.
            hardware_id: what the device is, for the safety status.
        """
        self._node = node
        self._limiter = limiter
        self._inbox = CommandInbox()
        self._tick_period_s = tick_period_s
        self._state_ns = 0
        self._published_ns = 0
        self._velocity: Vector = np.zeros(len(JOINT_NAMES))
        self._latency_s: float | None = None  # wall time from the newest state to its command
        self._was_faulty = False
        self.late_commands = 0
        self.state_publisher = node.create_publisher(JointState, topics.JOINT_STATES, qos.state_publisher())
        self.status_publisher = qos.create_stream(node, DiagnosticArray, topics.SAFETY_STATUS)
        self._subscription = node.create_subscription(
            JointState, topics.JOINT_COMMANDS, self._on_command, qos.command(tick_period_s)
        )
        self._state = NamedValues(JOINT_NAMES)
        self._report = Report(topics.SAFETY_STATUS, hardware_id, _report_keys())

    @property
    def status(self) -> LimiterResult:
        """The limiter's status."""
        return self._limiter.status

    @property
    def answered(self) -> bool:
        """Whether the command for the newest state has come."""
        return self._inbox.answers(self._state_ns)

    @property
    def heard_from_policy(self) -> bool:
        """Whether any command has come since the start."""
        return math.isfinite(self._inbox.age_s(self._state_ns))

    def forget_commands(self) -> None:
        """Forget all commands, before a trial."""
        self._inbox.clear()
        self.late_commands = 0

    def missing_policy(self) -> list[str]:
        """Return what a policy still has to do before its commands can arrive; empty when they can."""
        topic = self._node.resolve_topic_name(topics.JOINT_COMMANDS)
        policies = publishing_nodes(self._node, topics.JOINT_COMMANDS)
        if not policies:
            return [f"a policy that publishes {topic} (ros2 run exo_nodes policy_node)"]
        if not is_read_by(self._node, self.state_publisher, policies[0].rpartition("/")[2]):
            return [f"{policies[0]} to become active and read {self.state_publisher.topic_name}"]
        if not self._subscription.get_publisher_count():  # it is there, but its quality of service does not match
            period_s = self._tick_period_s
            offer = f" with a deadline of at most {2e3 * period_s:g} ms" if period_s > 0.0 else ""
            return [f"{policies[0]} to offer {topic} reliably{offer} (its parameter tick_period_s)"]
        return []

    def missing_trial(self) -> list[str]:
        """Return whether the conductor of the phases is still missing."""
        if is_read_by(self._node, self.state_publisher, topics.TRIAL_NODE):
            return []
        return [f"the conductor of the phases (trial_node) to read {self.state_publisher.topic_name}"]

    def publish_state(self, now_ns: int, position: Vector, velocity: Vector, torque_nm: Vector) -> None:
        """Publish the encoder readings of a tick and the torque that has acted up to it; arrays of shape (2,)."""
        self._state_ns, self._velocity = now_ns, velocity
        self._latency_s = None
        self._published_ns = time.monotonic_ns()
        self.state_publisher.publish(self._state.fill(now_ns, position=position, velocity=velocity, effort=torque_nm))

    def _on_command(self, message: JointState) -> None:
        problem = self._inbox.put(message.name, message.effort, stamp_ns(message.header.stamp), self._state_ns)
        if problem is not None:
            self.trip(f"invalid message on {topics.JOINT_COMMANDS}: {problem}")
        elif self._latency_s is None and self.answered:
            self._latency_s = (time.monotonic_ns() - self._published_ns) * 1e-9

    def destroy(self) -> None:
        """Destroy the topics."""
        self._node.destroy_publisher(self.state_publisher)
        self._node.destroy_publisher(self.status_publisher)
        self._node.destroy_subscription(self._subscription)

    def trip(self, reason: str) -> None:
        """Latch a fault: zero torque from now on."""
        if self._limiter.status.state is not State.FAULT:
            self._limiter.trip(reason)

    @property
    def command_nm(self) -> Vector:
        """The newest command, shape (2,), Nm; zero before the first."""
        return self._inbox.torque_nm

    def command_age_s(self, now_ns: int) -> float:
        """Return the age of the state that the newest command answers, s; infinite before the first command."""
        return self._inbox.age_s(now_ns)

    def publish_status(self, result: LimiterResult, late_ticks: int = 0) -> None:
        """Publish what the limiter made of the newest state and command; once per state.

        ``late_ticks`` is how many ticks have missed their deadline so far.
        """
        if not self.answered and self.heard_from_policy:
            self.late_commands += 1
        if result.state is State.FAULT and not self._was_faulty:
            self._node.get_logger().error(f"safety fault {_fault_name(result)}: {result.fault_text}; torque is zero")
        self._was_faulty = result.state is State.FAULT
        command, age_s = self._inbox.torque_nm, self._inbox.age_s(self._state_ns)
        level = _LEVELS.get(result.state, DiagnosticStatus.WARN if result.rules & _WARNINGS else DiagnosticStatus.OK)
        values = {
            "state": result.state.value,
            "rules": " ".join(rule.name.lower() for rule in Rule if rule in result.rules and rule.name),
            "fault": _fault_name(result),
            "gain": result.gain,
            "level": result.level,
            "command_age_s": age_s if math.isfinite(age_s) else "none",
            # Wall time is left out in lockstep, so that the same seed gives the same message.
            "command_latency_s": "none" if self._latency_s is None or not self._tick_period_s else self._latency_s,
            "late_commands": self.late_commands,
            "late_ticks": late_ticks,
        }
        for joint, name in enumerate(JOINT_NAMES):
            values[f"{name}.command_nm"] = float(command[joint])
            values[f"{name}.torque_nm"] = float(result.torque_nm[joint])
            values[f"{name}.power_w"] = float(result.torque_nm[joint] * self._velocity[joint])
        summary = result.fault_text or result.state.value
        self.status_publisher.publish(self._report.fill(self._state_ns, level, summary, values))


def _report_keys() -> list[str]:
    per_joint = [f"{name}.{key}" for name in JOINT_NAMES for key in ("command_nm", "torque_nm", "power_w")]
    timing = ["command_age_s", "command_latency_s", "late_commands", "late_ticks"]
    return ["state", "rules", "fault", "gain", "level", *timing, *per_joint]


def _fault_name(result: LimiterResult) -> str:
    return result.fault.value if result.fault else "none"
