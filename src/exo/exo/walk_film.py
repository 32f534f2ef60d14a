"""The pictures of a recorded trial, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

from exo.canvas import Canvas, Colour, mix
from exo.trajectory import Trajectory
from exo.walk_scene import (
    ACTIVE,
    AWAY,
    BACKGROUND,
    DEVICE,
    FAINT,
    GROUND_REACTION,
    INK,
    LEFT,
    REST,
    RIGHT,
    SKIN,
    WalkScene,
)
from exo.walk_traces import WalkTraces, panels
from exo_control.joints import POLICY_PERIOD_S
from exo_sim.human_model import HumanModel

ASPECT = 16.0 / 9.0
DESIGN_WIDTH = 960
"""Width that the numbers of this module are for; the picture is shrunk to the wanted one."""

SCENE_PART = 0.52
"""Part of the width that the person gets; the traces get the rest."""


def palette() -> list[Colour]:
    """Return all colours of a film, and those between them at the edges of strokes, for pictures with few colours."""
    muscles = [mix(REST, ACTIVE, share / 7.0) for share in range(8)]
    strokes = [RIGHT, LEFT, GROUND_REACTION, DEVICE, INK, FAINT, SKIN, *muscles]
    pale = [mix(colour, BACKGROUND, share) for colour in strokes for share in (0.0, 0.35, AWAY, 0.8)]
    return [BACKGROUND, *pale, *(mix(colour, SKIN, 0.5) for colour in strokes)]


@dataclass(frozen=True)
class Film:
    """What a film shows, and how."""

    trajectory: Trajectory
    model: HumanModel
    title: str
    width: int
    frames_per_s: float

    @property
    def states(self) -> list[int]:
        """State of the trajectory on each picture."""
        count = max(round(self.trajectory.seconds * self.frames_per_s), 1)
        step = 1.0 / (self.frames_per_s * POLICY_PERIOD_S)
        last = len(self.trajectory.com_m) - 1
        return [min(round(frame * step), last) for frame in range(count)]

    def pictures(self) -> Iterator[Image.Image]:
        """Yield the pictures."""
        width, height = DESIGN_WIDTH, round(DESIGN_WIDTH / ASPECT)
        size = (self.width, 2 * round(self.width / ASPECT / 2.0))  # video codecs want an even height
        scene_width = SCENE_PART * width
        scene = WalkScene(
            self.model, self.trajectory, scene_width, height - 62.0, 216.0 * 1.8 / self.model.reference.height_m
        )
        traces = WalkTraces(panels(self.trajectory), scene_width + 64.0, width - 26.0, 52.0, height - 30.0)
        backdrop, page = Canvas(width, height, BACKGROUND), -1
        for state in self.states:
            if traces.page(state) != page:
                page = traces.page(state)
                backdrop = self._backdrop(width, height)
                traces.draw_page(backdrop, page)
            canvas = backdrop.copy()
            scene.draw(canvas, state)
            traces.draw_moment(canvas, state)
            yield canvas.picture().resize(size, Image.Resampling.LANCZOS) if size[0] != width else canvas.picture()

    def _backdrop(self, width: int, height: int) -> Canvas:
        canvas = Canvas(width, height, BACKGROUND)
        canvas.text((22.0, 24.0), self.title, INK, 14.0)
        x = 22.0
        for colour, name in ((RIGHT, "right"), (LEFT, "left"), (GROUND_REACTION, "ground reaction")):
            canvas.disc((x + 5.0, 50.0), 5.0, colour)
            canvas.text((x + 16.0, 50.0), name, INK, 12.0)
            x += 30.0 + 7.0 * len(name)
        canvas.text((x + 12.0, 50.0), "muscle activation 0", INK, 12.0)
        for step in range(40):
            left = x + 132.0 + 2.0 * step
            canvas.box(left, 45.0, left + 2.0, 55.0, mix(REST, ACTIVE, step / 39.0))
        canvas.text((x + 218.0, 50.0), "1", INK, 12.0)
        canvas.line([(SCENE_PART * width + 12.0, 44.0), (SCENE_PART * width + 12.0, height - 30.0)], FAINT, 1.0)
        return canvas
