"""What the live page costs: frames that a browser gets and draws, and the 100 Hz loop with and without it."""

from __future__ import annotations

import json
import math
import os
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.serialization import deserialize_message
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from exo.browser_page import BrowserPage
from exo_control.errors import ExoError
from exo_control.joints import POLICY_PERIOD_S
from exo_nodes import topics
from exo_nodes.latency_benchmark import (
    START_TIMEOUT_S,
    WARM_UP_TICKS,
    Latency,
    free_domain,
    node_processes,
    percentiles,
)

HOST = "127.0.0.1"
WINDOW = (1280, 800)

COUNT_FRAMES = """
window.frames_seen = {received: 0, drawn: 0};
window.WebSocket = class extends WebSocket {
  constructor(...words) {
    super(...words);
    this.addEventListener("message", ({ data }) => {
      if (data.startsWith('{"frame"')) window.frames_seen.received += 1;
    });
  }
};
const clear = CanvasRenderingContext2D.prototype.clearRect;
CanvasRenderingContext2D.prototype.clearRect = function (...words) {
  if (this.canvas.id === "figure") window.frames_seen.drawn += 1;
  return clear.apply(this, words);
};
"""
"""Runs in the page before its own scripts: the page clears the figure once for each frame that it draws."""


@dataclass(frozen=True)
class LoopFigures:
    """How punctual the 100 Hz loop was."""

    ticks: int
    late_ticks: int
    late_commands: int
    latency: Latency
    """From the state to the command that answers it, at the device; infinite where none has come in time."""


@dataclass(frozen=True)
class ViewFigures:
    """What ``measure_view`` found."""

    viewer: str
    """``chromium``, or ``client`` for a WebSocket client, which draws nothing."""
    received_per_s: float
    drawn_per_s: float | None
    with_page: LoopFigures
    without_page: LoopFigures

    @property
    def latency_ratio(self) -> dict[str, float]:
        """Latency with the page over that without: median and 99 %."""
        ours, bare = self.with_page.latency, self.without_page.latency
        return {"p50": ours.p50_ms / bare.p50_ms, "p99": ours.p99_ms / bare.p99_ms}


class Viewer(Protocol):
    """Somebody who looks at the page."""

    def frames(self) -> tuple[int, int | None]:
        """Return how many frames have been received and, where there is a picture, drawn."""

    def close(self) -> None:
        """Look no longer."""


class Client:
    """Receives what a browser would, and draws nothing."""

    def __init__(self, port: int) -> None:
        """Connect to the page's stream."""
        self._stream = connect(f"ws://{HOST}:{port}/stream", origin=f"http://localhost:{port}")  # type: ignore[arg-type]
        self._received = 0
        self._thread = threading.Thread(target=self._receive, daemon=True)
        self._thread.start()

    def _receive(self) -> None:
        try:
            for text in self._stream:
                self._received += "frame" in json.loads(text)
        except ConnectionClosed:
            pass

    def frames(self) -> tuple[int, None]:
        """Return how many frames have been received."""
        return self._received, None

    def close(self) -> None:
        """Leave."""
        self._stream.close()
        self._thread.join()


class Chromium:
    """Draws the page in a window that nobody sees."""

    def __init__(self, executable: str, port: int) -> None:
        """Open the page."""
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._page = BrowserPage(executable, Path(self._folder.name, "profile"))
        self._page.run_first(COUNT_FRAMES)
        self._page.open(f"http://localhost:{port}/", *WINDOW)

    def frames(self) -> tuple[int, int]:
        """Return how many frames have been received and drawn."""
        received, drawn = self._page.evaluate("[frames_seen.received, frames_seen.drawn]")
        return received, drawn

    def close(self) -> None:
        """End the browser."""
        self._page.close()
        self._folder.cleanup()


def measure_view(seconds: float, walks: int, browser: str | None, realtime_priority: int = 0) -> ViewFigures:
    """Let a person walk in real time without and with the page, in turns, so that what else runs meets both alike.

    Args:
        seconds: length of each walk that counts; two more go before.
        walks: with the page, and as many without.
        browser: a Chromium; None for a WebSocket client.
        realtime_priority: SCHED_FIFO priority of simulation and policy node; 0 leaves it to the system.

    Raises:
        ExoError: a node or the browser does not start, or no ROS domain is free.
    """
    os.environ.setdefault("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")
    context, node, domain_id = free_domain()
    bench = _Bench(node, domain_id, seconds, realtime_priority)
    try:
        pairs = [(bench.walk(), bench.watched_walk(browser)) for _ in range(walks)]
    finally:
        node.destroy_node()
        context.try_shutdown()
    bare, watched = zip(*pairs, strict=True)
    watched_s = sum(walk.watched_s for walk in watched)
    return ViewFigures(
        viewer="chromium" if browser else "client",
        received_per_s=sum(walk.received for walk in watched) / watched_s,
        drawn_per_s=sum(walk.drawn for walk in watched) / watched_s if browser else None,
        with_page=loop_figures([walk.statuses for walk in watched]),
        without_page=loop_figures([walk.statuses for walk in bare]),
    )


Status = Mapping[str, str]


def loop_figures(walks: Sequence[Sequence[Status]]) -> LoopFigures:
    """Return the figures of some walks from what exo/safety_status said in each tick, the warm-up left out."""
    latency_s: list[float] = []
    late = {"late_ticks": 0, "late_commands": 0}
    for statuses in walks:
        before, counted = statuses[WARM_UP_TICKS - 1], statuses[WARM_UP_TICKS:]
        answers = [status["command_latency_s"] for status in counted]
        latency_s += [math.inf if answer == "none" else float(answer) for answer in answers]
        for key in late:
            late[key] += int(counted[-1][key]) - int(before[key])
    return LoopFigures(len(latency_s), **late, latency=percentiles(np.array(latency_s)))


@dataclass(frozen=True)
class Walk:
    """What was seen of a walk."""

    statuses: list[Status]
    """Of exo/safety_status, one per tick."""
    received: int
    drawn: int
    watched_s: float
    """Wall time of those frames."""


class _Bench:
    """Runs walks in a ROS domain of their own."""

    def __init__(self, node: Node, domain_id: int, seconds: float, realtime_priority: int) -> None:
        self._domain_id = domain_id
        self._ticks = WARM_UP_TICKS + round(seconds / POLICY_PERIOD_S)
        self._longest_s = (self._ticks + WARM_UP_TICKS) * POLICY_PERIOD_S  # ended before, by the one who counts
        self._priority = {"realtime_priority": realtime_priority}
        self._executor = SingleThreadedExecutor(context=node.context)
        self._executor.add_node(node)
        self._raw: list[bytes] = []
        # Not deserialised during the walk, from which that would take time.
        profile = QoSProfile(depth=2 * WARM_UP_TICKS)
        node.create_subscription(DiagnosticArray, topics.SAFETY_STATUS, self._raw.append, profile, raw=True)

    def watched_walk(self, browser: str | None) -> Walk:
        """Walk while somebody looks at the page."""
        port = _free_port()
        view = ("exo_nodes.start", "view_node", {"port": port, "open_browser": "false"})
        with node_processes(self._domain_id, [view]) as (process,):
            _wait_for_page(port, process)
            with closing(Chromium(browser, port) if browser else Client(port)) as viewer:
                return self.walk(viewer)

    def walk(self, viewer: Viewer | None = None) -> Walk:
        """Walk once; ``viewer`` counts the frames of the ticks after the warm-up."""
        self._raw.clear()
        nodes: list[tuple[str, str, Mapping[str, object]]] = [
            ("exo_nodes.start", "policy_node", self._priority),
            ("exo_nodes.start", "simulation_node", {"duration_s": self._longest_s, **self._priority}),
        ]
        with node_processes(self._domain_id, nodes) as processes:
            self._spin(processes, WARM_UP_TICKS)
            begin_s, before = time.monotonic(), _frames(viewer)
            self._spin(processes, self._ticks)
            watched_s, after = time.monotonic() - begin_s, _frames(viewer)
        statuses = [_values(deserialize_message(raw, DiagnosticArray)) for raw in self._raw]
        return Walk(statuses, after[0] - before[0], after[1] - before[1], watched_s)

    def _spin(self, processes: Sequence[subprocess.Popen[bytes]], ticks: int) -> None:
        """Receive messages until so many ticks are done."""
        heard_s, heard = time.monotonic(), len(self._raw)
        while len(self._raw) < ticks:
            self._executor.spin_once(timeout_sec=0.1)
            if len(self._raw) != heard:
                heard_s, heard = time.monotonic(), len(self._raw)
            codes = [process.poll() for process in processes]
            if codes != [None, None] or time.monotonic() - heard_s > START_TIMEOUT_S:
                raise ExoError(
                    f"the walk ended after {heard} of {ticks} ticks; exit codes of policy and simulation node: {codes} "
                    "(None: still running)"
                )


def _frames(viewer: Viewer | None) -> tuple[int, int]:
    received, drawn = viewer.frames() if viewer else (0, 0)
    return received, drawn or 0


def _values(message: DiagnosticArray) -> Status:
    return {value.key: value.value for value in message.status[0].values}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for_page(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            urllib.request.urlopen(f"http://localhost:{port}/", timeout=5.0).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise ExoError(
                    f"the view node did not start; exit code: {process.poll()} (None: still running)"
                ) from None
            time.sleep(0.1)
