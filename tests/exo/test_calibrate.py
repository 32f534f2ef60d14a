"""`exo calibrate` against emulated drives, and what it refuses."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from exo.cli import main
from exo_hardware.cubemars_driver import CubemarsDriver
from exo_hardware.make_driver import EMULATED_OFFSETS_RAD
from exo_hardware.plant import HangingLegs

CONFIG = Path(__file__).parents[2] / "config"
EMULATED = ["calibrate", "--emulate", "--yes", "--samples", "5"]


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXO_CONFIG_DIR", str(CONFIG))
    monkeypatch.setenv("EXO_CALIBRATION_DIR", str(tmp_path / "calibration"))


def test_it_finds_the_offsets_of_emulated_drives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", "--emulate", "--yes", "--samples", "30", "--right-rad", "0.2", "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert list(result["offset_rad"].values()) == pytest.approx(EMULATED_OFFSETS_RAD, abs=0.006)
    written = yaml.safe_load((tmp_path / "calibration" / "hip-exo-emulated.yaml").read_text())
    assert {name: joint["offset_rad"] for name, joint in written["joints"].items()} == result["offset_rad"]


def test_it_flexes_emulated_legs_and_keeps_what_the_encoders_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*EMULATED, "--flexion-rad", "0.6", "--json"]) == 0
    flexed = json.loads(capsys.readouterr().out.splitlines()[-1])["flexed_rad"]
    assert list(flexed.values()) == pytest.approx([0.6, 0.6], abs=0.02)
    written = yaml.safe_load((tmp_path / "calibration" / "hip-exo-emulated.yaml").read_text())
    assert {name: joint["flexed_rad"] for name, joint in written["joints"].items()} == flexed
    # Offsets alone, later: the signs stay checked, but not those of other drives.
    assert main([*EMULATED, "--offsets-only", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["flexed_rad"] == flexed
    assert main([*EMULATED, "--offsets-only", "--device", str(renamed_device(tmp_path))]) == 0
    assert capsys.readouterr().out.count("sign not checked") == 2


def renamed_device(folder: Path) -> Path:
    file = folder / "device.yaml"
    file.write_text((CONFIG / "hardware" / "device.yaml").read_text().replace("name: hip-exo", "name: other"))
    return file


def test_it_asks_for_three_poses_in_turn(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("builtins.input", str)
    assert main(["calibrate", "--emulate", "--samples", "5"]) == 0
    asked = [line for line in capsys.readouterr().err.splitlines() if "Press Enter" in line]
    assert "right +0.00 rad and left +0.00 rad" in asked[0]
    assert ["Flex right_hip_flexion by 0.52 rad (30 degrees" in asked[1], "Flex left_hip" in asked[2]] == [True, True]


def test_a_hip_that_nobody_flexes_is_refused_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stiff = property(lambda legs: np.zeros(2), lambda legs, angle: None)
    monkeypatch.setattr(HangingLegs, "angle_rad", stiff, raising=False)
    assert main(EMULATED) == 2
    assert "right_hip_flexion did not move" in capsys.readouterr().err and not (tmp_path / "calibration").exists()


def test_zeroed_drives_have_the_pose_as_offset(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*EMULATED, "--zero-drives", "--right-rad", "0.2", "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["drives_zeroed"] is True
    assert list(result["offset_rad"].values()) == pytest.approx([0.2, 0.0], abs=0.01)


def test_drives_are_zeroed_only_when_that_is_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [word for word in EMULATED if word != "--yes"]
    monkeypatch.setattr("builtins.input", str)
    assert main([*arguments, "--zero-drives"]) == 2
    assert "not confirmed by 'zero', the drives keep their zero" in capsys.readouterr().err
    assert not (tmp_path / "calibration").exists()
    monkeypatch.setattr("builtins.input", lambda: "zero")
    assert main([*arguments, "--zero-drives"]) == 0
    assert "until their power goes: calibrate again" in capsys.readouterr().out


def test_drives_that_do_not_take_a_zero_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(CubemarsDriver, "_zero_position", lambda driver, joint: None)
    assert main([*EMULATED, "--zero-drives"]) == 2
    assert "the drive of right_hip_flexion cannot set its zero: it reads -0.29" in capsys.readouterr().err
    assert not (tmp_path / "calibration").exists()


def test_a_calibration_of_emulated_drives_is_not_the_devices(tmp_path: Path) -> None:
    assert main(["calibrate", "--emulate", "--yes", "--samples", "5"]) == 0
    assert [file.name for file in (tmp_path / "calibration").iterdir()] == ["hip-exo-emulated.yaml"]


@pytest.mark.parametrize(
    "arguments, reason",
    [
        (["--emulate", "--yes", "--right-rad", "3"], "pose of right_hip_flexion = 3 rad"),
        (["--emulate", "--yes", "--samples", "1"], "samples = 1: needs at least 2"),
        (["--device", "no.yaml"], "no.yaml: cannot read the file"),
        (["--yes"], "--yes: nobody would flex the hips of a real device"),
        (["--emulate", "--yes", "--flexion-rad", "0.1"], "flexion = 0.1 rad: needs 0.35 to 1 rad"),
        (["--yes", "--offsets-only"], "cannot open socketcan channel can0"),
    ],
)
def test_what_it_cannot_do_ends_with_code_2_and_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
) -> None:
    if arguments == ["--yes", "--offsets-only"] and Path("/sys/class/net/can0").exists():
        pytest.skip("this machine has a CAN bus")
    assert main(["calibrate", *arguments]) == 2
    assert reason in capsys.readouterr().err
    assert not (tmp_path / "calibration").exists()


def test_without_anybody_to_press_enter_it_measures_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def closed() -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", closed)
    assert main(["calibrate", "--emulate"]) == 2
    assert "use --yes" in capsys.readouterr().err and not (tmp_path / "calibration").exists()
