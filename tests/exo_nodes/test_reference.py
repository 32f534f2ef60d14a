"""What the reference says about topics, services and parameters is what running nodes have."""

from typing import Any

import pytest
from rcl_interfaces.msg import ParameterDescriptor
from rcl_interfaces.srv import DescribeParameters, GetParameters, ListParameters
from rclpy.parameter import parameter_value_to_python

from exo.reference import parameters_page, topics_page
from exo_nodes import topics
from exo_nodes.lifecycle import SHARED
from exo_nodes.parameters import BUILT_IN, NodeParameter

from .conftest import Observer, StartNode

pytestmark = pytest.mark.integration

GIVEN = {
    "simulation": {"lockstep": True, "duration_s": 3600.0, "gait": "geyer_herr"},
    "policy": {"policy": "dofc", "tick_period_s": 0.0},
    "markers": {"gait": "geyer_herr"},
    "estop": {},
    "view": {"port": 0, "open_browser": False, "gait": "geyer_herr"},
}
EXECUTABLES = {node: f"{node}_node" for node in GIVEN} | {"markers": "marker_node"}
NAMES = {node: node for node in GIVEN} | {"estop": "emergency_stop"}
OF_ANY_NODE = ("/rosout", "/parameter_events", "/transition_event")


def call(observer: Observer, service: Any, name: str, request: Any) -> Any:
    client = observer.node.create_client(service, name)
    assert client.wait_for_service(20.0)
    future = client.call_async(request)
    observer.spin_until(future.done)
    return future.result()


def published(observer: Observer, node: str) -> dict[str, str]:
    """Return the topics that a node publishes, relative to the namespace, with their types."""
    found = observer.node.get_publisher_names_and_types_by_node(node, "/")
    own = {name: kinds[0].replace("/msg/", "/") for name, kinds in found if not name.endswith(OF_ANY_NODE)}
    return {name if name in (topics.CLOCK, topics.DIAGNOSTICS) else name.lstrip("/"): own[name] for name in own}


def served(observer: Observer, node: str) -> dict[str, str]:
    """Return the services of a node that are in no namespace of its own, with their types."""
    found = observer.node.get_service_names_and_types_by_node(node, "/")
    return {name.lstrip("/"): kinds[0].replace("/srv/", "/") for name, kinds in found if f"/{node}/" not in name}


def expected(parameter: NodeParameter) -> ParameterDescriptor:
    descriptor = parameter.descriptor
    kinds = {bool: 1, int: 2, float: 3, str: 4}  # of rcl_interfaces/ParameterType
    descriptor.name, descriptor.type = parameter.name, kinds[type(parameter.default)]
    return descriptor


def test_topics_and_parameters_are_those_of_the_reference(observer: Observer, start_node: StartNode) -> None:
    pytest.importorskip("websockets", reason="the view node needs requirements/view.txt")
    for node, given in GIVEN.items():
        start_node(EXECUTABLES[node], **given)
    received = observer.messages[topics.SAFETY_STATUS]
    observer.spin_until(lambda: len(received) > 0)
    described = {topic.name: topic.message_type for topic in topics_page.described_topics()}
    everything = {*topics.RECORDED, topics.CLOCK, topics.DIAGNOSTICS, topics.MARKERS, topics.EMERGENCY_STOP_HEARTBEAT}
    observer.spin_until(lambda: everything <= {name for node in NAMES.values() for name in published(observer, node)})
    for node in NAMES.values():
        for name, kind in published(observer, node).items():
            assert described[name] == kind

    services = topics_page.described_services()
    of_simulation = {name for by in ("device, simulated or real", "simulated person") for name, _ in services[by]}
    assert served(observer, "simulation") == dict.fromkeys(of_simulation, topics_page.SERVICE_TYPE)

    for key, given in GIVEN.items():
        node = NAMES[key]
        declared = {p.name: p for p in (*parameters_page.own_parameters(EXECUTABLES[key]), *SHARED)}
        listed = call(observer, ListParameters, f"/{node}/list_parameters", ListParameters.Request()).result.names
        assert {name for name in listed if name not in BUILT_IN and not name.startswith("qos_")} == set(declared)
        names = list(declared)
        request = DescribeParameters.Request(names=names)
        answer = call(observer, DescribeParameters, f"/{node}/describe_parameters", request)
        assert answer.descriptors == [expected(declared[name]) for name in names]
        answer = call(observer, GetParameters, f"/{node}/get_parameters", GetParameters.Request(names=names))
        values = dict(zip(names, map(parameter_value_to_python, answer.values), strict=True))
        assert values == {name: declared[name].default for name in names} | given
