"""The live page in a headless Chromium, as a person looks at it and uses it."""

import argparse
import tempfile
import time
from contextlib import closing
from pathlib import Path

from exo.browser import find_browser
from exo.browser_page import BrowserPage

EXECUTABLE = find_browser()

COUNT = """(id, colour) => {
  const canvas = document.getElementById(id);
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let count = 0;
  for (let at = 0; at < data.length; at += 4)
    if (data[at + 3] > 200 && colour.every((value, index) => Math.abs(data[at + index] - value) < 12)) count += 1;
  return count;
}"""


class Browser(BrowserPage):
    """A browser, and what there is to see and to do on the live page."""

    def __init__(self, profile: Path) -> None:
        """Start it; ``profile`` is a new folder."""
        assert EXECUTABLE is not None
        super().__init__(EXECUTABLE, profile)

    def text_of(self, element: str) -> str:
        """Return the text of the element with this id."""
        return str(self.evaluate(f"document.getElementById('{element}').textContent"))

    def count_pixels(self, canvas: str, colour: tuple[int, int, int]) -> int:
        """Return how many pixels of the canvas with this id are near a colour: red, green, blue."""
        return int(self.evaluate(f"({COUNT})('{canvas}', {list(colour)})"))

    def picture_of(self, canvas: str) -> str:
        """Return what the canvas with this id shows, as data of a PNG file."""
        return str(self.evaluate(f"document.getElementById('{canvas}').toDataURL()"))

    def choose(self, element: str, value: str) -> None:
        """Set a list or slider, as a person at the page does."""
        change = f"each.value = '{value}'; each.dispatchEvent(new Event('change'));"
        self.evaluate(f"{{ const each = document.getElementById('{element}'); {change} }}")

    def click(self, name: str) -> None:
        """Click the button that asks for this."""
        self.evaluate(f"document.querySelector('[data-do={name}]').click()")


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
