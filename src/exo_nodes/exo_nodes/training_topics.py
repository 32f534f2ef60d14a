"""Publishes how training goes: the learning curve and diagnostics."""

from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.duration import Duration
from rclpy.node import Node
from sensor_msgs.msg import JointState

from exo_nodes import qos, topics
from exo_nodes.messages import NamedValues, Report

REPORTED_FIGURES = ("episode_return", "falls", "cost_of_transport")
"""Figures of the learning curve that the diagnostics show."""

REPORTED = ("buffer", "buffers", "left_s")


class TrainingTopics:
    """The topic ``exo/training/learning_curve``, and the trainer's part of ``/diagnostics``."""

    def __init__(self, node: Node, run: str) -> None:
        """Create the topics.

        Args:
            node: whose topics they are.
            run: what is trained, for the diagnostics.
        """
        self._node = node
        self._learning_curve = qos.create_stream(node, JointState, topics.LEARNING_CURVE)
        self._curve: NamedValues | None = None
        self._diagnostics = node.create_publisher(DiagnosticArray, topics.DIAGNOSTICS, qos.diagnostics())
        self._report = Report(node.get_fully_qualified_name(), run, ["state", "folder", *REPORTED, *REPORTED_FIGURES])
        self._values: dict[str, object] = {}

    def destroy(self) -> None:
        """Destroy the topics."""
        self._node.destroy_publisher(self._learning_curve)
        self._node.destroy_publisher(self._diagnostics)

    def flush(self) -> None:
        """Give readers a moment to get what was published last."""
        for publisher in (self._learning_curve, self._diagnostics):
            publisher.wait_for_all_acked(Duration(seconds=0.2))

    def publish_progress(self, progress: dict[str, Any]) -> None:
        """Publish the learning curve's point of a buffer; ``progress`` is the training process's event."""
        figures = progress["figures"]
        self._values = {name: progress[name] for name in REPORTED} | {name: figures[name] for name in REPORTED_FIGURES}
        named = {"buffer": progress["buffer"], **figures}
        self._curve = self._curve or NamedValues(list(named), fields=["position"])
        self._learning_curve.publish(self._curve.fill(self._now_ns(), position=list(named.values())))

    def publish_report(self, state: str, folder: object, problem: str) -> None:
        """Publish diagnostics.

        Args:
            state: what training is doing.
            folder: of the run.
            problem: why training failed; empty if it has not.
        """
        level = DiagnosticStatus.ERROR if problem else DiagnosticStatus.OK
        values = {"state": state, "folder": folder, **self._values}
        self._diagnostics.publish(self._report.fill(self._now_ns(), level, problem or state, values))

    def _now_ns(self) -> int:
        return int(self._node.get_clock().now().nanoseconds)
