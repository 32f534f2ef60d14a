"""Mean encoder readings of a disabled device whose hips are held still."""

import math

import numpy as np

from exo_control.joints import JOINT_NAMES
from exo_hardware.device_state import DeviceState, Floats
from exo_hardware.errors import HardwareError

DEFAULT_SAMPLES = 100
STILL_VELOCITY_RAD_PER_S = 0.2
STILL_SPREAD_RAD = 0.01
"""Largest standard deviation of the samples: a hip held still on a stand stays well below half a degree."""


class StillPose:
    """Collects one state per tick with ``add`` until ``complete``, then gives the ``result``."""

    def __init__(self, samples: int = DEFAULT_SAMPLES) -> None:
        """Begin to collect.

        Args:
            samples: readings to average.

        Raises:
            HardwareError: too few samples.
        """
        if samples < 2:
            raise HardwareError(f"samples = {samples}: needs at least 2")
        self.samples = samples
        self._positions: list[Floats] = []

    @property
    def complete(self) -> bool:
        """Whether all samples are there."""
        return len(self._positions) >= self.samples

    @property
    def collected(self) -> int:
        """Samples so far."""
        return len(self._positions)

    def add(self, state: DeviceState) -> None:
        """Take one sample.

        Raises:
            HardwareError: the drives are enabled, there is a fault, a reading is missing or a hip moves.
        """
        if state.enabled:
            raise HardwareError("cannot calibrate while the motors are enabled; disable them")
        if state.faults:
            raise HardwareError(f"cannot calibrate: {'; '.join(map(str, state.faults))}")
        for name, position, velocity in zip(JOINT_NAMES, state.position_rad, state.velocity_rad_per_s, strict=True):
            if not (math.isfinite(position) and math.isfinite(velocity)):
                raise HardwareError(f"cannot calibrate: {name} has no encoder reading")
            if abs(velocity) > STILL_VELOCITY_RAD_PER_S:
                raise HardwareError(
                    f"cannot calibrate: {name} moves at {velocity:.2f} rad/s; hold still, below "
                    f"{STILL_VELOCITY_RAD_PER_S:g} rad/s, and start again"
                )
        self._positions.append(state.position_rad.copy())

    def result(self) -> tuple[Floats, Floats]:
        """Return mean and standard deviation of the readings, each (2,) rad.

        Raises:
            HardwareError: samples are missing, or a hip has drifted meanwhile.
        """
        if not self.complete:
            raise HardwareError(f"calibration has {self.collected} of {self.samples} samples")
        readings = np.array(self._positions)
        mean, spread = readings.mean(axis=0), readings.std(axis=0)
        for name, value in zip(JOINT_NAMES, spread, strict=True):
            if value > STILL_SPREAD_RAD:
                raise HardwareError(
                    f"cannot calibrate: {name} varied by {value:.3f} rad (standard deviation), limit "
                    f"{STILL_SPREAD_RAD:g} rad; hold still and start again"
                )
        return mean, spread
