"""The ``exo`` command line: help, errors and exit codes."""

import argparse
import json
import subprocess
import sys

import pytest

from exo import cli
from exo.commands import version
from exo_control.errors import ExoError


def run_and_fail(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Run exo, which must end with exit code 2, nothing on stdout and no traceback. Return stderr."""
    with pytest.raises(SystemExit) as stop:
        sys.exit(cli.main(arguments))
    assert stop.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("exo: error: ")
    assert "Traceback" not in err
    return err


def test_help_lists_each_command_with_its_purpose(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(["--help"])
    assert stop.value.code == 0
    words = capsys.readouterr().out.split()
    for command in cli.COMMANDS:
        assert command in words
    assert words[-1] not in cli.COMMANDS, "the last command has no help text"


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, exo.cli; exo.cli.make_parser().format_help(); "
        "print(sorted({'numba', 'numpy', 'matplotlib', 'rclpy', 'pydantic', 'cma'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "wrong", "meant"),
    [
        (["versoin"], "versoin", "version"),
        (["version", "--jsn"], "--jsn", "--json"),
        (["version", "--jsn=1"], "--jsn=1", "--json"),
    ],
)
def test_an_unknown_word_is_named_with_the_nearest_known_one(
    arguments: list[str], wrong: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    err = run_and_fail(arguments, capsys)
    assert wrong in err
    assert f"did you mean {meant}?" in err


@pytest.mark.parametrize("arguments", [[], ["version", "--js"], ["version", "surplus"]])
def test_other_usage_errors(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    run_and_fail(arguments, capsys)


def test_an_exo_error_is_one_line_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(args: argparse.Namespace) -> int:
        raise ExoError("gait 'limp' not found; choices: normal")

    monkeypatch.setattr(version, "run", fail)
    assert run_and_fail(["version"], capsys) == "exo: error: gait 'limp' not found; choices: normal\n"


def test_ctrl_c_exits_as_a_shell_does(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(args: argparse.Namespace) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(version, "run", interrupt)
    assert cli.main(["version"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_a_defect_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(args: argparse.Namespace) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(version, "run", fail)
    with pytest.raises(ZeroDivisionError):
        cli.main(["version"])


def test_version_as_json_is_one_object_on_the_last_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["version", "--json"]) == 0
    versions = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert list(versions) == ["exo", "git_sha", "python", "numpy", "numba", "rclpy"]
    assert versions["python"].split(".")[:2] == [str(part) for part in sys.version_info[:2]]
    assert all(versions[name] for name in ("exo", "numpy", "numba", "rclpy"))


def test_version_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["version"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names == ["exo", "git_sha", "python", "numpy", "numba", "rclpy"]
