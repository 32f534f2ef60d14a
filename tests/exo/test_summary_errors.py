"""``exo summary`` and ``exo record`` when there is nothing to summarise."""

import sys
from pathlib import Path

import pytest

from exo.cli import main


def test_no_such_trial(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", str(tmp_path / "none")]) == 2
    assert "no recording here; a trial folder holds bag/*.mcap" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"not a bag", b"\x89MCAP0\r\n", b"\x89MCAP0\r\n" + b"\xff" * 200])
def test_a_damaged_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> None:
    (tmp_path / "bag").mkdir()
    (tmp_path / "bag" / "bag.mcap").write_bytes(content)
    assert main(["summary", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert "bag" in error and ("damaged and cannot be read" in error or "nothing to summarise" in error)


def test_malformed_metadata(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bag").mkdir()
    (tmp_path / "bag" / "bag.mcap").write_bytes(b"")
    (tmp_path / "bag" / "metadata.yaml").write_text("rosbag2_bagfile_information: 3\n")
    assert main(["summary", str(tmp_path)]) == 2
    assert "damaged and cannot be read" in capsys.readouterr().err


def test_a_recorder_that_fails(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["record", str(tmp_path), "--", sys.executable, "-c", "raise SystemExit(3)"]) == 2
    assert "ended with exit code 3 and no recording" in capfd.readouterr().err


def test_a_recorder_that_does_not_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", str(tmp_path), "--", "no-such-recorder"]) == 2
    assert "cannot run no-such-recorder: No such file" in capsys.readouterr().err


def test_no_recorder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", str(tmp_path)]) == 2
    assert "which recorder?" in capsys.readouterr().err
