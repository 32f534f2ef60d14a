"""Draws the walking person with muscles, exoskeleton, torques and ground reactions."""

from __future__ import annotations

import math

import numpy as np

from exo.canvas import Canvas, Colour, Point, mix
from exo.trajectory import Trajectory
from exo_control.config_files import config_path, load_yaml
from exo_sim.body_figure import BodyFigure
from exo_sim.human_model import HumanModel
from exo_sim.names import LEG_MUSCLES

BACKGROUND: Colour = (255, 255, 255)
INK: Colour = (51, 56, 66)
FAINT: Colour = (198, 203, 211)
SKIN: Colour = (228, 219, 207)
DEVICE: Colour = (38, 42, 54)
RIGHT: Colour = (11, 110, 153)
LEFT: Colour = (217, 119, 6)
GROUND_REACTION: Colour = (101, 121, 74)
REST: Colour = (205, 182, 182)
ACTIVE: Colour = (214, 18, 38)
"""Of a muscle without and with full activation."""

AWAY = 0.55
"""How much the left leg, behind the other, pales."""

NEWTON_PER_M = 1600.0
"""Scale of the ground reaction: newtons that are drawn a metre long."""
FULL_ARC_NM = 15.0
"""Torque whose arrow goes three quarters around the hip: the ceiling of the safety limits."""


class WalkScene:
    """The person on the ground, seen from the right, in the left part of a picture; the camera goes along."""

    def __init__(self, model: HumanModel, trajectory: Trajectory, width: float, ground_y: float, scale: float) -> None:
        """Place the person of all frames.

        Args:
            model: of the person, scaled to the subject.
            trajectory: what is drawn.
            width: of the scene, pixels.
            ground_y: where the ground is, pixels from the top.
            scale: pixels per metre.
        """
        self._figure = BodyFigure(model)
        self._points = self._figure.place(trajectory.coordinates_rad, trajectory.com_m)
        self._pressure_m = self._figure.pressure_forward_m(self._points)
        self._trajectory = trajectory
        self._width, self._ground_y, self._scale = width, ground_y, scale
        seconds = np.arange(len(trajectory.com_m))
        slope, start = np.polyfit(seconds, trajectory.com_m[:, 0], 1) if len(seconds) > 1 else (0.0, 0.0)
        self._camera_m = start + slope * seconds
        strength = np.sqrt([model.muscles[name].f_max_n for name in LEG_MUSCLES] * 2)
        self._muscle_width = 0.028 * scale * strength / strength.max()
        frame = load_yaml(config_path("hardware", "frame.yaml"))
        self._motor_m = frame["motor"]["diameter_m"] / 2.0
        self._cuff_m = frame["cuff"]["below_hip_m"]
        self._waist_m = frame["waist"]["size_m"]

    def draw(self, canvas: Canvas, state: int) -> None:
        """Draw a state of the trajectory."""
        self._draw_ground(canvas, state)
        for leg in (1, 0):
            if leg == 0:
                self._draw_trunk(canvas, state)
            self._draw_leg(canvas, state, leg)
        for leg in (1, 0):
            self._draw_ground_reaction(canvas, state, leg)
            self._draw_torque(canvas, state, leg)

    def _at(self, point: np.ndarray, state: int) -> Point:
        x = 0.5 * self._width + self._scale * (point[0] - self._camera_m[state])
        return float(x), float(self._ground_y - self._scale * point[1])

    def _draw_ground(self, canvas: Canvas, state: int) -> None:
        canvas.line([(0.0, self._ground_y), (self._width, self._ground_y)], FAINT, 2.0)
        half = 0.5 * self._width / self._scale
        first = math.ceil(2.0 * (self._camera_m[state] - half + 0.15))
        last = math.floor(2.0 * (self._camera_m[state] + half - 0.15))
        for mark in range(first, last + 1):
            x, y = self._at(np.array([0.5 * mark, 0.0]), state)
            canvas.line([(x, y), (x, y + 7.0)], FAINT, 2.0)
            if mark % 2 == 0:
                canvas.text((x, y + 18.0), f"{mark // 2} m", mix(INK, FAINT, 0.5), 12.0, "mm")

    def _draw_trunk(self, canvas: Canvas, state: int) -> None:
        hip, lumbar, neck, _ = self._points.trunk[state]
        up = (neck - lumbar) / np.linalg.norm(neck - lumbar)
        canvas.line([self._at(lumbar, state), self._at(neck - 0.1 * up, state)], SKIN, 0.2 * self._scale)
        canvas.line([self._at(hip, state), self._at(lumbar, state)], SKIN, 0.17 * self._scale)
        canvas.disc(self._at(neck + 0.13 * up, state), 0.105 * self._scale, SKIN)
        forward = np.array([up[1], -up[0]])
        belt = hip + 0.07 * up
        half = 0.5 * self._waist_m[0] * forward
        canvas.line(
            [self._at(belt - half, state), self._at(belt + half, state)], DEVICE, self._waist_m[2] * self._scale
        )

    def _draw_leg(self, canvas: Canvas, state: int, leg: int) -> None:
        def shade(colour: Colour) -> Colour:
            return mix(colour, BACKGROUND, AWAY * leg)

        hip, knee, ankle, heel, toe = (self._at(point, state) for point in self._points.legs[state, leg])
        canvas.line([hip, knee], shade(SKIN), 0.13 * self._scale)
        canvas.line([knee, ankle], shade(SKIN), 0.095 * self._scale)
        canvas.line([ankle, toe], shade(SKIN), 0.06 * self._scale)
        canvas.line([heel, toe], shade(SKIN), 2.0 * self._figure.foot_radius_m * self._scale)
        n = len(LEG_MUSCLES)
        activation = self._trajectory.activation[state]
        # The most active ones last, on top.
        for muscle in sorted(range(leg * n, (leg + 1) * n), key=lambda index: activation[index]):
            path = [self._at(point, state) for point in self._points.muscles[muscle][state]]
            colour = mix(REST, ACTIVE, min(float(activation[muscle]), 1.0))
            canvas.line(path, shade(colour), float(self._muscle_width[muscle]))
        along = (self._points.legs[state, leg, 1] - self._points.legs[state, leg, 0]) * self._cuff_m
        thigh_m = float(np.linalg.norm(self._points.legs[state, leg, 1] - self._points.legs[state, leg, 0]))
        cuff = self._at(self._points.legs[state, leg, 0] + along / thigh_m, state)
        canvas.line([hip, cuff], shade(DEVICE), 0.028 * self._scale)
        canvas.disc(cuff, 0.035 * self._scale, shade(DEVICE))
        canvas.disc(hip, self._motor_m * self._scale, shade(DEVICE))
        canvas.disc(hip, 0.55 * self._motor_m * self._scale, shade((RIGHT, LEFT)[leg]))

    def _draw_ground_reaction(self, canvas: Canvas, state: int, leg: int) -> None:
        force = self._trajectory.ground_n[state, leg]
        if np.linalg.norm(force) < 20.0:
            return
        foot = np.array([self._pressure_m[state, leg], 0.0])
        ends = [self._at(foot, state), self._at(foot + force / NEWTON_PER_M, state)]
        canvas.arrow(ends, mix(GROUND_REACTION, BACKGROUND, AWAY * leg * 0.6), 0.016 * self._scale)

    def _draw_torque(self, canvas: Canvas, state: int, leg: int) -> None:
        """Draw an arc around the hip: forward and up is flexion, which pulls the thigh forward."""
        torque = float(self._trajectory.torque_nm[state, leg])
        sweep = 1.5 * math.pi * torque / FULL_ARC_NM
        if abs(sweep) < 0.15:
            return
        x, y = self._at(self._points.hip[state], state)
        radius = (0.125 + 0.035 * leg) * self._scale
        angles = np.linspace(0.0, sweep, 24)  # from straight down, forward for flexion
        arc = [(x + radius * math.sin(angle), y + radius * math.cos(angle)) for angle in angles]
        canvas.arrow(arc, (RIGHT, LEFT)[leg], 0.018 * self._scale)
