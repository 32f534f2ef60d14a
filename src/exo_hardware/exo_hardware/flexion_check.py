"""The second pose of a calibration: each encoder turns the right way, as far as its hip, and on the right side."""

import math

import numpy as np

from exo_control.joints import JOINT_NAMES
from exo_hardware.calibration_file import Calibration
from exo_hardware.device_config import DeviceConfig
from exo_hardware.device_state import Floats
from exo_hardware.errors import HardwareError
from exo_hardware.offset_calibration import refuse_odd_pose

FLEXION_RAD = round(math.radians(30.0), 4)
FLEXION_LIMITS_RAD = (0.35, 1.0)
"""Less could not be told from what an unsteady hip does, more is hard to hold."""

TOLERANCE_RAD = 0.14
"""Eight degrees: as well as an angle is kept by hand."""


def refuse_odd_flexion(pose_rad: Floats, flexion_rad: float) -> None:
    """Check that hips in a pose, (2,) rad, can be flexed by an angle, rad.

    Raises:
        HardwareError: the angle is too small or too large, or leaves the poses to calibrate in.
    """
    if not FLEXION_LIMITS_RAD[0] <= flexion_rad <= FLEXION_LIMITS_RAD[1]:
        raise HardwareError(
            f"flexion = {flexion_rad:g} rad: needs {FLEXION_LIMITS_RAD[0]:g} to {FLEXION_LIMITS_RAD[1]:g} rad"
        )
    refuse_odd_pose(pose_rad)
    refuse_odd_pose(np.asarray(pose_rad) + flexion_rad)


def check_flexion(device: DeviceConfig, joint: int, moved_rad: Floats, flexion_rad: float) -> None:
    """Check what the encoders read after one hip was flexed and the other held.

    Args:
        device: the device.
        joint: the flexed hip, index into ``JOINT_NAMES``.
        moved_rad: (2,) change of both hip angles from the first pose, as the device file has them, rad.
        flexion_rad: by how much the hip was flexed, rad.

    Raises:
        HardwareError: a wrong direction or transmission, left and right swapped, a hip that did not move, or one that
            was not held; names joint, value and fix.
    """
    name, other_name = JOINT_NAMES[joint], JOINT_NAMES[1 - joint]
    moved, other = float(moved_rad[joint]), float(moved_rad[1 - joint])
    asked = f"asked for {flexion_rad:.2f} rad"
    if abs(other) > TOLERANCE_RAD:
        if abs(moved) > TOLERANCE_RAD:
            raise HardwareError(
                f"{other_name} moved by {other:+.2f} rad while {name} was to be flexed; hold it still and start again"
            )
        raise HardwareError(
            f"{other_name} moved by {other:+.2f} rad when {name} was flexed, {name} did not: left and right are "
            "swapped; exchange the can_id of the two joints in the device file"
        )
    if abs(moved) <= TOLERANCE_RAD:
        raise HardwareError(
            f"{name} did not move: {moved:+.2f} rad, {asked}; flex it, see that its drive turns with the hip, and "
            "correct can_id or transmission in the device file"
        )
    config, mend = device.joints[name], []
    if moved < 0.0:
        mend.append(f"direction: {-config.direction}")
    if abs(abs(moved) - flexion_rad) > TOLERANCE_RAD:
        mend.append(f"transmission, {config.transmission * abs(moved) / flexion_rad:.2f} by this reading")
    if mend:
        raise HardwareError(
            f"{name} moved by {moved:+.2f} rad, {asked} within {TOLERANCE_RAD:g} rad; correct joints.{name} in the "
            f"device file: {' and '.join(mend)}"
        )


def with_flexion(calibration: Calibration, flexed_rad: Floats) -> Calibration:
    """Return a calibration whose signs have been checked: (2,) how far each hip read when it was flexed, rad."""
    joints = {
        name: calibration.joints[name].model_copy(update={"flexed_rad": float(flexed)})
        for name, flexed in zip(JOINT_NAMES, flexed_rad, strict=True)
    }
    return calibration.model_copy(update={"joints": joints})
