"""What the reference says about topics, services and parameters is what running nodes have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rcl_interfaces.msg import ParameterDescriptor
from rcl_interfaces.srv import DescribeParameters, GetParameters, ListParameters
from rclpy.parameter import parameter_value_to_python

from exo.reference import parameters_page, topics_page
from exo_nodes import topics
from exo_nodes.controller_topics import CONTROLLER_INPUT
from exo_nodes.lifecycle import SHARED
from exo_nodes.parameters import BUILT_IN, NodeParameter
from exo_trial.protocol import load_protocol
from exo_trial.schedule import schedule_trial
from exo_trial.trial_file import TrialFile

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
    observer.spin_until(client.service_is_ready)
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
    own = f"/{node}/"
    return {name.lstrip("/"): kinds[0].replace("/srv/", "/") for name, kinds in found if not name.startswith(own)}


def triggers_of_its_own(observer: Observer, node: str) -> set[str]:
    """Return the services of a node in a namespace of its own that are triggers, by their last name."""
    found = dict(observer.node.get_service_names_and_types_by_node(node, "/"))
    triggers = [name for name, kinds in found.items() if "std_srvs/srv/Trigger" in kinds]
    return {name.removeprefix(f"/{node}/") for name in triggers if name.startswith(f"/{node}/")}


def wait_until_shown(observer: Observer, node: str, names: set[str], own: set[str]) -> None:
    """Wait until DDS shows these topics and services of a node, and those services of its own."""

    def are_shown() -> bool:
        seen = {*published(observer, node), *served(observer, node)}
        return names <= seen and own <= triggers_of_its_own(observer, node)

    observer.spin_until(are_shown)


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
        check_parameters(observer, EXECUTABLES[key], NAMES[key], given)


def check_parameters(observer: Observer, executable: str, node: str, given: dict[str, Any]) -> None:
    """Compare the parameters of a running node, started with some given ones, with the reference."""
    declared = {p.name: p for p in (*parameters_page.own_parameters(executable), *SHARED)}
    listed = call(observer, ListParameters, f"/{node}/list_parameters", ListParameters.Request()).result.names
    assert {name for name in listed if name not in BUILT_IN and not name.startswith("qos_")} == set(declared)
    names = list(declared)
    request = DescribeParameters.Request(names=names)
    answer = call(observer, DescribeParameters, f"/{node}/describe_parameters", request)
    assert answer.descriptors == [expected(declared[name]) for name in names]
    answer = call(observer, GetParameters, f"/{node}/get_parameters", GetParameters.Request(names=names))
    values = dict(zip(names, map(parameter_value_to_python, answer.values), strict=True))
    assert values == {name: declared[name].default for name in names} | given


# The others need drives, a trial, a controller or time before they are active; their topics are there before.
CONFIGURED: dict[str, tuple[str, set[str], set[str], set[str]]] = {
    "emulator_node": ("emulator", set(topics.RECORDED) - set(topics.RECORDED_OF_DEVICE), set(), set()),
    "hardware_node": (
        "hardware",
        {topics.JOINT_STATES, topics.SAFETY_STATUS, topics.DIAGNOSTICS},
        {"device, simulated or real"},
        set(),
    ),
    "controller_bridge": ("controller_bridge", {topics.JOINT_COMMANDS, CONTROLLER_INPUT}, set(), set()),
    "trial_node": ("trial", {topics.TRIAL_PHASE}, {"trial node"}, set()),
    "trainer_node": ("trainer", {topics.LEARNING_CURVE, topics.DIAGNOSTICS}, set(), {"start", "stop", "hand_over"}),
    "estop_node": ("emergency_stop", {topics.EMERGENCY_STOP_HEARTBEAT}, set(), {"press", "release"}),
}
"""Executables: node name, what it publishes, whose services of the reference it has, and its own beside them."""


def test_every_node_is_compared_with_the_reference() -> None:
    assert set(CONFIGURED) | set(EXECUTABLES.values()) == set(parameters_page.executables())


# Drives answer in time or are not found.
MARKED = [pytest.param(name, marks=[pytest.mark.real_time] if name == "hardware_node" else []) for name in CONFIGURED]


@pytest.mark.parametrize("executable", MARKED)
def test_a_configured_node_has_what_the_reference_says(
    executable: str,
    observer: Observer,
    start_node: StartNode,
    ros_domain_id: int,
    repo_root: Path,
    tmp_path: Path,
    tiny_training: Callable[..., Path],
) -> None:
    node, publishes, whose, own = CONFIGURED[executable]
    given: dict[str, Any] = {"autostart": False}
    match executable:
        case "emulator_node":
            given |= {"channel": f"test-{ros_domain_id}", "gait": "geyer_herr"}
        case "hardware_node":
            given |= {"emulation_channel": f"test-{ros_domain_id}"}
            start_node("emulator_node", channel=given["emulation_channel"], gait="geyer_herr")
            observer.spin_until(lambda: bool(observer.messages[topics.HUMAN_JOINT_STATES]))  # its drives are there
        case "trial_node":
            given |= {"trial": str(tmp_path / "trial.json")}
            schedule = schedule_trial(load_protocol("speed"), 0)
            TrialFile(schedule=schedule, arguments={}, mass_kg=70.0).save(tmp_path / "trial.json")
        case "trainer_node":
            pytest.importorskip("torch", reason="the trainer node needs requirements/train.txt")
            given |= {"config": str(tiny_training()), "output": str(tmp_path / "run"), "threads": 1}
    start_node(executable, **given)
    configure = ChangeState.Request(transition=Transition(id=Transition.TRANSITION_CONFIGURE))
    assert call(observer, ChangeState, f"/{node}/change_state", configure).success

    services = topics_page.described_services()
    offered = {name for by in whose for name, _ in services[by]}
    wait_until_shown(observer, node, publishes | offered, own)
    described = {topic.name: topic.message_type for topic in topics_page.described_topics()}
    assert published(observer, node) == {name: described[name] for name in publishes}
    assert served(observer, node) == dict.fromkeys(offered, topics_page.SERVICE_TYPE)
    assert triggers_of_its_own(observer, node) == own
    documents = "".join(file.read_text() for file in (repo_root / "README.md", repo_root / "docs/concepts/safety.md"))
    assert [name for name in own if f"/{node}/{name}" not in documents] == []
    check_parameters(observer, executable, node, given)
