"""What the nodes share: a lifecycle with clear errors, waiting for each other, and a clean end on any signal."""

import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import rclpy
from rclpy.executors import Executor, SingleThreadedExecutor
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.signals import SignalHandlerOptions

from exo_control.errors import ExoError
from exo_nodes.parameters import NodeParameter, declare
from exo_nodes.scheduling import set_realtime_priority

EXIT_CANNOT_START = 2
EXIT_FAILED = 1

SETTLE_S = 0.5
"""Time in which DDS as a rule shows who else is there."""

SPIN_S = 0.05
REPORT_S = 5.0

AUTOSTART = NodeParameter(
    "autostart", True, "configure and activate at once; false leaves both to `ros2 lifecycle set` or a manager"
)
WAIT_TIMEOUT = NodeParameter("wait_timeout_s", 120.0, "longest wait for other nodes before the start, s", 0.0, 3600.0)
REALTIME_PRIORITY = NodeParameter(
    "realtime_priority", 0, "SCHED_FIFO priority of the node, 1 to 99; 0 leaves it to the system", 0, 99
)
WAIT_FOR_RECORDER = NodeParameter(
    "wait_for_recorder", False, "start only when `ros2 bag record` reads this node's topics, so that none is cut short"
)

SHARED = (AUTOSTART, WAIT_TIMEOUT, WAIT_FOR_RECORDER, REALTIME_PRIORITY)


class StartError(ExoError):
    """A node cannot start."""


class ExoNode(LifecycleNode):
    """A lifecycle node; the subclass says what its states mean by overriding the methods without a body."""

    def __init__(self, name: str, parameters: Sequence[NodeParameter]) -> None:
        """Declare the parameters.

        Raises:
            ConfigError: a parameter is unknown or its value not allowed.
        """
        super().__init__(name)
        self.values: dict[str, Any] = declare(self, (*parameters, *SHARED))
        self.stop = threading.Event()
        self.is_active = False
        self.failed = False

    def configure(self) -> None:
        """Read files and create topics."""

    def activate(self) -> None:
        """Begin."""

    def deactivate(self) -> None:
        """End: nothing may move afterwards."""

    def cleanup(self) -> None:
        """Destroy what ``configure`` created."""

    def check_alone(self) -> None:
        """Check that no other node does what only one may do.

        Raises:
            StartError: one does.
        """

    def unseen(self) -> list[str]:
        """Return whom DDS has to show before ``configure``; called again and again until nothing is left."""
        return []

    def missing(self) -> list[str]:
        """Return what has to be there before activation and is not yet; called again and again until nothing is."""
        return []

    def work(self, executor: Executor) -> None:
        """Do what the node does while it is active; called again and again. Sets ``stop`` when all is done."""
        executor.spin_once(timeout_sec=SPIN_S)

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Lifecycle transition."""
        result = self._transition(self.configure)
        if result is TransitionCallbackReturn.SUCCESS and (priority := self.values[REALTIME_PRIORITY.name]):
            result = self._transition(lambda: set_realtime_priority(priority))
        return result

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Lifecycle transition."""
        result = self._transition(self.activate)
        self.is_active = result is TransitionCallbackReturn.SUCCESS
        return result

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Lifecycle transition."""
        self.is_active = False
        return self._transition(self.deactivate)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Lifecycle transition."""
        return self._transition(self.cleanup)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Lifecycle transition."""
        if self.is_active:
            self.on_deactivate(state)
        return TransitionCallbackReturn.SUCCESS

    def _transition(self, step: Callable[[], None]) -> TransitionCallbackReturn:
        try:
            step()
        except ExoError as error:
            self.get_logger().fatal(str(error))
            return TransitionCallbackReturn.FAILURE
        except Exception:  # rclpy would swallow it
            self.get_logger().fatal(traceback.format_exc())
            return TransitionCallbackReturn.ERROR
        return TransitionCallbackReturn.SUCCESS

    def run(self, executor: Executor) -> int:
        """Run until ``stop`` is set; return the exit code."""
        if self.values[AUTOSTART.name] and not self._start(executor):
            return 0 if self.stop.is_set() else EXIT_CANNOT_START
        while not self.stop.is_set():
            if self.is_active:
                self.work(executor)
            else:
                executor.spin_once(timeout_sec=SPIN_S)
        if self.is_active:
            self.trigger_deactivate()
        return EXIT_FAILED if self.failed else 0

    def _start(self, executor: Executor) -> bool:
        """Configure and activate; false if that failed or was interrupted."""
        # Look before creating topics: a second policy must not even appear next to one that is at work.
        self._wait(executor, self.unseen)
        if self.stop.is_set() or self.trigger_configure() is not TransitionCallbackReturn.SUCCESS:
            return False
        self._wait(executor, self.missing)
        return not self.stop.is_set() and self.trigger_activate() is TransitionCallbackReturn.SUCCESS

    def _wait(self, executor: Executor, missing: Callable[[], list[str]]) -> None:
        """Wait until nothing is missing, and at least until DDS has had time to discover who else is there."""
        begin = reported = time.monotonic()
        timeout_s = self.values[WAIT_TIMEOUT.name]
        while not self.stop.is_set():
            executor.spin_once(timeout_sec=SPIN_S)
            self.check_alone()
            items, now = missing(), time.monotonic()
            if now - begin < SETTLE_S:
                continue
            if not items:
                return
            if now - begin > timeout_s:
                raise StartError(f"waited {timeout_s:g} s for: {'; '.join(items)}")
            if now - reported > REPORT_S:
                reported = now
                self.get_logger().info(f"waiting for: {'; '.join(items)}")


def run_node(node_class: Callable[[], ExoNode], stop: threading.Event) -> int:
    """Run a node in this process until it ends or ``stop`` is set; return its exit code."""
    try:
        rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    except RuntimeError as error:  # ROS arguments or a parameter file that cannot be read
        print(f"cannot start: {error}", file=sys.stderr)
        return EXIT_CANNOT_START
    executor = SingleThreadedExecutor()
    node: ExoNode | None = None
    try:
        node = node_class()
        node.stop = stop
        executor.add_node(node)
        return node.run(executor)
    except ExoError as error:
        logger = node.get_logger() if node else rclpy.logging.get_logger("exo_nodes")
        logger.fatal(str(error))
        return EXIT_CANNOT_START
    finally:
        executor.shutdown()
        if node is not None:
            node.destroy_node()
        rclpy.try_shutdown()
