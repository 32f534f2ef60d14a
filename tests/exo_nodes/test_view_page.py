"""The live page in a real browser: what it shows, and what its controls ask for."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("websockets", reason="needs requirements/view.txt")

from exo_nodes.steering import LEAN
from exo_nodes.view.view_controls import TRIGGERS
from exo_nodes.view.view_frame import FrameMaker
from exo_nodes.view.view_server import ViewServer
from exo_sim.human_model import load_human_model

from .browser import EXECUTABLE, Browser
from .shown_walk import shown_walk

pytestmark = pytest.mark.skipif(EXECUTABLE is None, reason="Chromium is not installed (Debian: apt install chromium)")

DESKTOP, PHONE = (1280, 800), (390, 844)
POLICIES = ["zero", "dofc", "lstm_8nm"]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with closing(Browser(tmp_path_factory.mktemp("browser") / "profile")) as browser:
        yield browser


@pytest.fixture(scope="module")
def frames() -> list[dict[str, Any]]:
    maker = FrameMaker(load_human_model())
    return [{**maker.frame(state), "policy": "dofc"} for state in shown_walk(4.0)]  # type: ignore[arg-type]


Serve = Callable[..., ViewServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server, read-only or with controls."""
    servers: list[ViewServer] = []

    def start(controls: bool, port: int = 0) -> ViewServer:
        about = {
            **FrameMaker(load_human_model()).about,
            "controls": controls,
            "policies": POLICIES,
            "lean_limit_rad": LEAN.maximum,
            "torque_cap_nm": 8.0,
        }
        servers.append(ViewServer(port, about))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def show(browser: Browser, server: ViewServer, frames: list[dict[str, Any]]) -> None:
    """Send frames, the last again and again until the page shows it."""
    browser.wait_for("document.readyState === 'complete'")
    deadline = time.monotonic() + 20.0
    while not server.has_viewers:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    for frame in frames:
        server.send({"frame": frame})
        time.sleep(0.004)
    browser.wait_for(f"document.getElementById('time').textContent === '{frames[-1]['t']:.1f} s'")
    time.sleep(0.1)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_page_shows_the_walk(
    browser: Browser, serve: Serve, frames: list[dict[str, Any]], size: tuple[int, int], tmp_path: Path
) -> None:
    server = serve(True)
    browser.problems.clear()
    browser.open(server.url, *size)
    show(browser, server, frames)
    browser.screenshot(tmp_path / "page.png")
    text = browser.evaluate("document.body.innerText")
    assert "active" in text and "power, rate" in text and "dofc" in text
    assert f"{frames[-1]['speed_m_s']:.2f} m/s" in text
    assert browser.text_of("level") == "80 %"
    assert browser.text_of("missed") == "2"
    # Body, device and both torque arrows on the figure; both lines on the charts; the stances of both feet.
    right, left, skin = (11, 110, 153), (217, 119, 6), (228, 219, 207)
    assert browser.count_pixels("figure", skin) > 1000
    for canvas, least in (("figure", 10), ("torque", 50), ("hip", 50), ("gait", 300)):
        for colour in (right, left):
            assert browser.count_pixels(canvas, colour) > least, (canvas, colour)
    assert browser.count_pixels("metabolic", (51, 56, 66)) > 50
    assert browser.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert browser.problems == []


def test_active_muscles_are_red(browser: Browser, serve: Serve, frames: list[dict[str, Any]]) -> None:
    server = serve(False)
    browser.open(server.url, *DESKTOP)
    counts = []
    for activation in (0.0, 1.0):
        show(browser, server, [{**frames[-1], "activation": [activation] * 18, "t": 50.0 + 10.0 * activation}])
        counts.append(browser.count_pixels("figure", (214, 18, 38)))
    assert counts[0] == 0 and counts[1] > 500


def test_each_control_asks_for_one_thing(browser: Browser, serve: Serve, frames: list[dict[str, Any]]) -> None:
    server = serve(True)
    browser.open(server.url, *DESKTOP)
    show(browser, server, frames[-1:])
    buttons = browser.evaluate("[...document.querySelectorAll('button')].map((each) => each.dataset.do)")
    assert set(buttons) == set(TRIGGERS)
    for name in buttons:
        browser.click(name)
        assert server.requests.get(timeout=10.0) == {"do": name}
    browser.choose("policies", "zero")
    assert server.requests.get(timeout=10.0) == {"policy": "zero"}
    browser.choose("lean", "0.03")
    assert server.requests.get(timeout=10.0) == {"lean_rad": -0.03}  # faster is forward, which is negative
    server.send({"answer": {"success": False, "text": "cannot reset: <b>hold still</b>"}})
    browser.wait_for("document.getElementById('answer').textContent === 'cannot reset: <b>hold still</b>'")
    assert server.requests.empty()


def test_a_read_only_page_has_no_controls_and_a_fault_is_plain_to_see(
    browser: Browser, serve: Serve, frames: list[dict[str, Any]]
) -> None:
    server = serve(False)
    browser.open(server.url, *DESKTOP)
    safety = {**frames[-1]["safety"], "state": "fault", "fault": "emergency_stop", "gain": "0.0"}
    show(browser, server, [{**frames[-1], "safety": safety}])
    assert browser.evaluate("document.getElementById('controls').offsetHeight") == 0
    assert browser.evaluate("[...document.querySelectorAll('button')].every((each) => each.offsetHeight === 0)")
    assert browser.text_of("state") == "fault: emergency_stop"
    assert browser.text_of("level") == "0 %"
    server.close()
    browser.wait_for("document.getElementById('state').dataset.state === 'lost'")


def test_the_page_goes_on_with_the_next_walk(browser: Browser, serve: Serve, frames: list[dict[str, Any]]) -> None:
    first = serve(False)
    browser.open(first.url, *DESKTOP)
    show(browser, first, frames[:3])
    first.close()
    browser.wait_for("document.getElementById('state').dataset.state === 'lost'")
    again = serve(False, first.port)
    show(browser, again, frames[:2])
    assert browser.text_of("state") == "active"
