"""Quality of service, named once. All but that of phases are volatile: nobody must ever be replayed a torque."""

from typing import Any

from rclpy.duration import Duration
from rclpy.event_handler import PublisherEventCallbacks
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

COMMAND_DEADLINE_PERIODS = 2
COMMAND_LIFESPAN_PERIODS = 5
"""The limiter's fault age: an older command is not worth delivering."""

BACKLOG = 100
"""Messages kept for a reader that is behind, such as a recorder on a busy machine: one second."""


def _profile(depth: int) -> QoSProfile:
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
        reliability=ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.VOLATILE,
    )


def state_publisher() -> QoSProfile:
    """For states and all other streams, as published: reliable, so that a recording has no holes."""
    return _profile(BACKLOG)


def state_reader() -> QoSProfile:
    """For states, as a policy reads them: only the newest counts."""
    return _profile(1)


def command(tick_period_s: float) -> QoSProfile:
    """For torque commands, as published and as read by the device.

    Args:
        tick_period_s: wall time between two states, s; 0 if they come as fast as they are answered (lockstep), where
            wall time says nothing about the age of a command.
    """
    if tick_period_s <= 0.0:
        return _profile(BACKLOG)
    profile = _profile(1)
    # Whole microseconds: a publisher whose deadline is longer by a rounding error would not match.
    period_us = round(tick_period_s * 1e6)
    profile.deadline = Duration(nanoseconds=1000 * COMMAND_DEADLINE_PERIODS * period_us)
    profile.lifespan = Duration(nanoseconds=1000 * COMMAND_LIFESPAN_PERIODS * period_us)
    return profile


def clock() -> QoSProfile:
    """For /clock: only the newest counts, and readers that ask for best effort match too."""
    return _profile(1)


def viewer() -> QoSProfile:
    """For all streams, as somebody reads them who only looks: the newest, and nobody waits for this reader."""
    profile = _profile(1)
    profile.reliability = ReliabilityPolicy.BEST_EFFORT
    return profile


def heartbeat() -> QoSProfile:
    """For the heartbeat of the emergency stop: the next one makes good for one that is lost."""
    profile = _profile(1)
    profile.reliability = ReliabilityPolicy.BEST_EFFORT
    return profile


def phase() -> QoSProfile:
    """For the phase of a trial: a late joiner gets what was said before."""
    profile = _profile(BACKLOG)
    profile.durability = DurabilityPolicy.TRANSIENT_LOCAL
    return profile


def diagnostics() -> QoSProfile:
    """For /diagnostics."""
    return _profile(10)


def create_stream(node: Node, message_type: Any, topic: str) -> Publisher:
    """Create a publisher for a stream that readers may have in any form.

    Without rclpy's event handlers: each would cost the executor time in every tick, and all they do is to log a reader
    that does not match, which the reader logs too.
    """
    return node.create_publisher(
        message_type, topic, state_publisher(), event_callbacks=PublisherEventCallbacks(use_default_callbacks=False)
    )
