"""What the emulated drives move."""

import math
from collections.abc import Callable

import numpy as np

from exo_control.joints import JOINT_NAMES
from exo_hardware.device_state import Floats

PlantStep = Callable[[Floats, float], tuple[Floats, Floats]]
"""Advance the legs: torques at the hips (2,) Nm and time s in; hip angles (2,) rad and velocities (2,) rad/s out.

A time of zero only asks for the state."""


class HangingLegs:
    """Two legs that hang from a stand: damped pendulums, each on its own."""

    def __init__(
        self,
        inertia_kg_m2: float = 2.0,
        damping_nm_s_per_rad: float = 2.0,
        weight_nm: float = 30.0,
        angle_rad: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        """Let them hang at rest at ``angle_rad``.

        Args:
            inertia_kg_m2: of a leg about the hip.
            damping_nm_s_per_rad: of a hip.
            weight_nm: moment of a leg's weight when it is held out level.
            angle_rad: hip angles, flexion positive.
        """
        self._inertia, self._damping, self._weight = inertia_kg_m2, damping_nm_s_per_rad, weight_nm
        self.angle_rad: Floats = np.array(angle_rad, dtype=np.float64)
        self.velocity_rad_per_s: Floats = np.zeros(len(JOINT_NAMES))

    def __call__(self, torque_nm: Floats, dt_s: float) -> tuple[Floats, Floats]:
        """Advance both legs; a ``PlantStep``. Semi-implicit Euler in steps of at most a millisecond."""
        steps = max(math.ceil(dt_s / 1e-3), 1)
        for _ in range(steps):
            moment = torque_nm - self._weight * np.sin(self.angle_rad) - self._damping * self.velocity_rad_per_s
            self.velocity_rad_per_s = self.velocity_rad_per_s + moment / self._inertia * (dt_s / steps)
            self.angle_rad = self.angle_rad + self.velocity_rad_per_s * (dt_s / steps)
        return self.angle_rad.copy(), self.velocity_rad_per_s.copy()
