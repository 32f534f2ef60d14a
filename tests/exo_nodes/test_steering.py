"""Pushing and leaning the simulated person while they walk."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from rclpy.parameter import Parameter
from std_srvs.srv import Trigger

from exo_nodes import topics
from exo_nodes.lifecycle import StartError
from exo_nodes.steering import LEAN_RATE_RAD_S, PUSH_M_S, Steering


class StubNode:
    """What Steering needs of a node."""

    def __init__(self) -> None:
        self.services: dict[str, Callable[..., Any]] = {}
        self.set_parameters: Callable[..., Any]

    def add_on_set_parameters_callback(self, callback: Callable[..., Any]) -> None:
        self.set_parameters = callback

    def create_service(self, kind: Any, name: str, callback: Callable[..., Any]) -> None:
        self.services[name] = callback

    def get_logger(self) -> Any:
        return SimpleNamespace(info=lambda text: None)

    def call(self, name: str) -> str:
        return str(self.services[name](Trigger.Request(), Trigger.Response()).message)


class Person:
    """Remembers what is done to it."""

    def __init__(self) -> None:
        self.pushes: list[float] = []
        self.leans: list[float] = []

    def push(self, velocity_change_m_s: float) -> None:
        self.pushes.append(velocity_change_m_s)

    def lean(self, angle_rad: float) -> None:
        self.leans.append(angle_rad)


def test_a_push_acts_once_in_the_next_tick() -> None:
    node, person = StubNode(), Person()
    steering = Steering(node, 0.0)  # type: ignore[arg-type]
    assert node.call(topics.PUSH_BACKWARD) == "pushed by -0.2 m/s"
    for _ in range(3):
        steering.apply(person)  # type: ignore[arg-type]
    node.call(topics.PUSH_FORWARD)
    steering.apply(person)  # type: ignore[arg-type]
    assert person.pushes == [-PUSH_M_S, PUSH_M_S] and person.leans == []


def test_the_lean_follows_its_parameter_slowly() -> None:
    node, person = StubNode(), Person()
    steering = Steering(node, 0.0)  # type: ignore[arg-type]
    assert node.set_parameters([Parameter("lean_rad", value=-0.003)]).successful
    for _ in range(30):
        steering.apply(person)  # type: ignore[arg-type]
    assert person.leans == pytest.approx([-0.01 * LEAN_RATE_RAD_S * tick for tick in range(1, 16)])
    steering.reset()  # a new walk begins upright
    steering.apply(person)  # type: ignore[arg-type]
    assert person.leans[-1] == pytest.approx(-0.01 * LEAN_RATE_RAD_S)


def test_a_person_who_cannot_lean_is_pushed_and_refuses_to_lean() -> None:
    node, person = StubNode(), Person()
    steering = Steering(node, 0.0, can_lean=False)  # type: ignore[arg-type]
    answer = node.set_parameters([Parameter("lean_rad", value=-0.02)])
    assert not answer.successful and "SCONE's reflexes hold the trunk" in answer.reason
    assert node.set_parameters([Parameter("motion", value="stand")]).successful
    node.call(topics.PUSH_FORWARD)
    steering.apply(person)  # type: ignore[arg-type]
    assert person.pushes == [PUSH_M_S] and person.leans == []
    with pytest.raises(StartError, match=r"parameter lean_rad = -0.02: SCONE's reflexes"):
        Steering(StubNode(), -0.02, can_lean=False)  # type: ignore[arg-type]
