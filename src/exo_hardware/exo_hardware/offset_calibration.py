"""The guided encoder calibration: mean of samples at a known pose, with plausibility checks."""

import math

import numpy as np

from exo_control.joints import JOINT_NAMES
from exo_hardware.calibration_file import Calibration, JointCalibration
from exo_hardware.device_config import DeviceConfig
from exo_hardware.device_state import DeviceState, Floats
from exo_hardware.errors import HardwareError

DEFAULT_SAMPLES = 100
STILL_VELOCITY_RAD_PER_S = 0.2
STILL_SPREAD_RAD = 0.01
"""Largest standard deviation of the samples: a hip held still on a stand stays well below half a degree."""
POSE_LIMITS_RAD = (-0.45, 1.30)
"""Poses outside the soft range of motion (config/safety/limits.yaml) are no poses to calibrate in."""


class OffsetCalibration:
    """Collects states of a disabled, uncalibrated device in a known pose, then gives the offsets.

    Feed it one state per tick with ``add`` until ``complete``, then take ``result``.
    """

    def __init__(self, device: DeviceConfig, pose_rad: Floats, samples: int = DEFAULT_SAMPLES) -> None:
        """Begin a calibration.

        Args:
            device: the device.
            pose_rad: (2,) hip angles of the pose, rad, flexion positive.
            samples: readings to average.

        Raises:
            HardwareError: the pose is not one to calibrate in, or there are too few samples.
        """
        for name, angle in zip(JOINT_NAMES, pose_rad, strict=True):
            if not POSE_LIMITS_RAD[0] <= angle <= POSE_LIMITS_RAD[1]:
                raise HardwareError(
                    f"pose of {name} = {angle:g} rad: needs {POSE_LIMITS_RAD[0]:g} to {POSE_LIMITS_RAD[1]:g} rad"
                )
        if samples < 2:
            raise HardwareError(f"samples = {samples}: needs at least 2")
        self._device, self._pose, self._samples = device, np.asarray(pose_rad, dtype=np.float64), samples
        self._positions: list[Floats] = []

    @property
    def complete(self) -> bool:
        """Whether all samples are there."""
        return len(self._positions) >= self._samples

    @property
    def collected(self) -> int:
        """Samples so far."""
        return len(self._positions)

    def add(self, state: DeviceState) -> None:
        """Take one sample; readings that were there before are not counted twice.

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

    def result(self) -> Calibration:
        """Return the calibration.

        Raises:
            HardwareError: samples are missing, or a hip has drifted meanwhile.
        """
        if not self.complete:
            raise HardwareError(f"calibration has {self.collected} of {self._samples} samples")
        readings = np.array(self._positions)
        mean, spread = readings.mean(axis=0), readings.std(axis=0)
        for name, value in zip(JOINT_NAMES, spread, strict=True):
            if value > STILL_SPREAD_RAD:
                raise HardwareError(
                    f"cannot calibrate: {name} varied by {value:.3f} rad (standard deviation), limit "
                    f"{STILL_SPREAD_RAD:g} rad; hold still and start again"
                )
        joints = {
            name: JointCalibration(
                can_id=joint.can_id,
                model=joint.model,
                direction=joint.direction,
                transmission=joint.transmission,
                offset_rad=float(self._pose[i] - mean[i]),
                spread_rad=float(spread[i]),
            )
            for i, (name, joint) in enumerate(zip(JOINT_NAMES, self._device.in_order(), strict=True))
        }
        return Calibration(device=self._device.name, samples=self._samples, joints=joints)
