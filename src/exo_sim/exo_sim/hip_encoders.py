"""What a policy is told of a simulated human's hips."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exo_sim.engine.model_arrays import Floats
from exo_sim.human_interface import Human


@dataclass(frozen=True)
class SensorNoise:
    """Standard deviations of normal noise, new for each hip and reading."""

    position_rad: float = 0.0
    velocity_rad_s: float = 0.0


class HipEncoders:
    """Reads hip angles and velocities with noise from a seed; the simulation node and walks without ROS use this.

    The noise is what training randomises (paper: 0.05 rad, 0.1 rad/s), many times that of a real encoder. It is for the
    policy alone: the safety limiter, as in training, judges the hips as they are, since to it such a reading is a
    broken encoder.
    """

    def __init__(self, human: Human, noise: SensorNoise, seed: int | list[int]) -> None:
        """Put encoders on a human's hips."""
        self._human, self._noise = human, noise
        # A stream of its own: sensor noise does not change the disturbances that are drawn from the same seed.
        self._rng = np.random.default_rng([*(seed if isinstance(seed, list) else [seed]), 1])

    def read(self) -> tuple[Floats, Floats]:
        """Return angles (rad) and velocities (rad/s), shape (2,) each."""
        position = self._human.hip_position_rad + self._rng.normal(0.0, self._noise.position_rad, 2)
        velocity = self._human.hip_velocity_rad_s + self._rng.normal(0.0, self._noise.velocity_rad_s, 2)
        return position, velocity
