"""The stand-in against the real launch, where one is importable."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

CASES = [
    ["arguments.launch.py"],
    ["-s", "arguments.launch.py"],
    ["arguments.launch.py", "verbose:=true", "mode:=slow", "depth:=9"],
    ["required.launch.py"],
    ["required.launch.py", "subject:=me"],
    ["-s", "nodes.launch.py"],
    ["nodes.launch.py", "number:=8"],
    ["required_node.launch.py"],
    ["respawn.launch.py"],
    ["substitutions.launch.py"],
]

RUN_REAL = """
import sys
from ros2launch.api.api import launch_a_launch_file, print_arguments_of_launch_file
if sys.argv[1] == "-s":
    sys.exit(print_arguments_of_launch_file(launch_file_path=sys.argv[2]))
arguments = sys.argv[2:]
sys.exit(launch_a_launch_file(launch_file_path=sys.argv[1], launch_file_arguments=arguments, noninteractive=True))
"""

RUN_OURS = """
import sys
from pathlib import Path
import ros2_subset.fallback_path
sys.path.insert(0, str(ros2_subset.fallback_path.FALLBACK_DIR))
from ros2_subset.main import main
sys.exit(main(["launch", *sys.argv[1:]]))
"""


@pytest.fixture(scope="module", autouse=True)
def _real_launch() -> None:
    pytest.importorskip("ros2launch.api", reason="no real ros2 launch here")


def comparable(output: str) -> list[str]:
    """Return the lines without what differs from run to run; the order between processes is chance."""
    output = re.sub(r"pid \[?\d+\]?", "pid", output)
    output = re.sub(r"launch_params_\w+|found below .*", "", output)
    output = re.sub(r":=True$", ":=true", output, flags=re.MULTILINE)  # one value to ROS
    return sorted(output.splitlines())


@pytest.mark.parametrize("args", CASES, ids=" ".join)
def test_same_output_and_exit_code(demo_env: dict[str, str], launch_folder: Path, args: list[str]) -> None:
    words = [str(launch_folder / word) if word.endswith(".py") else word for word in args]

    def run(code: str) -> tuple[int, list[str]]:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code, *words],
            env=demo_env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.returncode, comparable(done.stdout + done.stderr)

    assert run(RUN_OURS) == run(RUN_REAL)


def test_the_command_uses_the_real_launch(ros2: Callable) -> None:
    import launch

    assert "fallback" not in launch.__file__
    done = ros2("launch", "demo_pkg", "arguments.launch.py", "mod:=slow")
    assert done.returncode == 1
    assert "did you mean 'mode'?" in done.stderr
