"""The node through which a launch talks to lifecycle nodes."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import TYPE_CHECKING, Any

import rclpy
from launch.event_handlers import OnShutdown
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

if TYPE_CHECKING:
    from launch.launch_context import LaunchContext


class ROSAdapter:
    """A node that spins in a thread of its own."""

    def __init__(self) -> None:
        self.ros_context = rclpy.Context()
        # Signals are the business of the launch.
        rclpy.init(args=[], context=self.ros_context, signal_handler_options=SignalHandlerOptions.NO)
        self.ros_node = rclpy.create_node(f"launch_ros_{os.getpid()}", context=self.ros_context)
        self._executor = SingleThreadedExecutor(context=self.ros_context)
        self._executor.add_node(self.ros_node)
        self._thread = threading.Thread(target=self._spin)
        self._thread.start()

    def _spin(self) -> None:
        with contextlib.suppress(ExternalShutdownException):
            self._executor.spin()

    def shutdown(self) -> None:
        """Stop spinning and destroy the node."""
        self._executor.shutdown()
        self._thread.join()
        self.ros_node.destroy_node()
        self.ros_context.shutdown()


def get_ros_adapter(context: LaunchContext) -> ROSAdapter:
    """Return the adapter of a launch, made at first use and shut down with it."""
    adapter: ROSAdapter | None = context.get_locals_as_dict().get("ros_adapter")
    if adapter is None:
        adapter = ROSAdapter()
        context.extend_globals({"ros_adapter": adapter})
        made = adapter

        def shut_down(_event: Any, _context: Any) -> None:
            made.shutdown()

        context.register_event_handler(OnShutdown(on_shutdown=shut_down))
    return adapter


def get_ros_node(context: LaunchContext) -> Any:
    """Return the node of a launch."""
    return get_ros_adapter(context).ros_node
