"""ros2 run."""

import signal
from collections.abc import Callable

import pytest


def test_arguments_and_exit_code_are_those_of_the_executable(ros2: Callable) -> None:
    done = ros2("run", "demo_pkg", "show_arguments", "--help", "--ros-args", "-r", "a:=b")
    assert (done.returncode, done.stdout) == (0, "word --help\nword --ros-args\n-r a:=b\n")
    assert ros2("run", "demo_pkg", "fail").returncode == 3


def test_prefix(ros2: Callable) -> None:
    done = ros2("run", "--prefix", "env DEMO_SET='a b'", "demo_pkg", "show_arguments")
    assert done.stdout == "env DEMO_SET a b\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_reach_the_executable(start_ros2: Callable, number: signal.Signals) -> None:
    command = start_ros2("run", "demo_pkg", "wait")
    command.wait_for("ready")
    assert command.stop(number) == 0
    assert f"got {number.name}" in command.output


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["demo_pgk", "wait"], ["'demo_pgk'", "did you mean 'demo_pkg'?"]),
        (["demo_pkg", "wiat"], ["'wiat'", "did you mean 'wait'?", "lib/demo_pkg", "which has: fail, lifecycle_demo"]),
        (["--prefix", "no_such_program", "demo_pkg", "wait"], ["cannot run 'no_such_program'"]),
    ],
)
def test_what_is_missing_is_named(ros2: Callable, args: list[str], told: list[str]) -> None:
    done = ros2("run", *args)
    assert done.returncode == 1
    assert [text for text in told if text not in done.stderr] == []
