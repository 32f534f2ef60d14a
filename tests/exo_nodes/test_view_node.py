"""The view node over DDS: frames to a page, and what the page may do, by the services that everybody has."""

import json
import re
import time
from typing import Any

import pytest

pytest.importorskip("websockets", reason="needs requirements/view.txt")
from visualization_msgs.msg import MarkerArray
from websockets.sync.client import ClientConnection, connect

from exo_nodes import qos, topics

from .conftest import PATIENCE_S, NodeProcess, Observer, StartNode

pytestmark = pytest.mark.integration

SLOW = {"gait": "two_state", "duration_s": 300.0, "real_time_factor": 0.4, "wait_for_recorder": True}


class Page:
    """What a browser does, without one."""

    def __init__(self, node: NodeProcess, observer: Observer) -> None:
        observer.spin_until(lambda: "watch the walk at" in node.output)
        found = re.search(r"watch the walk at (http://localhost:(\d+))/", node.output)
        assert found is not None
        self._stream: ClientConnection = connect(f"ws://127.0.0.1:{found[2]}/stream", origin=found[1])
        self.about = self.next("about")

    def next(self, kind: str) -> Any:
        """Return the next message of a kind."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            message = json.loads(self._stream.recv(PATIENCE_S))
            if kind in message:
                return message[kind]
        pytest.fail(f"no {kind}")

    def ask(self, **request: Any) -> tuple[bool, str]:
        """Send a request and return whether it was granted, and the answer."""
        self._stream.send(json.dumps(request))
        answer = self.next("answer")
        return answer["success"], answer["text"]

    def wait_until(self, **safety: str) -> dict[str, Any]:
        """Return the first frame with these values of the safety status."""
        while True:
            frame: dict[str, Any] = self.next("frame")
            if safety.items() <= frame["safety"].items():
                return frame

    def close(self) -> None:
        self._stream.close()


def test_a_page_sees_the_walk_and_may_lower_and_stop_it(observer: Observer, start_node: StartNode) -> None:
    received: list[MarkerArray] = []
    observer.node.create_subscription(MarkerArray, topics.MARKERS, received.append, qos.viewer())
    start_node("policy_node", policy="dofc", tick_period_s=0.025, wait_for_recorder=True)
    start_node("simulation_node", **SLOW)
    view = start_node("view_node", port=0, controls=True)
    start_node("marker_node")
    page = Page(view, observer)
    observer.spin_until_state("ramp")

    frame = page.wait_until(state="ramp")
    assert len(frame["muscles"]) == len(page.about["muscles"]) == 18
    assert page.ask(do="lower") == (True, "assistance lowered to 80 %")
    page.wait_until(level="0.8")
    assert page.ask(do="push_forward") == (True, "pushed by +0.2 m/s")
    assert page.ask(lean_rad=-0.02) == (True, "leaning by -0.020 rad")
    assert page.ask(policy="zero")[0]
    # What is no service of everybody, or beyond a limit, is refused before it leaves the node.
    for request in ({"do": "reset"}, {"lean_rad": -0.5}, {"policy": "/tmp/x.onnx"}, {"level": 1.0}):
        assert page.ask(**request) == (False, f"the page may not ask for {request}")
    assert page.ask(do="stop") == (True, "the assistance ends")
    page.wait_until(state="disabled")
    assert page.ask(do="start")[0]
    assert page.ask(do="emergency_stop") == (True, "stopped; zero torque until reset")
    frame = page.wait_until(state="fault", fault="emergency_stop")
    assert page.ask(do="start")[0] is False
    observer.spin_until(lambda: bool(received))
    assert {"body", "muscles"} <= {marker.ns for marker in received[-1].markers}
    page.close()


def test_a_read_only_page_can_ask_for_nothing(observer: Observer, start_node: StartNode) -> None:
    page = Page(start_node("view_node", port=0), observer)
    assert page.about["controls"] is False
    assert page.ask(do="emergency_stop") == (False, "this page is read-only; start with view_controls:=true")
    page.close()
