"""ros2 launch, from the command line."""

import fcntl
import os
import pty
import re
import signal
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

START = re.compile(r"^\[INFO\] \[([\w.]+)-\d+\]: process started with pid \[\d+\]$", re.MULTILINE)


def messages(output: str) -> list[str]:
    """Return what LogInfo actions have logged."""
    return re.findall(r"^\[INFO\] \[launch\.user\]: (.*)$", output, re.MULTILINE)


def lines_of(output: str, process: str) -> list[str]:
    """Return what a process has written."""
    return re.findall(rf"^\[{process}-\d+\] (.*)$", output, re.MULTILINE)


def test_arguments_includes_and_conditions(ros2: Callable, launch_folder: Path) -> None:
    done = ros2("launch", "demo_pkg", "arguments.launch.py", "mode:=slow", "depth:=9")
    assert done.returncode == 0, done.stdout + done.stderr
    assert messages(done.stdout) == [
        "title: mode is slow",
        "terse",
        "inner: from outer, depth: 9",
        "inner is still from outer",
        f"folder: {launch_folder}",
    ]


def test_a_condition_brings_in_arguments(ros2: Callable) -> None:
    done = ros2("launch", "demo_pkg", "arguments.launch.py", "verbose:=True", "only_verbose:=y")
    assert "verbose" in messages(done.stdout)
    assert "only_verbose: y" in messages(done.stdout)


def test_the_last_of_several_values_counts(ros2: Callable) -> None:
    done = ros2("launch", "demo_pkg", "arguments.launch.py", "title:=first", "title:=last := still last")
    assert messages(done.stdout)[0] == "title: last := still last"


def test_a_launch_file_by_path(ros2: Callable, launch_folder: Path) -> None:
    done = ros2("launch", launch_folder / "required.launch.py", "subject:=AB06")
    assert (done.returncode, messages(done.stdout)) == (0, ["AB06"])


@pytest.mark.parametrize("flag", ["-s", "--show-args"])
def test_show_args(ros2: Callable, flag: str) -> None:
    done = ros2("launch", flag, "demo_pkg", "arguments.launch.py")
    assert done.returncode == 0
    assert done.stdout == (
        "Arguments (pass arguments as '<name>:=<value>'):\n"
        "\n    'mode':\n        How to go. Valid choices are: ['fast', 'slow']\n        (default: 'fast')\n"
        "\n    'title':\n        no description given\n        (default: 'mode is ' + LaunchConfig('mode'))\n"
        "\n    'verbose':\n        More output.\n        (default: 'false')\n"
        "\n    'inner':\n        Has no default\n"
        "\n    'depth':\n        Of the included file\n        (default: '2')\n"
        "\n    'only_verbose':*\n        no description given\n        (default: 'x')\n"
        "\n* argument(s) which are only used if specific conditions occur\n"
    )


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["arguments.launch.py", "mod:=slow"], ["'mod'", "did you mean 'mode'?", "depth, inner, mode"]),
        (["arguments.launch.py", "mode:=slwo"], ["'mode'", "'slwo'", "fast, slow", "did you mean 'slow'?"]),
        (["arguments.launch.py", "mode"], ["'mode'", "<name>:=<value>"]),
        (["required.launch.py"], ["'subject'", "Who"]),
        (["argumens.launch.py"], ["'argumens.launch.py'", "did you mean 'arguments.launch.py'?", "searched"]),
        (["missing_executable.launch.py"], ["'wiat'", "lib/demo_pkg"]),
        (["missing_package.launch.py"], ["'no_such_pkg'"]),
    ],
)
def test_an_error_says_what_is_wrong(ros2: Callable, args: list[str], told: list[str]) -> None:
    done = ros2("launch", "demo_pkg", *args)
    assert done.returncode == 1
    output = done.stdout + done.stderr
    assert [text for text in told if text not in output] == []
    assert "Traceback" not in output


@pytest.mark.usefixtures("stand_in_only")
def test_an_error_says_what_was_searched(ros2: Callable) -> None:
    done = ros2("launch", "demo_pkg", "missing_executable.launch.py")
    assert "which has: fail, lifecycle_demo, publish, " in done.stdout
    done = ros2("launch", "demo_pkg", "missing_package.launch.py")
    assert "searched AMENT_PREFIX_PATH: " in done.stdout


@pytest.mark.usefixtures("stand_in_only")
def test_a_missing_program_or_folder_ends_the_launch(ros2: Callable, tmp_path: Path) -> None:
    for arguments, told in [
        ("cmd=['no_such_program']", "executable 'no_such_program' not found, searched PATH: "),
        ("cmd=['./no_such_program']", "'./no_such_program' does not exist or is not executable"),
        ("cmd=['true'], cwd='/no/such/folder'", "working directory '/no/such/folder' does not exist"),
    ]:
        launch_file = tmp_path / "missing.launch.py"
        launch_file.write_text(
            "from launch import LaunchDescription\n"
            "from launch.actions import ExecuteProcess\n"
            "def generate_launch_description():\n"
            f"    return LaunchDescription([ExecuteProcess({arguments}), ExecuteProcess(cmd=['sleep', '600'])])\n"
        )
        done = ros2("launch", launch_file)
        assert done.returncode == 1
        assert told in done.stdout


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["no_such_pkg", "a.launch.py"], ["package 'no_such_pkg' not found", "AMENT_PREFIX_PATH"]),
        (["demo_pgk", "a.launch.py"], ["did you mean 'demo_pkg'?"]),
        (["./no_such.launch.py"], ["'./no_such.launch.py' does not exist"]),
        (["demo_pkg"], ["which launch file", "'demo_pkg'"]),
    ],
)
def test_a_missing_package_or_file(ros2: Callable, args: list[str], told: list[str]) -> None:
    done = ros2("launch", *args)
    assert done.returncode == 1
    assert [text for text in told if text not in done.stderr] == []


def test_without_an_environment_the_error_says_so(ros2: Callable) -> None:
    done = ros2("launch", "demo_pkg", "a.launch.py", AMENT_PREFIX_PATH="")
    assert done.returncode == 1
    assert "AMENT_PREFIX_PATH is not set" in done.stderr


@pytest.mark.usefixtures("stand_in_only")
def test_an_unknown_argument_is_found_behind_an_opaque_function(ros2: Callable, tmp_path: Path) -> None:
    launch_file = tmp_path / "opaque.launch.py"
    launch_file.write_text(
        "from launch import LaunchDescription\n"
        "from launch.actions import DeclareLaunchArgument, ExecuteProcess, OpaqueFunction\n"
        "def declare(context):\n"
        "    return [DeclareLaunchArgument('hidden', default_value='1'), ExecuteProcess(cmd=['sleep', '600'])]\n"
        "def generate_launch_description():\n"
        "    return LaunchDescription([OpaqueFunction(function=declare)])\n"
    )
    done = ros2("launch", launch_file, "hiden:=2")
    assert done.returncode == 1
    assert "unknown launch argument 'hiden', did you mean 'hidden'?" in done.stdout
    assert not START.search(done.stdout)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def generate(): pass", "generate_launch_description()"),
        ("def generate_launch_description(:", "SyntaxError"),
        ("import no_such_module", "No module named 'no_such_module'"),
    ],
)
def test_a_malformed_launch_file(ros2: Callable, tmp_path: Path, text: str, told: str) -> None:
    launch_file = tmp_path / "bad.launch.py"
    launch_file.write_text(text)
    done = ros2("launch", launch_file)
    assert done.returncode == 1
    assert str(launch_file) in done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("stand_in_only")
def test_processes_and_event_handlers(ros2: Callable) -> None:
    done = ros2("launch", "demo_pkg", "processes.launch.py", "greeting:=hi")
    assert done.returncode == 0, done.stdout
    assert lines_of(done.stdout, "greet") == ["hi", "unfinished"]
    assert lines_of(done.stdout, "shell") == ["/", "extra 2"]
    logged = messages(done.stdout)
    assert logged[:2] == ["opaque hi there", "command: from a command\n".strip()]
    assert {"started greet", "heard hi", "returned 0"} <= set(logged)
    assert logged[-1] == "shutting down"
    assert "sending signal 'SIGINT' to process[sleep-" in done.stdout
    assert "process has died" in done.stdout.split("sending signal")[1]  # sleep knows no better


def test_the_log_folder_has_what_the_screen_has_not(ros2: Callable, tmp_path: Path) -> None:
    done = ros2("launch", "demo_pkg", "respawn.launch.py")
    folder = re.search(r"All log files can be found below (.*)", done.stdout)
    assert folder is not None
    assert Path(folder[1]).parent == tmp_path / "ros_log"
    assert (tmp_path / "ros_log" / "latest").resolve() == Path(folder[1])
    log = Path(folder[1], "launch.log").read_text()
    assert re.search(r"^\d+\.\d+ \[INFO\] \[fail-1\]: process started", log, re.MULTILINE)
    assert re.search(r"^\d+\.\d+ \[fail-1\] failing$", log, re.MULTILINE)


def test_respawn_ends_after_the_given_retries(ros2: Callable) -> None:
    done = ros2("launch", "demo_pkg", "respawn.launch.py")
    assert done.returncode == 0  # as with the real launch, a process that dies is no error of the launch
    assert START.findall(done.stdout) == ["fail"] * 3
    assert done.stdout.count("exit code 3") == 3


def test_the_end_of_a_required_node_ends_all(ros2: Callable) -> None:
    done = ros2("launch", "demo_pkg", "required_node.launch.py")
    assert done.returncode == 0
    assert "process[fail-1] was required: shutting down launched system" in done.stdout
    assert "process has died" in done.stdout
    assert "[wait-2]: process has finished cleanly" in done.stdout or "[wait-2]: process has died" in done.stdout


def check_good_order(launch: Any, number: signal.Signals, returncode: int) -> None:
    launch.wait_for("ready", count=2)
    assert launch.stop(number) == returncode
    assert launch.output.count("got SIGINT") == 2
    assert launch.output.count("process has finished cleanly") == 2


def test_sigint_ends_the_nodes_in_good_order(start_ros2: Callable) -> None:
    check_good_order(start_ros2("launch", "demo_pkg", "waiting.launch.py"), signal.SIGINT, 0)


@pytest.mark.usefixtures("stand_in_only")
def test_sigterm_ends_the_nodes_in_good_order(start_ros2: Callable) -> None:
    check_good_order(start_ros2("launch", "demo_pkg", "waiting.launch.py"), signal.SIGTERM, 1)


def test_a_stubborn_node_gets_stronger_signals(
    start_ros2: Callable, wait_until_gone: Callable[[str], None], demo_prefix: Path
) -> None:
    launch = start_ros2("launch", "demo_pkg", "waiting.launch.py", "executable:=stubborn")
    launch.wait_for("ready", count=2)
    assert launch.stop() == 0
    said = re.findall(r"\[stubborn-1\]: (?:sending signal '(\w+)'|.* escalating to '(\w+)')", launch.output)
    assert ["".join(each) for each in said] == ["SIGINT", "SIGTERM", "SIGTERM", "SIGKILL", "SIGKILL"]
    assert "exit code -9" in launch.output
    wait_until_gone(str(demo_prefix))


@pytest.mark.parametrize("executable", ["wait", "stubborn"])
@pytest.mark.usefixtures("stand_in_only")
def test_a_killed_launch_leaves_no_orphans(
    start_ros2: Callable, wait_until_gone: Callable[[str], None], demo_prefix: Path, executable: str
) -> None:
    launch = start_ros2("launch", "demo_pkg", "waiting.launch.py", f"executable:={executable}")
    launch.wait_for("ready", count=2)
    launch.stop(signal.SIGKILL)
    wait_until_gone(str(demo_prefix))
    assert launch.output.count("got SIGINT") == 0 or executable == "wait"


@pytest.mark.usefixtures("stand_in_only")
def test_grandchildren_go_too(
    start_ros2: Callable, wait_until_gone: Callable[[str], None], demo_prefix: Path, tmp_path: Path
) -> None:
    launch_file = tmp_path / "grandchild.launch.py"
    launch_file.write_text(
        "from launch import LaunchDescription\n"
        "from launch.actions import ExecuteProcess\n"
        "def generate_launch_description():\n"
        f"    cmd = '{demo_prefix}/lib/demo_pkg/wait & exec sleep 1'\n"
        "    return LaunchDescription([ExecuteProcess(cmd=['sh', '-c', cmd])])\n"
    )
    launch = start_ros2("launch", launch_file)
    assert launch.process.wait(60) == 0
    wait_until_gone(str(demo_prefix))


def test_ctrl_c_in_a_terminal_reaches_the_nodes_once(start_ros2: Callable) -> None:
    launch = start_ros2("launch", "demo_pkg", "waiting.launch.py")
    launch.wait_for("ready", count=2)
    os.killpg(launch.process.pid, signal.SIGINT)
    assert launch.process.wait(60) == 0
    assert launch.output.count("got SIGINT") == 2


def test_ctrl_c_at_the_keyboard_is_not_passed_on_again(
    demo_env: dict[str, str], wait_until_gone: Callable[[str], None], demo_prefix: Path
) -> None:
    def take_terminal() -> None:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    keyboard, terminal = pty.openpty()
    launch = subprocess.Popen(
        [sys.executable, "-m", "ros2_subset.main", "launch", "demo_pkg", "waiting.launch.py"],
        env=demo_env,
        stdin=terminal,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=take_terminal,
    )
    os.close(terminal)
    assert launch.stdout is not None
    output = ""
    while output.count("ready") < 2:
        output += launch.stdout.readline()
    os.write(keyboard, b"\x03")
    output += launch.communicate(timeout=60)[0]
    os.close(keyboard)
    assert launch.returncode == 0
    assert output.count("got SIGINT") == 2
    assert "sending signal" not in output
    wait_until_gone(str(demo_prefix))


@pytest.mark.parametrize(("emulate_tty", "told"), [(True, "terminal"), (False, "pipe")])
def test_emulated_terminals(ros2: Callable, tmp_path: Path, emulate_tty: bool, told: str) -> None:
    launch_file = tmp_path / "terminal.launch.py"
    launch_file.write_text(
        "from launch import LaunchDescription\n"
        "from launch.actions import ExecuteProcess\n"
        "def generate_launch_description():\n"
        "    cmd = ['sh', '-c', 'test -t 1 && echo terminal || echo pipe; echo error >&2']\n"
        f"    process = ExecuteProcess(cmd=cmd, output='screen', emulate_tty={emulate_tty})\n"
        "    return LaunchDescription([process])\n"
    )
    done = ros2("launch", launch_file)
    assert done.returncode == 0
    assert sorted(lines_of(done.stdout, "sh")) == sorted([told, "error"])


@pytest.mark.integration
def test_a_lifecycle_node(ros2: Callable) -> None:
    done = ros2("launch", "demo_pkg", "lifecycle.launch.py")
    assert done.returncode == 0, done.stdout
    assert lines_of(done.stdout, "lifecycle_demo") == [
        "configured /lab/walker 1e-05 ['left', 'right'] true story",
        "activated",
    ]


def test_substitutions(ros2: Callable) -> None:
    done = ros2("launch", "demo_pkg", "substitutions.launch.py")
    assert done.returncode == 0, done.stdout
    assert dict(message.split(": ") for message in messages(done.stdout)) == {
        "and": "true",
        "or": "false",
        "not": "true",
        "any": "true",
        "all": "true",
        "equal booleans": "true",
        "equal numbers": "true",
        "equal texts": "false",
        "unequal": "true",
        "if": "else",
        "path": "/a/word/b.yaml",
        "math": "4.142",
        "default": "fallback",
        "default list": "xword",
        "variable": "a:b:c",
        "scoped": "inside",
        "after": "word leaks",
        "isolated": "unknown word",
        "unset": "unknown",
        "reset": "unknown",
    }


@pytest.mark.parametrize("command", [[], ["launch"], ["run"], ["topic"], ["topic", "hz"], ["bag"], ["bag", "record"]])
def test_help_everywhere(ros2: Callable, command: list[str]) -> None:
    done = ros2(*command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: ros2 {' '.join(command)}".rstrip())
