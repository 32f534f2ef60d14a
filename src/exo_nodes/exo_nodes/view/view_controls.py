"""What the live page may do: the services and parameters that everybody else has too, and nothing beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rcl_interfaces.srv import SetParameters
from rclpy.client import Client
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.task import Future
from std_srvs.srv import Trigger

from exo_control.registry import POLICY_NAMES, shipped_policies
from exo_nodes import topics
from exo_nodes.steering import LEAN

TRIGGERS = {
    "emergency_stop": topics.EMERGENCY_STOP,
    "stop": topics.STOP,
    "start": topics.START,
    "lower": topics.LOWER_ASSISTANCE,
    "push_forward": topics.PUSH_FORWARD,
    "push_backward": topics.PUSH_BACKWARD,
}
"""Services by the page's name for them. Each lowers, ends or starts anew: none raises a limit."""

Answer = Callable[[bool, str], None]
"""Tells the pages whether a request was granted, and what was said to it."""


def offered_policies() -> list[str]:
    """Return the policies that the page offers: built-in and shipped ones."""
    return [*POLICY_NAMES, *shipped_policies()]


class ViewControls:
    """Turns requests of the page into calls of services, and answers into text."""

    def __init__(self, node: Node, answer: Answer) -> None:
        """Create the clients."""
        self._answer = answer
        self._triggers = {name: node.create_client(Trigger, service) for name, service in TRIGGERS.items()}
        self._policy = node.create_client(SetParameters, "policy/set_parameters")
        self._simulation = node.create_client(SetParameters, "simulation/set_parameters")
        self._policies = offered_policies()

    def do(self, request: Mapping[str, Any]) -> None:
        """Do what a page asks for: ``{"do": NAME of TRIGGERS}``, ``{"policy": NAME}`` or ``{"lean_rad": NUMBER}``."""
        match dict(request):
            case {"do": str(name)} if name in self._triggers:
                self._trigger(name)
            case {"policy": str(name)} if name in self._policies:
                self._set(self._policy, "policy", name, f"policy {name} takes over within two strides")
            case {"lean_rad": float() | int() as lean} if abs(lean) <= (LEAN.maximum or 0.0):
                self._set(self._simulation, LEAN.name, float(lean), f"leaning by {lean:+.3f} rad")
            case _:
                self._answer(False, f"the page may not ask for {dict(request)}")

    def _trigger(self, name: str) -> None:
        client = self._triggers[name]
        if not client.service_is_ready():
            self._answer(False, f"no node offers {client.srv_name}")
            return

        def done(future: Future) -> None:
            response = future.result()
            self._answer(response.success, response.message)

        client.call_async(Trigger.Request()).add_done_callback(done)

    def _set(self, client: Client, name: str, value: str | float, text: str) -> None:
        if not client.service_is_ready():
            self._answer(False, f"no node offers {client.srv_name}")
            return

        def done(future: Future) -> None:
            (result,) = future.result().results
            self._answer(result.successful, text if result.successful else result.reason)

        request = SetParameters.Request(parameters=[Parameter(name, value=value).to_parameter_msg()])
        client.call_async(request).add_done_callback(done)
