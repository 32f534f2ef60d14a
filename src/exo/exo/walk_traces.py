"""Draws what the device and the person do over time, beside the walking person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exo.canvas import Canvas, Colour, mix
from exo.trajectory import Floats, Trajectory
from exo.walk_scene import FAINT, INK, LEFT, RIGHT
from exo_control.joints import POLICY_PERIOD_S

PAGE_S = 6.0
"""Longest time shown at once; then the traces begin anew."""

MEAN_STATES = round(1.0 / POLICY_PERIOD_S)
"""Metabolic power is the mean of about a stride, or of what there is: within one it goes up and down by its half."""


@dataclass(frozen=True)
class Panel:
    """One pair of axes: (n,) lines with their colours, and the range that they share."""

    title: str
    lines: Sequence[tuple[Floats, Colour]]
    low: float
    high: float

    @property
    def marks(self) -> list[float]:
        """Values with a line of their own: zero, or the middle."""
        middle = 0.0 if self.low < 0.0 < self.high else 0.5 * (self.low + self.high)
        return [self.low, middle, self.high]


def panels(trajectory: Trajectory) -> list[Panel]:
    """Return the panels of a trajectory: torque, hip angle, metabolic power."""
    peak = max(2.0 * np.ceil(0.5 * np.abs(trajectory.torque_nm).max()), 2.0)
    degrees = np.degrees(trajectory.hip_position_rad)
    energy = np.concatenate([np.zeros(MEAN_STATES), np.cumsum(trajectory.power_w[:, 0])])
    power = (energy[MEAN_STATES:] - energy[:-MEAN_STATES]) / np.minimum(
        np.arange(len(energy) - MEAN_STATES) + 1, MEAN_STATES
    )
    return [
        Panel("torque on the hips, Nm (flexion +)", _sides(trajectory.torque_nm), -peak, peak),
        Panel("hip flexion, degrees", _sides(degrees), *_range(degrees, 10.0)),
        Panel("metabolic power, W (mean over 1 s)", [(power, INK)], *_range(power, 100.0)),
    ]


def _sides(values: Floats) -> list[tuple[Floats, Colour]]:
    return [(values[:, 1], LEFT), (values[:, 0], RIGHT)]


def _range(values: Floats, step: float) -> tuple[float, float]:
    low = step * np.floor(values.min() / step)
    return float(low), float(max(step * np.ceil(values.max() / step), low + step))


class WalkTraces:
    """Panels below each other; the line of the present moment goes through them."""

    def __init__(self, shown: Sequence[Panel], left: float, right: float, top: float, bottom: float) -> None:
        """Divide an area of the picture, in pixels."""
        self._panels = shown
        self._left, self._right = left, right
        height = (bottom - top) / len(shown)
        self._rows = [(top + height * row + 24.0, top + height * (row + 1) - 14.0) for row in range(len(shown))]
        self._states = len(shown[0].lines[0][0])
        self._page_states = min(round(PAGE_S / POLICY_PERIOD_S), max(self._states - 1, 1))

    def page(self, state: int) -> int:
        """Return which page a state is on: its picture without the present moment stays the same."""
        return state // self._page_states

    def draw_page(self, canvas: Canvas, page: int) -> None:
        """Draw axes and lines of a page."""
        first = page * self._page_states
        for panel, (top, bottom) in zip(self._panels, self._rows, strict=True):
            canvas.text((self._left, top - 14.0), panel.title, INK, 12.5)
            for mark in panel.marks:
                y = self._y(panel, mark, top, bottom)
                canvas.line([(self._left, y), (self._right, y)], mix(FAINT, (255, 255, 255), 0.35), 1.0)
                canvas.text((self._left - 7.0, y), f"{mark:g}", mix(INK, FAINT, 0.35), 11.0, "rm")
            for values, colour in panel.lines:
                shown = values[first : first + self._page_states + 1]
                points = [(self._x(i), self._y(panel, value, top, bottom)) for i, value in enumerate(shown.tolist())]
                if len(points) > 1:
                    canvas.line(points, mix(colour, (255, 255, 255), 0.35), 1.6)

        seconds = self._page_states * POLICY_PERIOD_S
        canvas.text((self._right, self._rows[-1][1] + 20.0), f"{seconds:.3g} s", mix(INK, FAINT, 0.35), 11.0, "rm")

    def draw_moment(self, canvas: Canvas, state: int) -> None:
        """Draw the line of the present moment and a dot on each line."""
        x = self._x(state - self.page(state) * self._page_states)
        for panel, (top, bottom) in zip(self._panels, self._rows, strict=True):
            canvas.line([(x, top), (x, bottom)], mix(INK, FAINT, 0.5), 1.0)
            for values, colour in panel.lines:
                canvas.disc((x, self._y(panel, float(values[state]), top, bottom)), 4.5, colour)

    def _x(self, states: int) -> float:
        return self._left + (self._right - self._left) * states / self._page_states

    def _y(self, panel: Panel, value: float, top: float, bottom: float) -> float:
        return bottom - (bottom - top) * (value - panel.low) / (panel.high - panel.low)
