"""Nodes that must not be there are named, whichever side appears first."""

import pytest
from std_msgs.msg import Bool

from exo_nodes import qos, topics
from exo_nodes.peers import rival_stops

from .conftest import Observer, StartNode

pytestmark = pytest.mark.integration


def test_two_emergency_stop_nodes_are_rivals_named_by_node(observer: Observer, start_node: StartNode) -> None:
    node = observer.node
    start_node("estop_node")
    observer.spin_until(lambda: node.count_publishers(topics.EMERGENCY_STOP_HEARTBEAT) == 1)
    assert rival_stops(node) is None
    start_node("estop_node", ["-r", "__node:=second_stop"])
    observer.spin_until(lambda: rival_stops(node) is not None)
    problem = str(rival_stops(node))
    assert problem.startswith("2 nodes publish /") and "/emergency_stop, /second_stop" in problem
    assert "hide that the other has died" in problem and "ROS_DOMAIN_ID" in problem


def test_a_topic_of_one_name_in_another_namespace_is_no_rival(observer: Observer) -> None:
    node = observer.node
    for topic in (topics.EMERGENCY_STOP_HEARTBEAT, f"/other/{topics.EMERGENCY_STOP_HEARTBEAT}"):
        node.create_publisher(Bool, topic, qos.heartbeat())
    observer.spin_until(lambda: node.count_publishers(topics.EMERGENCY_STOP_HEARTBEAT) == 1)
    assert rival_stops(node) is None
