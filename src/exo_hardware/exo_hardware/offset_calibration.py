"""The guided encoder calibration: mean of samples at a known pose, with plausibility checks."""

import numpy as np

from exo_control.joints import JOINT_NAMES
from exo_hardware.calibration_file import Calibration, JointCalibration
from exo_hardware.device_config import DeviceConfig
from exo_hardware.device_state import DeviceState, Floats
from exo_hardware.errors import HardwareError
from exo_hardware.still_pose import DEFAULT_SAMPLES, StillPose

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
        refuse_odd_pose(pose_rad)
        self._device, self._pose = device, np.asarray(pose_rad, dtype=np.float64)
        self._still = StillPose(samples)

    @property
    def complete(self) -> bool:
        """Whether all samples are there."""
        return self._still.complete

    @property
    def collected(self) -> int:
        """Samples so far."""
        return self._still.collected

    def add(self, state: DeviceState) -> None:
        """Take one sample.

        Raises:
            HardwareError: the drives are enabled, there is a fault, a reading is missing or a hip moves.
        """
        self._still.add(state)

    def result(self) -> Calibration:
        """Return the calibration; its signs are not checked yet, see ``check_flexion``.

        Raises:
            HardwareError: samples are missing, or a hip has drifted meanwhile.
        """
        mean, spread = self._still.result()
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
        return Calibration(device=self._device.name, samples=self._still.samples, joints=joints)


def refuse_odd_pose(pose_rad: Floats) -> None:
    """Check that a pose, (2,) rad, is one to calibrate in.

    Raises:
        HardwareError: it is not.
    """
    for name, angle in zip(JOINT_NAMES, pose_rad, strict=True):
        if not POSE_LIMITS_RAD[0] <= angle <= POSE_LIMITS_RAD[1]:
            raise HardwareError(
                f"pose of {name} = {angle:g} rad: needs {POSE_LIMITS_RAD[0]:g} to {POSE_LIMITS_RAD[1]:g} rad"
            )
