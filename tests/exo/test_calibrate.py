"""`exo calibrate` against emulated drives, and what it refuses."""

import json
from pathlib import Path

import pytest
import yaml

from exo.cli import main
from exo_hardware.make_driver import EMULATED_OFFSETS_RAD

CONFIG = Path(__file__).parents[2] / "config"


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


def test_a_calibration_of_emulated_drives_is_not_the_devices(tmp_path: Path) -> None:
    assert main(["calibrate", "--emulate", "--yes", "--samples", "5"]) == 0
    assert [file.name for file in (tmp_path / "calibration").iterdir()] == ["hip-exo-emulated.yaml"]


@pytest.mark.parametrize(
    "arguments, reason",
    [
        (["--emulate", "--yes", "--right-rad", "3"], "pose of right_hip_flexion = 3 rad"),
        (["--emulate", "--yes", "--samples", "1"], "samples = 1: needs at least 2"),
        (["--device", "no.yaml"], "no.yaml: cannot read the file"),
        (["--yes"], "cannot open socketcan channel can0"),
    ],
)
def test_what_it_cannot_do_ends_with_code_2_and_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
) -> None:
    if arguments == ["--yes"] and Path("/sys/class/net/can0").exists():
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
