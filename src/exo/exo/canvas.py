"""Smooth lines, arrows and text on a picture, by drawing it larger and shrinking it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

Point = tuple[float, float]
Colour = tuple[int, int, int]

SUPERSAMPLING = 2
ARROW_HEAD = 3.2
"""Length of an arrow's head over the width of its shaft."""


@lru_cache
def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Return a colour between two: share 0 gives the first, 1 the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


class Canvas:
    """A picture in pixels, x to the right, y down. Later strokes cover earlier ones."""

    def __init__(self, width: int, height: int, background: Colour) -> None:
        self.width, self.height = width, height
        self._image = Image.new("RGB", (SUPERSAMPLING * width, SUPERSAMPLING * height), background)
        self._draw = ImageDraw.Draw(self._image)

    def copy(self) -> Canvas:
        """Return a canvas with the same picture, to draw on."""
        other = object.__new__(Canvas)
        other.width, other.height = self.width, self.height
        other._image = self._image.copy()
        other._draw = ImageDraw.Draw(other._image)
        return other

    def picture(self) -> Image.Image:
        """Return the picture in its own size."""
        return self._image.resize((self.width, self.height), Image.Resampling.BOX)

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        """Draw a line with round corners and ends."""
        pen = SUPERSAMPLING * width
        scaled = [(SUPERSAMPLING * x, SUPERSAMPLING * y) for x, y in points]
        self._draw.line(scaled, colour, max(round(pen), 1), joint="curve")
        if pen > 2.0:
            for x, y in (scaled[0], scaled[-1]):
                self._draw.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), colour)

    def disc(self, centre: Point, radius: float, colour: Colour) -> None:
        """Draw a filled circle."""
        x, y, r = (SUPERSAMPLING * value for value in (*centre, radius))
        self._draw.ellipse((x - r, y - r, x + r, y + r), colour)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour, radius: float = 0.0) -> None:
        """Draw a filled rectangle with round corners."""
        corners = [SUPERSAMPLING * value for value in (left, top, right, bottom)]
        self._draw.rounded_rectangle(corners, SUPERSAMPLING * radius, colour)

    def arrow(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        """Draw a line with a head at its end, which is drawn beyond the last point's neck; short ones get no shaft."""
        (x0, y0), (x1, y1) = points[-2], points[-1]
        length = math.hypot(x1 - x0, y1 - y0)
        if length == 0.0:
            return
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        head = ARROW_HEAD * width
        self.line(points, colour, width)
        tip = (x1 + ux * head, y1 + uy * head)
        wings = [(x1 - uy * side * head * 0.62, y1 + ux * side * head * 0.62) for side in (1, -1)]
        self._draw.polygon([(SUPERSAMPLING * x, SUPERSAMPLING * y) for x, y in (tip, *wings)], colour)

    def text(self, at: Point, text: str, colour: Colour, size: float, anchor: str = "lm") -> None:
        """Write a line of text; ``anchor`` as in Pillow: l, m, r and t, m, b."""
        self._draw.text(
            (SUPERSAMPLING * at[0], SUPERSAMPLING * at[1]), text, colour, _font(SUPERSAMPLING * size), anchor=anchor
        )
