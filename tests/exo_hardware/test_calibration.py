"""The guided calibration: finds the offsets, refuses what cannot be trusted, and its file belongs to one device."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from exo_control.errors import ConfigError
from exo_control.joints import JOINT_NAMES
from exo_hardware.calibration_file import calibration_path, load_calibration
from exo_hardware.device_state import DeviceFault, FaultKind
from exo_hardware.errors import HardwareError
from exo_hardware.flexion_check import with_flexion
from exo_hardware.offset_calibration import OffsetCalibration
from exo_hardware.plant import HangingLegs

RIGHT, LEFT = JOINT_NAMES
POSE = np.array([0.1, -0.05])


@pytest.fixture(params=("standard", "extended", "moteus"))
def held(request, make_rig, realistic):
    """A rig whose legs are held in the pose."""
    rig = make_rig(request.param, realistic, HangingLegs(weight_nm=0.0, angle_rad=(0.1, -0.05)), calibrated=False)
    rig.driver.open()
    return rig


def measure(rig, samples: int = 50):
    calibration = OffsetCalibration(rig.device, POSE, samples)
    while not calibration.complete:
        calibration.add(rig.tick())
    return calibration.result()


def test_it_finds_the_true_offsets_through_noise_backlash_and_mounting(held) -> None:
    result = measure(held)
    assert result.offsets_rad() == pytest.approx([0.3, -0.2], abs=0.006)


def test_it_survives_its_file_and_then_angles_are_true(held, tmp_path: Path) -> None:
    file = tmp_path / "calibration.yaml"
    with_flexion(measure(held), np.full(2, 0.5)).save(file)
    calibration = load_calibration(held.device, file)
    assert calibration.offsets_rad() == pytest.approx([0.3, -0.2], abs=0.006)
    if held.kind != "moteus":
        held.driver.close()
        driver = held.cubemars_driver(calibration)
        driver.open()
        assert driver.receive().position_rad == pytest.approx(POSE, abs=0.01)
        driver.enable()
        driver.close()


@pytest.fixture
def still(held):
    return held.tick()


@pytest.mark.parametrize(
    "changes, reason",
    [
        ({"enabled": True}, "motors are enabled"),
        ({"faults": (DeviceFault(FaultKind.SILENT, "no frame for 1 s", LEFT),)}, f"silent: {LEFT}: no frame"),
        ({"velocity_rad_per_s": np.array([0.0, 0.3])}, f"{LEFT} moves at 0.30 rad/s; hold still"),
        ({"position_rad": np.array([np.nan, 0.0])}, f"{RIGHT} has no encoder reading"),
    ],
)
def test_it_refuses_a_state_that_cannot_be_trusted(held, still, changes, reason: str) -> None:
    calibration = OffsetCalibration(held.device, POSE)
    with pytest.raises(HardwareError, match=reason):
        calibration.add(dataclasses.replace(still, **{"velocity_rad_per_s": np.zeros(2), **changes}))
    assert calibration.collected == 0


def test_it_refuses_a_slow_drift(held, still) -> None:
    calibration = OffsetCalibration(held.device, POSE, 100)
    for i in range(100):
        drifted = still.position_rad + np.array([0.0, 0.001 * i])
        calibration.add(dataclasses.replace(still, position_rad=drifted, velocity_rad_per_s=np.zeros(2)))
    with pytest.raises(HardwareError, match=f"{LEFT} varied by 0.029 rad"):
        calibration.result()


def test_it_refuses_odd_poses_too_few_samples_and_unfinished_results(held) -> None:
    with pytest.raises(HardwareError, match=f"pose of {LEFT} = 2 rad"):
        OffsetCalibration(held.device, np.array([0.0, 2.0]))
    with pytest.raises(HardwareError, match="samples = 1"):
        OffsetCalibration(held.device, POSE, 1)
    with pytest.raises(HardwareError, match="0 of 100 samples"):
        OffsetCalibration(held.device, POSE).result()


def test_a_missing_calibration_says_how_to_get_one(held, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXO_CALIBRATION_DIR", str(tmp_path))
    assert calibration_path(held.device) == tmp_path / "hip-exo.yaml"
    with pytest.raises(ConfigError, match=r"hip-exo\.yaml: device 'hip-exo' is not calibrated; run: exo calibrate"):
        load_calibration(held.device)


def test_a_calibration_of_another_device_or_drive_is_refused(held, tmp_path: Path) -> None:
    file = tmp_path / "calibration.yaml"
    with_flexion(measure(held, 5), np.full(2, 0.5)).save(file)
    other = held.device.model_copy(update={"name": "other"})
    with pytest.raises(ConfigError, match="calibration of device 'hip-exo', not of 'other'; run: exo calibrate"):
        load_calibration(other, file)
    for key, value in (("can_id", 9), ("direction", -1), ("transmission", 2.0)):
        joints = dict(held.device.joints)
        joints[RIGHT] = joints[RIGHT].model_copy(update={key: value})
        with pytest.raises(ConfigError, match=f"{RIGHT} was calibrated with {key} .*, the device file has {value}"):
            load_calibration(held.device.model_copy(update={"joints": joints}), file)


def test_a_calibration_that_cannot_be_written_says_so(held, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot write the calibration"):
        measure(held, 5).save(tmp_path / "file" / "calibration.yaml")
