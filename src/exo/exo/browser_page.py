"""A page in a Chromium without a window, driven over its DevTools protocol: no further library is needed for that."""

from __future__ import annotations

import base64
import itertools
import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from exo.browser import OPTIONS
from exo_control.errors import ExoError

PATIENCE_S = 40.0


class BrowserPageError(ExoError):
    """The browser does not answer, or refuses."""


class BrowserPage:
    """One page, in a browser of its own; ``close`` ends it."""

    def __init__(self, executable: str, profile: Path) -> None:
        """Start it.

        Args:
            executable: a Chromium.
            profile: a new folder.

        Raises:
            BrowserPageError: it does not start.
        """
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # which root cannot have
        options = [*OPTIONS, *sandbox, "--hide-scrollbars", "--remote-debugging-port=0", f"--user-data-dir={profile}"]
        self._process = subprocess.Popen(
            [executable, *options, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._numbers = itertools.count(1)
        self.problems: list[str] = []
        """Errors that the page has reported."""
        try:
            self._tools = self._connect(profile / "DevToolsActivePort")
            for domain in ("Page", "Runtime", "Log"):
                self.call(f"{domain}.enable")
        except Exception:
            self._end()
            raise

    def _connect(self, port: Path) -> ClientConnection:
        self._wait(lambda: port.is_file() and port.read_text().count("\n") >= 1)
        address = f"http://127.0.0.1:{port.read_text().splitlines()[0]}/json/list"
        (target, *_) = [each for each in json.load(urllib.request.urlopen(address)) if each["type"] == "page"]
        return connect(target["webSocketDebuggerUrl"], max_size=None)

    def close(self) -> None:
        """End it."""
        self._tools.close()
        self._end()

    def _end(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE_S)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the DevTools protocol.

        Raises:
            BrowserPageError: it is refused.
        """
        number = next(self._numbers)
        self._tools.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._tools.recv(PATIENCE_S))
            told = message.get("params", {})
            if message.get("method") == "Runtime.exceptionThrown" or told.get("entry", {}).get("level") == "error":
                self.problems.append(json.dumps(told))
            if message.get("id") == number:
                if "error" in message:
                    raise BrowserPageError(f"the browser refuses {method}: {message['error']}")
                result: dict[str, Any] = message["result"]
                return result

    def run_first(self, script: str) -> None:
        """Run a script in each page that is opened, before its own ones."""
        self.call("Page.addScriptToEvaluateOnNewDocument", source=script)

    def open(self, url: str, width: int, height: int, dark: bool = False) -> None:
        """Open a page in a window of this size, in pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Page.navigate", url=url)
        self.wait_for("document.readyState === 'complete'")

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression in the page.

        Raises:
            BrowserPageError: the expression fails.
        """
        done = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in done:
            raise BrowserPageError(f"the page fails at '{expression}': {done['exceptionDetails']}")
        return done["result"].get("value")

    def wait_for(self, expression: str) -> None:
        """Wait until an expression is true."""
        self._wait(lambda: self.evaluate(expression))

    def screenshot(self, file: Path) -> None:
        """Write a picture of the whole page, a PNG file."""
        data = self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        file.write_bytes(base64.b64decode(data))

    def _wait(self, condition: Callable[[], Any]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > deadline:
                raise BrowserPageError(f"the browser took longer than {PATIENCE_S:g} s; problems: {self.problems}")
            time.sleep(0.02)
