"""The marker node: what rviz and Foxglove draw of the person beside the robot model."""

import math
import time
from typing import Any

from rclpy.executors import Executor
from visualization_msgs.msg import MarkerArray

from exo_nodes import qos, topics
from exo_nodes.lifecycle import ExoNode
from exo_nodes.person import SHOWN_PERSON, load_person_model
from exo_nodes.scheduling import VIEWER_NICENESS, set_niceness
from exo_nodes.stamps import set_stamp
from exo_nodes.view.newest_state import NewestState
from exo_nodes.view.person_markers import PersonMarkers

MARKER_PERIOD_S = 1.0 / 30.0
PARAMETERS = SHOWN_PERSON


class MarkerNode(ExoNode):
    """Publishes human/markers 30 times a second, and with a ROS distribution where base_link is in the world (tf2)."""

    def __init__(self) -> None:
        super().__init__("markers", PARAMETERS)

    def configure(self) -> None:
        """Load the person, and create the topics."""
        set_niceness(VIEWER_NICENESS)
        self._markers = PersonMarkers(load_person_model(self.values))
        self._seen = NewestState(self)
        self._publisher = self.create_publisher(MarkerArray, topics.MARKERS, qos.state_publisher())
        self._transform = BaseTransform(self) if BaseTransform.is_possible() else None
        self._sent_ns = 0

    def activate(self) -> None:
        """Begin."""
        self._due_s = time.monotonic()

    def work(self, executor: Executor) -> None:
        """Publish once, when it is due."""
        self._due_s = max(self._due_s + MARKER_PERIOD_S, time.monotonic())
        time.sleep(max(self._due_s - time.monotonic(), 0.0))
        self._seen.receive(executor)
        if not self._seen.is_complete or self._seen.stamp_ns == self._sent_ns:
            return
        self._sent_ns = self._seen.stamp_ns
        message, points = self._markers.fill(self._seen)
        self._publisher.publish(message)
        if self._transform is not None:
            lean_rad = float(self._seen.position_rad[0])  # pelvis tilt, positive forward: about y, to the left
            self._transform.publish(self._sent_ns, points.trunk[3], lean_rad)


class BaseTransform:
    """Publishes where base_link, the robot model's root, is in the world. tf2_msgs comes with ROS distributions."""

    @staticmethod
    def is_possible() -> bool:
        """Whether tf2_msgs is installed."""
        try:
            import tf2_msgs.msg  # noqa: F401
        except ImportError:
            return False
        return True

    def __init__(self, node: ExoNode) -> None:
        """Create the topic."""
        from geometry_msgs.msg import TransformStamped
        from tf2_msgs.msg import TFMessage

        self._publisher = node.create_publisher(TFMessage, "/tf", qos.state_publisher())
        self._transform = TransformStamped(child_frame_id="base_link")
        self._transform.header.frame_id = topics.WORLD_FRAME
        self._message = TFMessage(transforms=[self._transform])

    def publish(self, now_ns: int, origin_m: Any, lean_rad: float) -> None:
        """Publish; origin (2,) forward and up."""
        set_stamp(self._transform.header.stamp, now_ns)
        translation, rotation = self._transform.transform.translation, self._transform.transform.rotation
        translation.x, translation.z = float(origin_m[0]), float(origin_m[1])
        rotation.y, rotation.w = math.sin(0.5 * lean_rad), math.cos(0.5 * lean_rad)
        self._publisher.publish(self._message)
