"""The emergency stop node: says that it is not pressed, again and again, until somebody presses it."""

import select
import sys
import time

from rclpy.executors import Executor
from std_msgs.msg import Bool
from std_srvs.srv import Trigger

from exo_nodes import qos, topics
from exo_nodes.garbage import SlicedGarbage
from exo_nodes.lifecycle import ExoNode


class EmergencyStopNode(ExoNode):
    """Publishes the heartbeat that the hardware node needs; a software stop beside the one that cuts the power.

    Pressed by its service ``press``, by the Enter key if it has a terminal, and by ending or killing it.
    """

    def __init__(self) -> None:
        super().__init__("emergency_stop", ())
        self._garbage = SlicedGarbage()
        self._pressed = False

    def configure(self) -> None:
        """Create topic and services."""
        self._heartbeat = self.create_publisher(Bool, topics.EMERGENCY_STOP_HEARTBEAT, qos.heartbeat())
        self._triggers = [
            self.create_service(Trigger, "~/press", self._on_press),
            self.create_service(Trigger, "~/release", self._on_release),
        ]

    def activate(self) -> None:
        """Begin, released."""
        self._pressed = False
        self._due_s = time.monotonic()
        self._garbage.begin()
        if sys.stdin.isatty():
            self.get_logger().warning("press Enter to stop the device, Ctrl-C does too")

    def deactivate(self) -> None:
        """Press."""
        self._garbage.end()
        self._heartbeat.publish(Bool(data=False))

    def cleanup(self) -> None:
        """Destroy topic and services."""
        self.destroy_publisher(self._heartbeat)
        for service in self._triggers:
            self.destroy_service(service)

    def work(self, executor: Executor) -> None:
        """Publish one heartbeat, and receive until the next is due."""
        if sys.stdin.isatty() and select.select([sys.stdin], [], [], 0.0)[0] and sys.stdin.readline():
            self._press()
        self._beat()
        self._garbage.collect_slice()
        self._due_s = max(self._due_s + topics.HEARTBEAT_PERIOD_S, time.monotonic())
        while (remaining_s := self._due_s - time.monotonic()) > 0.0:
            executor.spin_once(timeout_sec=remaining_s)

    def _beat(self) -> None:
        self._heartbeat.publish(Bool(data=not self._pressed))

    def _press(self) -> None:
        self._pressed = True
        self._beat()
        self.get_logger().error(f"pressed; to release it: ros2 service call {self.get_name()}/release std_srvs/Trigger")

    def _on_press(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self._press()
        response.success, response.message = True, "pressed"
        return response

    def _on_release(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self._pressed = False
        self._beat()
        response.success, response.message = True, f"released; the device stays in fault until {topics.RESET}"
        return response
