"""The steps of a calibration: offsets in a first pose, then each hip flexed to check its sign and transmission."""

from collections.abc import Callable

import numpy as np
from tqdm import tqdm

from exo_control.joints import JOINT_NAMES, POLICY_PERIOD_S
from exo_hardware.calibration_file import Calibration
from exo_hardware.device_state import Floats
from exo_hardware.driver import Driver
from exo_hardware.flexion_check import check_flexion, with_flexion
from exo_hardware.offset_calibration import OffsetCalibration
from exo_hardware.still_pose import StillPose

Place = Callable[[Floats, str], None]
"""Bring the hips to a pose, (2,) rad, by telling a person what to do, or by moving emulated legs."""

ARRIVAL_S = 0.05
"""Time in which the drives report from a new pose."""


class GuidedCalibration:
    """Measures an open, disabled driver without calibration in poses that ``place`` brings about."""

    def __init__(self, driver: Driver, wait: Callable[[float], None], place: Place, samples: int) -> None:
        """Prepare.

        Args:
            driver: an open driver without calibration.
            wait: lets time pass, s, such as ``time.sleep``.
            place: brings the hips to a pose.
            samples: readings to average in each pose.
        """
        self._driver, self._wait, self._place, self._samples = driver, wait, place, samples

    def offsets(self, pose_rad: Floats) -> Calibration:
        """Return the offsets, measured in the pose in which the hips are, (2,) rad.

        Raises:
            HardwareError: the pose is not one to calibrate in, or what was read cannot be trusted.
        """
        calibration = OffsetCalibration(self._driver.config, pose_rad, self._samples)
        self._measure("first pose", calibration)
        return calibration.result()

    def signs(self, calibration: Calibration, pose_rad: Floats, flexion_rad: float) -> Calibration:
        """Have each hip flexed from the first pose, and return the calibration with what was read.

        Raises:
            HardwareError: see ``check_flexion``, or what was read cannot be trusted.
        """
        first_rad = pose_rad - np.array(calibration.offsets_rad())
        flexed_rad = np.zeros(len(JOINT_NAMES))
        for joint, name in enumerate(JOINT_NAMES):
            wanted = pose_rad.copy()
            wanted[joint] += flexion_rad
            self._place(
                wanted,
                f"Flex {name} by {flexion_rad:.2f} rad ({np.degrees(flexion_rad):.0f} degrees, the thigh goes forward "
                f"and up) to {wanted[joint]:+.2f} rad; the other hip stays in the first pose. Press Enter to measure.",
            )
            still = StillPose(self._samples)
            self._measure(f"{name} flexed", still)
            moved_rad = still.result()[0] - first_rad
            check_flexion(self._driver.config, joint, moved_rad, flexion_rad)
            flexed_rad[joint] = moved_rad[joint]
        return with_flexion(calibration, flexed_rad)

    def _measure(self, what: str, still: StillPose | OffsetCalibration) -> None:
        self._wait(ARRIVAL_S)
        self._driver.poll()
        self._driver.receive()  # what came while nobody read is no sample
        with tqdm(total=self._samples, unit="sample", desc=what, disable=None) as bar:
            while not still.complete:
                self._driver.poll()
                still.add(self._driver.receive())
                bar.update()
                self._wait(POLICY_PERIOD_S)
