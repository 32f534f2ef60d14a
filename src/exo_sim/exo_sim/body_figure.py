"""Where the parts of the person are: the points that pictures, videos and viewers draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exo_sim.engine.model_arrays import SEGMENT_OF, Floats, model_arrays, point_on_segment
from exo_sim.human_model import HumanModel
from exo_sim.names import LEG_MUSCLES, SIDES

LEG_POINTS = ("hip", "knee", "ankle", "heel", "toe")
TRUNK_POINTS = ("hip", "lumbar", "neck", "pelvis")
"""The last is the origin of the pelvis, base_link of the robot description."""


@dataclass(frozen=True)
class BodyPoints:
    """Points in the world, m: forward and up. The leading axes are those of the angles that they were placed with."""

    trunk: Floats  # (..., 4, 2) in the order of TRUNK_POINTS
    legs: Floats  # (..., 2, 5, 2) right and left leg, in the order of LEG_POINTS; heel and toe are centres of spheres
    muscles: tuple[Floats, ...]  # (..., k, 2) path of each of names.MUSCLES, from origin to insertion

    @property
    def hip(self) -> Floats:
        """(..., 2) hip joint centre, which is the same for both legs in the plane."""
        return self.legs[..., 0, 0, :]


class BodyFigure:
    """A person's points by joint angles and centre of mass, as topics and recordings have them."""

    def __init__(self, model: HumanModel) -> None:
        """Prepare the points of a person, scaled to the subject."""
        arrays = model_arrays(model)
        self._moment_m = arrays.first_moment[[0, 1, 2, 3, 1, 2, 3]] / arrays.total_mass
        self._length_m = arrays.length
        lumbar = point_on_segment(model, "torso", (0.0, 0.0, 0.0))
        torso_x, torso_y = model.bodies["torso"].com_m
        neck = point_on_segment(model, "torso", (torso_x, 2.0 * torso_y, 0.0))  # as the robot description has it
        self._trunk = np.array([np.zeros(2), lumbar[:2], neck[:2], arrays.pelvis_origin])
        self._spheres = arrays.sphere
        self.foot_radius_m = arrays.radius
        """Of the spheres at heel and toe, with which a foot touches the ground."""
        self._muscles: list[tuple[NDArray[np.intp], Floats]] = []
        self.muscle_outward_m: tuple[Floats, ...] = ()
        """(k,) distance of each muscle's points from the plane of the hip joint, outward positive."""
        for leg in range(len(SIDES)):
            for name in LEG_MUSCLES:
                path = model.muscles[name].path
                segments = [SEGMENT_OF[body] + 3 * leg * (SEGMENT_OF[body] > 0) for body, _ in path]
                points = np.array([point_on_segment(model, body, point) for body, point in path])
                self._muscles.append((np.array(segments), points[:, :2]))
                self.muscle_outward_m += (points[:, 2],)

    def place(self, coordinates_rad: Floats, com_m: Floats) -> BodyPoints:
        """Return the points of one or many postures.

        Args:
            coordinates_rad: (..., 7) in the order and with the signs of names.COORDINATES.
            com_m: (..., 2) centre of mass, forward and up.
        """
        angle = coordinates_rad.copy()
        for leg in range(len(SIDES)):
            first = 1 + 3 * leg
            angle[..., first : first + 3] = angle[..., :1] + np.cumsum(angle[..., first : first + 3], axis=-1)
        cosine, sine = np.cos(angle), np.sin(angle)

        def turned(segment: int | NDArray[np.intp], vector: Floats) -> Floats:
            c, s = cosine[..., segment], sine[..., segment]
            return np.stack([c * vector[..., 0] - s * vector[..., 1], s * vector[..., 0] + c * vector[..., 1]], axis=-1)

        hip = com_m - turned(np.arange(7), self._moment_m).sum(axis=-2)
        origin = np.repeat(hip[..., None, :], 7, axis=-2)  # upper joint of each segment
        for leg in range(len(SIDES)):
            for segment in (2 + 3 * leg, 3 + 3 * leg):
                upper = turned(segment - 1, self._length_m[segment - 1 - 3 * leg])
                origin[..., segment, :] = origin[..., segment - 1, :] + upper

        def at(segments: NDArray[np.intp], points: Floats) -> Floats:
            return origin[..., segments, :] + turned(segments, points)

        legs = [
            np.concatenate(
                [origin[..., 1 + 3 * leg : 4 + 3 * leg, :], at(np.full(2, 3 + 3 * leg), self._spheres)], axis=-2
            )
            for leg in range(len(SIDES))
        ]
        return BodyPoints(
            trunk=at(np.zeros(len(TRUNK_POINTS), dtype=np.intp), self._trunk),
            legs=np.stack(legs, axis=-3),
            muscles=tuple(at(segments, points) for segments, points in self._muscles),
        )

    def pressure_forward_m(self, points: BodyPoints) -> Floats:
        """Return where the ground pushes each foot, (..., 2), m forward; the middle of a foot in the air.

        The springs of heel and toe share the force as their depths to the power of 1.5; their damping is left out.
        """
        feet = points.legs[..., 3:, :]
        share = np.maximum(self.foot_radius_m - feet[..., 1], 0.0) ** 1.5 + 1e-12
        forward: Floats = (share * feet[..., 0]).sum(axis=-1) / share.sum(axis=-1)
        return forward
