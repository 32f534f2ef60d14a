"""The second pose of a calibration: what it refuses, each time with the fix, and what it lets pass."""

from pathlib import Path

import numpy as np
import pytest

from exo_control.errors import ConfigError
from exo_control.joints import JOINT_NAMES
from exo_hardware.calibration_file import load_calibration
from exo_hardware.errors import HardwareError
from exo_hardware.flexion_check import FLEXION_RAD, TOLERANCE_RAD, check_flexion, refuse_odd_flexion
from exo_hardware.plant import HangingLegs
from exo_hardware.still_pose import StillPose

from .conftest import make_calibration, make_device

RIGHT, LEFT = JOINT_NAMES


def read(driver, emulator) -> np.ndarray:
    still = StillPose(5)
    emulator.step(0.05)
    driver.poll()
    driver.receive()
    while not still.complete:
        driver.poll()
        still.add(driver.receive())
        emulator.step(0.01)
    return still.result()[0]


@pytest.fixture
def moved(make_rig):
    """Return a function: by how much a device file reads both hips moved when one is flexed."""

    def flex(joint: int, device_changes=None) -> tuple:
        legs = HangingLegs(weight_nm=0.0)
        rig = make_rig("standard", plant=legs, calibrated=False)
        device = make_device("standard", rig.device.bus.channel)
        joints = {name: device.joints[name].model_dump() for name in JOINT_NAMES}
        for name, changes in (device_changes or {}).items():
            joints[name] |= changes
        device = type(device).model_validate({**device.model_dump(), "joints": joints})
        with rig.cubemars_driver(None, device) as driver:
            first = read(driver, rig.emulator)
            legs.angle_rad = np.eye(2)[joint] * FLEXION_RAD
            return device, read(driver, rig.emulator) - first

    return flex


@pytest.mark.parametrize("joint", [0, 1])
def test_a_device_file_that_fits_passes(moved, joint: int) -> None:
    device, change = moved(joint)
    assert change == pytest.approx(np.eye(2)[joint] * FLEXION_RAD, abs=0.01)
    check_flexion(device, joint, change, FLEXION_RAD)


@pytest.mark.parametrize(
    "changes, joint, reason",
    [
        ({RIGHT: {"direction": -1}}, 0, f"{RIGHT} moved by -0.52 rad.*correct joints.{RIGHT}.*: direction: 1"),
        ({LEFT: {"direction": 1}}, 1, f"{LEFT} moved by -0.52 rad.*direction: -1"),
        ({LEFT: {"transmission": 2.0}}, 1, f"{LEFT} moved by .0.26 rad.*: transmission, 1.00 by this reading"),
        ({RIGHT: {"transmission": 0.6}}, 0, f"{RIGHT} moved by .0.87 rad.*: transmission, 1.00 by this reading"),
        ({RIGHT: {"transmission": 0.6, "direction": -1}}, 0, "direction: 1 and transmission, 1.00 by this reading"),
        ({RIGHT: {"can_id": 2}, LEFT: {"can_id": 1}}, 0, f"{RIGHT} did not: left and right are swapped; .* can_id"),
        ({RIGHT: {"can_id": 2}, LEFT: {"can_id": 1}}, 1, f"{LEFT} did not: left and right are swapped; .* can_id"),
    ],
)
def test_a_device_file_that_does_not_fit_is_refused_with_the_fix(moved, changes, joint: int, reason: str) -> None:
    device, change = moved(joint, changes)
    with pytest.raises(HardwareError, match=reason):
        check_flexion(device, joint, change, FLEXION_RAD)


def test_hips_that_do_not_move_as_asked_are_refused() -> None:
    device = make_device("standard", "none")
    with pytest.raises(HardwareError, match=rf"{RIGHT} did not move: \+0.02 rad, asked for 0.52 rad; flex it"):
        check_flexion(device, 0, np.array([0.02, 0.01]), FLEXION_RAD)
    with pytest.raises(HardwareError, match=rf"{RIGHT} moved by \+0.40 rad while {LEFT} was to be flexed; hold it"):
        check_flexion(device, 1, np.array([0.4, FLEXION_RAD]), FLEXION_RAD)
    nearly = np.array([FLEXION_RAD - 0.9 * TOLERANCE_RAD, -0.9 * TOLERANCE_RAD])
    check_flexion(device, 0, nearly, FLEXION_RAD)


def test_odd_flexions_are_refused() -> None:
    refuse_odd_flexion(np.zeros(2), FLEXION_RAD)
    with pytest.raises(HardwareError, match=r"flexion = 0\.1 rad: needs 0.35 to 1 rad"):
        refuse_odd_flexion(np.zeros(2), 0.1)
    with pytest.raises(HardwareError, match=f"pose of {LEFT} = 1.4"):
        refuse_odd_flexion(np.array([0.0, 0.9]), FLEXION_RAD)


def test_the_file_of_a_calibration_without_checked_signs_is_refused(tmp_path: Path) -> None:
    device = make_device("standard", "none")
    calibration = make_calibration(device)
    file = tmp_path / "calibration.yaml"
    calibration.save(file)
    assert load_calibration(device, file) == calibration
    unchecked = calibration.joints[LEFT].model_copy(update={"flexed_rad": None})
    calibration.model_copy(update={"joints": {**calibration.joints, LEFT: unchecked}}).save(file)
    with pytest.raises(ConfigError, match=f"direction and transmission of {LEFT} were not checked; run: exo calibrate"):
        load_calibration(device, file)
