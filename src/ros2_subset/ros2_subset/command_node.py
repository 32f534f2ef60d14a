"""The node through which a command sees topics."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import rclpy
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from ros2_subset.errors import CommandError
from ros2_subset.packages import suggestion

_LOOK_PERIOD_S = 0.05
_SETTLED_AFTER_S = 0.5


_received: list[int] = []


def is_running() -> bool:
    """Return whether no SIGINT or SIGTERM has come since the command's node is there."""
    return not _received


@contextmanager
def command_node(ros_arguments: Sequence[str]) -> Iterator[Node]:
    """Provide a hidden node for the duration of a command, which lasts at most as long as it `is_running`.

    Raises:
        KeyboardInterrupt: at the end, if there was a SIGINT. Raised by the signal's handler, it would be lost where
            it happens to come in a destructor or a callback of the middleware.
    """
    _received.clear()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: _received.append(received))
    rclpy.init(args=list(ros_arguments), signal_handler_options=SignalHandlerOptions.NO)
    node = rclpy.create_node(f"_ros2cli_{os.getpid()}", enable_rosout=False, start_parameter_services=False)
    try:
        yield node
    finally:
        node.destroy_node()
        rclpy.try_shutdown()
    if signal.SIGINT in _received:
        raise KeyboardInterrupt


def topics(node: Node, include_hidden: bool) -> list[tuple[str, list[str]]]:
    """Return the topics known so far, by name, with their types."""
    found = sorted(node.get_topic_names_and_types())
    return [(name, types) for name, types in found if include_hidden or not is_hidden(name)]


def is_hidden(topic: str) -> bool:
    """Return whether a topic is internal: a part of its name starts with an underscore."""
    return any(part.startswith("_") for part in topic.split("/"))


def wait_for_graph(node: Node, timeout_s: float) -> None:
    """Wait until other nodes are known and nothing new has come up for a while, or for the timeout."""
    deadline = time.monotonic() + timeout_s
    seen: object = None
    settled_at = deadline
    while is_running() and time.monotonic() < min(deadline, settled_at):
        others = [each for each in node.get_node_names_and_namespaces() if each[0] != node.get_name()]
        now = (others, node.get_topic_names_and_types())
        if now != seen:
            seen = now
            settled_at = time.monotonic() + _SETTLED_AFTER_S if others else deadline
        time.sleep(_LOOK_PERIOD_S)


def wait_for_type(node: Node, topic: str, timeout_s: float | None) -> str:
    """Return the type of a topic, waiting until it is known; for ever if the timeout is None.

    Raises:
        CommandError: if it does not become known, or there are several types.
        KeyboardInterrupt: if a signal ends the waiting.
    """
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    while is_running():
        known = dict(node.get_topic_names_and_types())
        types = known.get(topic, [])
        if len(types) > 1:
            raise CommandError(f"topic '{topic}' has several types: {', '.join(types)}")
        if types:
            return types[0]
        if deadline is not None and time.monotonic() > deadline:
            raise CommandError(
                f"topic '{topic}' is not known after {timeout_s:g} s{suggestion(topic, known)}; "
                f"'ros2 topic list' shows the topics of domain {os.environ.get('ROS_DOMAIN_ID') or 0}"
            )
        time.sleep(_LOOK_PERIOD_S)
    raise KeyboardInterrupt
