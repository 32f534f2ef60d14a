"""Between the joints of human/joint_states and the coordinates of the human model; needs no ROS."""

import numpy as np
from numpy.typing import NDArray

from exo_nodes import topics
from exo_sim.names import COORDINATES

Floats = NDArray[np.float64]

_ORDER = [COORDINATES.index(coordinate) for _, coordinate, _ in topics.HUMAN_JOINTS]
_SIGN = np.array([sign for _, _, sign in topics.HUMAN_JOINTS])


def from_coordinates(values: Floats) -> Floats:
    """Return (..., 7) values of names.COORDINATES in the order and with the signs of topics.HUMAN_JOINTS."""
    joints: Floats = _SIGN * values[..., _ORDER]
    return joints


def to_coordinates(values: Floats) -> Floats:
    """Return (..., 7) values of topics.HUMAN_JOINTS in the order and with the signs of names.COORDINATES."""
    coordinates = np.empty_like(values)
    coordinates[..., _ORDER] = _SIGN * values
    return coordinates
