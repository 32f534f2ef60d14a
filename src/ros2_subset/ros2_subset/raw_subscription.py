"""Serialised messages of a topic, taken when it suits."""

from collections.abc import Iterator, Mapping
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile

from ros2_subset.message_types import message_class


class RawSubscription:
    """Subscription whose messages wait in the middleware until they are taken.

    An executor would wake up and build a wait set for each message; taking them in batches costs a fraction of that.
    """

    def __init__(self, node: Node, topic: str, type_name: str, qos: QoSProfile) -> None:
        self._subscription = node.create_subscription(message_class(type_name), topic, lambda _: None, qos, raw=True)

    def take(self) -> Iterator[tuple[bytes, Mapping[str, Any]]]:
        """Return the messages that have arrived, oldest first, each with the times of sending and receiving it."""
        subscription = self._subscription
        handle = subscription.handle
        with handle:
            while True:
                # What an executor does with a subscription that is ready.
                taken = handle.take_message(subscription.msg_type, True)
                if taken is None:
                    return
                yield taken
