"""Who else is on the topics: readers to wait for, and nodes that must not be there."""

from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.topic_endpoint_info import TopicEndpointInfo

from exo_nodes import topics


def _full_name(endpoint: TopicEndpointInfo) -> str:
    return f"{endpoint.node_namespace.rstrip('/')}/{endpoint.node_name}"


def publishing_nodes(node: Node, topic: str) -> list[str]:
    """Return the full names of the nodes that publish a topic, this one included."""
    return sorted(_full_name(endpoint) for endpoint in node.get_publishers_info_by_topic(topic))


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
    names = publishing_nodes(node, topic)
    if len(names) <= 1:
        return None
    mine = f"{node.get_namespace().rstrip('/')}/{node.get_name()}"
    names.remove(mine)
    return (
        f"another node publishes {node.resolve_topic_name(topic)} already: {', '.join(names)}. Stop it, or keep the "
        "two apart with namespace:=NAME or another ROS_DOMAIN_ID. (A node that was killed stays visible for 20 s.)"
    )
