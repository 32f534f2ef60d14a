"""Who else is on the topics: readers to wait for, and nodes that must not be there."""

from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.topic_endpoint_info import TopicEndpointInfo

from exo_nodes import topics

UNKNOWN_NODE = "_NODE_NAME_UNKNOWN_"
"""What the middleware calls a node that it knows an endpoint of only."""


def _full_name(endpoint: TopicEndpointInfo) -> str:
    return f"{endpoint.node_namespace.rstrip('/')}/{endpoint.node_name}"


def publishing_nodes(node: Node, topic: str) -> list[str]:
    """Return the full names of the nodes that publish a topic, this one included.

    A node whose topic has been discovered before its name is left out: it will be there a moment later.
    """
    endpoints = node.get_publishers_info_by_topic(topic)
    return sorted(_full_name(endpoint) for endpoint in endpoints if endpoint.node_name != UNKNOWN_NODE)


def is_read_by(node: Node, publisher: Publisher, reader: str) -> bool:
    """Whether a node of this name (without namespace) will get what the publisher sends from now on."""
    readers = node.get_subscriptions_info_by_topic(publisher.topic_name)
    if not any(endpoint.node_name == reader for endpoint in readers):
        return False
    # The graph may know of a reader before the publisher is matched with it.
    return publisher.get_subscription_count() >= len(readers)


def unrecorded(node: Node, publishers: list[Publisher]) -> list[str]:
    """Return the topics that the recorder does not read yet."""
    return [p.topic_name for p in publishers if not is_read_by(node, p, topics.RECORDER_NODE)]


def clash(node: Node, topic: str) -> str | None:
    """Return what is wrong if another node publishes a topic that only this one may publish."""
    full_topic = node.resolve_topic_name(topic)
    names, own = publishing_nodes(node, topic), node.get_fully_qualified_name()
    if own in names and any(publisher.topic_name == full_topic for publisher in node.publishers):
        names.remove(own)  # once: a namesake may be among the rest
    if not names:
        return None
    return (
        f"another node publishes {full_topic} already: {', '.join(names)}. Stop it, or use another ROS_DOMAIN_ID. "
        "(A node that was killed stays visible for 20 s.)"
    )


def rival_policies(node: Node) -> str | None:
    """Return what is wrong if more than one node commands torques."""
    return _rivals(node, topics.JOINT_COMMANDS, "only one may command")


def rival_stops(node: Node) -> str | None:
    """Return what is wrong if more than one node says that the emergency stop is not pressed."""
    return _rivals(node, topics.EMERGENCY_STOP_HEARTBEAT, "one that beats would hide that the other has died")


def _rivals(node: Node, topic: str, reason: str) -> str | None:
    if node.count_publishers(topic) < 2:
        return None
    names = publishing_nodes(node, topic)
    if len(names) < 2:
        return None
    return (
        f"{len(names)} nodes publish {node.resolve_topic_name(topic)}: {', '.join(names)}; {reason}. "
        "Stop the others, or use another ROS_DOMAIN_ID. (A node that was killed stays visible for 20 s.)"
    )
