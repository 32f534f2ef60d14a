"""The view node: shows the walking person on a live page in the browser. It reads topics, and is in nobody's way."""

import os
import time
import webbrowser
from typing import Any

from rcl_interfaces.srv import GetParameters
from rclpy.executors import Executor
from rclpy.task import Future

from exo_nodes.lifecycle import ExoNode
from exo_nodes.parameters import NodeParameter
from exo_nodes.person import SHOWN_PERSON, load_person_model
from exo_nodes.scheduling import VIEWER_NICENESS, set_niceness
from exo_nodes.steering import LEAN, PUSH_M_S
from exo_nodes.view.newest_state import NewestState
from exo_nodes.view.view_controls import ViewControls, offered_policies
from exo_nodes.view.view_frame import FrameMaker
from exo_nodes.view.view_server import ViewServer
from exo_safety.limits import load_limits

FRAME_PERIOD_S = 1.0 / 30.0
IDLE_PERIOD_S = 0.2
"""While nobody looks."""
POLICY_POLL_S = 2.0

PARAMETERS = (
    NodeParameter("port", 8088, "TCP port of the page on this machine; 0 takes a free one", 0, 65535),
    NodeParameter("controls", False, "let the page push, lean, change the policy, lower and stop"),
    NodeParameter("open_browser", True, "open the page, where there is a screen"),
    *SHOWN_PERSON,
)


class ViewNode(ExoNode):
    """Forwards the newest states to the page, 30 times a second, while a page is open."""

    def __init__(self) -> None:
        super().__init__("view", PARAMETERS)

    def configure(self) -> None:
        """Load the person, and read the topics."""
        set_niceness(VIEWER_NICENESS)
        self._frames = FrameMaker(load_person_model(self.values))
        self._seen = NewestState(self)
        self._policy_client = self.create_client(GetParameters, "policy/get_parameters")
        self._policy = ""
        self._polled_s = 0.0
        self._sent_ns = 0

    def activate(self) -> None:
        """Serve the page."""
        limits = load_limits()
        about = {
            **self._frames.about,
            "controls": self.values["controls"],
            "policies": offered_policies(),
            "lean_limit_rad": LEAN.maximum,
            "push_m_s": PUSH_M_S,
            "torque_cap_nm": limits.torque_cap_nm,
        }
        self._server = ViewServer(self.values["port"], about)
        self._controls = ViewControls(self, self._answer) if self.values["controls"] else None
        self._due_s = time.monotonic()
        self.get_logger().info(f"watch the walk at {self._server.url}")
        if self.values["open_browser"] and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            webbrowser.open(self._server.url)

    def deactivate(self) -> None:
        """Close the page."""
        self._server.close()

    def work(self, executor: Executor) -> None:
        """Send one frame, when it is due, and do what the pages have asked for."""
        period_s = FRAME_PERIOD_S if self._server.has_viewers else IDLE_PERIOD_S
        self._due_s = max(self._due_s + period_s, time.monotonic())
        time.sleep(max(self._due_s - time.monotonic(), 0.0))
        self._seen.receive(executor)
        if not self._server.has_viewers:
            return
        while not self._server.requests.empty():
            self._on_request(self._server.requests.get())
        self._ask_for_policy()
        if self._seen.is_complete and self._seen.stamp_ns != self._sent_ns:
            self._sent_ns = self._seen.stamp_ns
            self._server.send({"frame": {**self._frames.frame(self._seen), "policy": self._policy}})

    def _ask_for_policy(self) -> None:
        now_s = time.monotonic()
        if now_s - self._polled_s < POLICY_POLL_S or not self._policy_client.service_is_ready():
            return
        self._polled_s = now_s

        def on_policy(future: Future) -> None:
            self._policy = future.result().values[0].string_value

        self._policy_client.call_async(GetParameters.Request(names=["policy"])).add_done_callback(on_policy)

    def _on_request(self, request: dict[str, Any]) -> None:
        if self._controls is None:
            self._answer(False, "this page is read-only; start with view_controls:=true")
            return
        self.get_logger().info(f"the page asks for {request}")
        self._controls.do(request)

    def _answer(self, success: bool, text: str) -> None:
        self._server.send({"answer": {"success": success, "text": text}})
