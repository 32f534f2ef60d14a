"""The live page of a launched walk in a real browser: what it shows, and what its controls do to the walk."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rcl_interfaces.srv import GetParameters
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

pytest.importorskip("websockets", reason="needs requirements/view.txt")

from exo_nodes import qos, topics

from ..exo_nodes.browser import EXECUTABLE, Browser
from .conftest import LaunchTrial, Trial

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(EXECUTABLE is None, reason="Chromium is not installed (Debian: apt install chromium)"),
]

# So slow that a busy machine, with a browser too, misses no deadline; the walk does not end before the test.
SHOWN = {"view": "true", "view_port": 0, "record": "false", "duration": 300, "real_time_factor": 0.1}
WINDOW = (1280, 800)
RIGHT_HIP = (11, 110, 153)  # the colour of its lines


class Witness:
    """What everybody else on ROS sees of the walk."""

    def __init__(self, node: Node, executor: SingleThreadedExecutor) -> None:
        self._executor = executor
        self._safety: dict[str, str] = {}
        self._policy = node.create_client(GetParameters, "policy/get_parameters")
        node.create_subscription(DiagnosticArray, topics.SAFETY_STATUS, self._on_status, qos.viewer())

    def _on_status(self, message: DiagnosticArray) -> None:
        self._safety = {value.key: value.value for value in message.status[0].values}

    def spin_until(self, condition: Callable[[], bool]) -> None:
        for _ in range(2000):
            if condition():
                return
            self._executor.spin_once(timeout_sec=0.02)
        pytest.fail(f"the topics still say {self._safety}")

    def wait_for(self, **safety: str) -> None:
        """Wait for a message on exo/safety_status with these values."""
        self._safety = {}
        self.spin_until(lambda: safety.items() <= self._safety.items())

    def policy(self) -> str:
        """Return the parameter ``policy`` of the policy node."""
        self.spin_until(self._policy.service_is_ready)
        asked = self._policy.call_async(GetParameters.Request(names=["policy"]))
        self.spin_until(asked.done)
        return str(asked.result().values[0].string_value)


@pytest.fixture
def witness(ros_domain_id: int, ros_env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Witness]:
    monkeypatch.setenv("ROS_AUTOMATIC_DISCOVERY_RANGE", ros_env["ROS_AUTOMATIC_DISCOVERY_RANGE"])
    context = Context()
    rclpy.init(context=context, domain_id=ros_domain_id)
    node = Node("witness", context=context, start_parameter_services=False)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    yield Witness(node, executor)
    executor.shutdown()
    node.destroy_node()
    context.try_shutdown()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with closing(Browser(tmp_path / "profile")) as browser:
        yield browser


def open_page(browser: Browser, trial: Trial) -> None:
    """Open the page that a launch offers, and wait until it shows the walk."""
    trial.wait_for("watch the walk at ")
    found = re.search(r"watch the walk at (http://localhost:\d+/)", trial.output)
    assert found is not None
    browser.open(found[1], *WINDOW)
    browser.wait_for("document.getElementById('time').textContent.endsWith(' s')")


def walked_s(browser: Browser) -> float:
    """Return the time of the walk that the page shows."""
    return float(browser.text_of("time").removesuffix(" s"))


def wait_for_answer(browser: Browser, text: str) -> None:
    browser.wait_for(f"document.getElementById('answer').textContent === '{text}'")


def test_the_person_walks_on_the_page_and_the_controls_steer_the_walk(
    launch_trial: LaunchTrial, browser: Browser, witness: Witness
) -> None:
    trial = launch_trial(policy="dofc", gait="two_state", view_controls="true", **SHOWN)
    open_page(browser, trial)
    begin_s, pictures, lines = walked_s(browser), set(), []
    for seconds in (0.0, 0.2, 0.4, 0.6):
        browser.wait_for(f"parseFloat(document.getElementById('time').textContent) >= {begin_s + seconds}")
        pictures.add(browser.picture_of("figure"))
        lines.append(browser.count_pixels("hip", RIGHT_HIP))
    assert len(pictures) == 4
    assert lines[0] < lines[1] < lines[2] < lines[3]

    assert witness.policy() == "dofc"
    browser.click("lower")
    witness.wait_for(level="0.8")
    wait_for_answer(browser, "assistance lowered to 80 %")
    browser.choose("policies", "zero")
    wait_for_answer(browser, "policy zero takes over within two strides")
    assert witness.policy() == "zero"
    browser.click("push_forward")
    wait_for_answer(browser, "pushed by +0.2 m/s")
    browser.click("emergency_stop")
    witness.wait_for(state="fault", fault="emergency_stop")
    browser.wait_for("document.getElementById('state').textContent === 'fault: emergency_stop'")
    assert browser.problems == []


def test_without_view_controls_the_page_changes_nothing(
    launch_trial: LaunchTrial, browser: Browser, witness: Witness
) -> None:
    trial = launch_trial(policy="dofc", gait="two_state", **SHOWN)
    open_page(browser, trial)
    assert browser.evaluate(
        "[...document.querySelectorAll('button, select, input')].every((each) => !each.offsetHeight)"
    )
    browser.click("emergency_stop")  # hidden, but a script can
    wait_for_answer(browser, "this page is read-only; start with view_controls:=true")
    browser.choose("policies", "zero")
    witness.wait_for(fault="none", level="1.0")
    assert witness.policy() == "dofc"
