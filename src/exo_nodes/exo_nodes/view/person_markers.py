"""The person as markers (visualization_msgs) for rviz and Foxglove: body, muscles, ground reactions, torques."""

from __future__ import annotations

import itertools
import math

import numpy as np
from geometry_msgs.msg import Point
from numpy.typing import NDArray
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker, MarkerArray

from exo_nodes.human_joints import to_coordinates
from exo_nodes.stamps import set_stamp
from exo_nodes.topics import WORLD_FRAME
from exo_nodes.view.newest_state import NewestState
from exo_sim.body_figure import BodyFigure, BodyPoints
from exo_sim.human_model import HumanModel
from exo_sim.names import LEG_MUSCLES

Floats = NDArray[np.float64]

OUTWARD = (-1.0, 1.0)
"""Sign of y, to the left, of what is outside the right and the left leg."""

REST, ACTIVE = (0.80, 0.71, 0.71), (0.84, 0.07, 0.15)
BODY, RIGHT, LEFT, GROUND_REACTION = (0.6, 0.55, 0.5), (0.04, 0.43, 0.60), (0.85, 0.47, 0.02), (0.40, 0.47, 0.29)

BODY_WIDTH_M, MUSCLE_WIDTH_M, ARROW_WIDTH_M = 0.02, 0.02, 0.025
NEWTON_PER_M = 1600.0
"""Newtons that are drawn a metre long."""
FULL_ARC_NM = 15.0
"""Torque whose arrow goes three quarters around the hip: the ceiling of the safety limits."""
ARC_RADIUS_M, ARC_POINTS, ARC_HEAD_M = 0.14, 24, 0.05
ARC_OUTSIDE_M = 0.12
"""Distance of that arrow from the hip, outward: on the motor."""


class PersonMarkers:
    """One message, filled again and again."""

    def __init__(self, model: HumanModel) -> None:
        """Prepare the figure of a person, scaled to the subject."""
        self._figure = BodyFigure(model)
        self._hip_m = model.joints["hip"].in_parent_m[2]
        self._body = _marker("body", 0, Marker.LINE_LIST, BODY_WIDTH_M, BODY)
        strength = np.sqrt([model.muscles[name].f_max_n for name in LEG_MUSCLES] * 2)
        self._muscles = [
            _marker("muscles", index, Marker.LINE_STRIP, MUSCLE_WIDTH_M * width, REST)
            for index, width in enumerate((strength / strength.max()).tolist())
        ]
        self._forces = [
            _marker("ground reaction", leg, Marker.ARROW, ARROW_WIDTH_M, GROUND_REACTION) for leg in range(2)
        ]
        self._torques = [
            _marker("torque", leg, Marker.LINE_STRIP, ARROW_WIDTH_M, colour) for leg, colour in enumerate((RIGHT, LEFT))
        ]
        for force in self._forces:
            force.scale.y, force.scale.z = 2.0 * ARROW_WIDTH_M, 3.0 * ARROW_WIDTH_M
        self.message = MarkerArray(markers=[self._body, *self._muscles, *self._forces, *self._torques])

    def fill(self, state: NewestState) -> tuple[MarkerArray, BodyPoints]:
        """Return the markers of a state, in the frame ``world``, and the points that they are made of."""
        for marker in self.message.markers:
            set_stamp(marker.header.stamp, state.stamp_ns)
        points = self._figure.place(to_coordinates(state.position_rad), state.com_m)
        self._fill_body(points)
        paths = zip(
            self._muscles, points.muscles, self._figure.muscle_outward_m, state.activation.tolist(), strict=True
        )
        for index, (marker, path, outward, activation) in enumerate(paths):
            side = OUTWARD[index // len(LEG_MUSCLES)]
            marker.points = [_point(at, side * (self._hip_m + out)) for at, out in zip(path, outward, strict=True)]
            marker.color = _colour(*(a + (b - a) * min(activation, 1.0) for a, b in zip(REST, ACTIVE, strict=True)))
        pressure_m = self._figure.pressure_forward_m(points)
        for leg, side in enumerate(OUTWARD):
            foot, force = np.array([pressure_m[leg], 0.0]), state.ground_n[leg]
            ends = (foot, foot + force / NEWTON_PER_M)
            _show(self._forces[leg], [_point(end, side * self._hip_m) for end in ends], np.linalg.norm(force) > 20.0)
            arc = _arc(points.hip, float(state.torque_nm[leg]))
            _show(self._torques[leg], [_point(at, side * (self._hip_m + ARC_OUTSIDE_M)) for at in arc], len(arc) > 0)
        return self.message, points

    def _fill_body(self, points: BodyPoints) -> None:
        hip, lumbar, neck, _ = points.trunk
        rods = [(_point(a, 0.0), _point(b, 0.0)) for a, b in ((hip, lumbar), (lumbar, neck))]
        for leg, side in enumerate(OUTWARD):
            bones = [_point(at, side * self._hip_m) for at in points.legs[leg]]
            rods += [(_point(hip, 0.0), bones[0]), *itertools.pairwise(bones)]
        self._body.points = [end for rod in rods for end in rod]


def _marker(namespace: str, number: int, kind: int, width_m: float, colour: tuple[float, float, float]) -> Marker:
    marker = Marker(ns=namespace, id=number, type=kind, action=Marker.ADD, color=_colour(*colour))
    marker.header.frame_id = WORLD_FRAME
    marker.pose.orientation.w = 1.0
    marker.scale.x = width_m
    return marker


def _colour(red: float, green: float, blue: float) -> ColorRGBA:
    return ColorRGBA(r=red, g=green, b=blue, a=1.0)


def _point(forward_up: Floats, left: float) -> Point:
    return Point(x=float(forward_up[0]), y=float(left), z=float(forward_up[1]))


def _show(marker: Marker, points: list[Point], visible: bool | np.bool_) -> None:
    marker.action = Marker.ADD if visible else Marker.DELETE
    marker.points = points if visible else []


def _arc(hip: Floats, torque_nm: float) -> Floats:
    """Return an arrow around the hip, (n, 2); from straight down forward and up for flexion, which is positive."""
    sweep = 1.5 * math.pi * torque_nm / FULL_ARC_NM
    if abs(sweep) < 0.15:
        return np.empty((0, 2))
    angle = np.linspace(0.0, sweep, ARC_POINTS)
    arc: Floats = hip + ARC_RADIUS_M * np.column_stack([np.sin(angle), -np.cos(angle)])
    tip, turn = arc[-1], math.copysign(1.0, sweep)
    along = turn * np.array([math.cos(sweep), math.sin(sweep)])
    across = np.array([along[1], -along[0]])
    wings = [tip - ARC_HEAD_M * (along + side * across) for side in (0.6, -0.6)]
    return np.vstack([arc, wings[0], tip, wings[1]])
