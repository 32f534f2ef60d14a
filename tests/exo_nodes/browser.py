"""A headless Chromium, driven over its DevTools protocol: no further library is needed for that."""

import argparse
import base64
import itertools
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

EXECUTABLE = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-extensions --hide-scrollbars --remote-debugging-port=0"
)
PATIENCE_S = 40.0


class Browser:
    """One page, in a browser of its own."""

    def __init__(self, profile: Path) -> None:
        """Start it; ``profile`` is a new folder."""
        assert EXECUTABLE is not None
        command = [EXECUTABLE, *FLAGS.split(), f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._numbers = itertools.count(1)
        self.problems: list[str] = []
        """Errors that the page has reported."""
        port = profile / "DevToolsActivePort"
        self._wait(lambda: port.is_file() and port.read_text().count("\n") >= 1)
        address = f"http://127.0.0.1:{port.read_text().splitlines()[0]}/json/list"
        (target, *_) = [each for each in json.load(urllib.request.urlopen(address)) if each["type"] == "page"]
        self._tools: ClientConnection = connect(target["webSocketDebuggerUrl"], max_size=None)
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def close(self) -> None:
        """End it."""
        self._tools.close()
        self._process.kill()
        self._process.wait(PATIENCE_S)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the DevTools protocol."""
        number = next(self._numbers)
        self._tools.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._tools.recv(PATIENCE_S))
            method, told = message.get("method"), message.get("params", {})
            if method == "Runtime.exceptionThrown" or told.get("entry", {}).get("level") == "error":
                self.problems.append(json.dumps(told))
            if message.get("id") == number:
                assert "error" not in message, message
                result: dict[str, Any] = message["result"]
                return result

    def open(self, url: str, width: int, height: int, dark: bool = False) -> None:
        """Open a page in a window of this size."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Page.navigate", url=url)
        self.wait_for("document.readyState === 'complete'")

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        done = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def wait_for(self, expression: str) -> None:
        """Wait until an expression is true."""
        self._wait(lambda: self.evaluate(expression))

    def screenshot(self, file: Path) -> None:
        """Take a picture of the whole page."""
        data = self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        file.write_bytes(base64.b64decode(data))

    def _wait(self, condition: Any) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, f"the browser took too long; problems: {self.problems}"
            time.sleep(0.02)


def main() -> None:
    """Take a picture of a page, as those in docs/images: python tests/exo_nodes/browser.py URL PNG."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("url")
    parser.add_argument("png", type=Path)
    parser.add_argument("--after", type=float, default=0.0, help="seconds to wait (default: %(default)g)")
    parser.add_argument("--size", type=int, nargs=2, default=(1280, 800), help="width and height (default: 1280 800)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, closing(Browser(Path(folder, "profile"))) as browser:
        browser.open(args.url, *args.size)
        time.sleep(args.after)
        browser.screenshot(args.png)


if __name__ == "__main__":
    main()
