"""Fixtures for the tests of ros2_subset: a demo package, and the ros2 command."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ros2_subset.fallback_path import FALLBACK_DIR, enable_fallback

# The tests of the launch API run on the real one where there is one.
enable_fallback()

DEMO = Path(__file__).parent / "demo_pkg"
PATIENCE_S = 60.0  # for what takes well under a second on an idle machine


@pytest.fixture
def stand_in_only() -> None:
    """Skip a test of what the real launch does otherwise: it leaves processes behind and says less."""
    import launch

    if not Path(launch.__file__).is_relative_to(FALLBACK_DIR):
        pytest.skip("the real launch is used here")


@pytest.fixture(scope="session")
def demo_prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install prefix with the package demo_pkg."""
    prefix = tmp_path_factory.mktemp("prefix")
    index = prefix / "share" / "ament_index" / "resource_index" / "packages"
    index.mkdir(parents=True)
    (index / "demo_pkg").touch()
    for folder in ("launch", "config"):
        shutil.copytree(DEMO / folder, prefix / "share" / "demo_pkg" / folder)
    shutil.copytree(DEMO / "lib", prefix / "lib" / "demo_pkg")
    return prefix


@pytest.fixture
def launch_folder(demo_prefix: Path) -> Path:
    """Folder of the demo package's launch files."""
    return demo_prefix / "share" / "demo_pkg" / "launch"


@pytest.fixture
def demo_env(demo_prefix: Path, ros_env: dict[str, str]) -> dict[str, str]:
    """Environment in which demo_pkg is found, python3 is the Python of the tests, and no ROS distribution is near."""
    prefixes = [str(demo_prefix), *filter(None, [ros_env.get("AMENT_PREFIX_PATH")])]
    return {
        **ros_env,
        "AMENT_PREFIX_PATH": os.pathsep.join(prefixes),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), ros_env["PATH"]]),
        "PYTHONUNBUFFERED": "1",
    }


class RunningCommand:
    """A command in the background, with its output so far."""

    def __init__(self, cmd: list[str], env: dict[str, str], log: Path) -> None:
        self._log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                cmd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._log.read_text(errors="replace")

    def wait_for(self, text: str, count: int = 1) -> None:
        """Wait until the output holds a text as often as given."""
        deadline = time.monotonic() + PATIENCE_S
        while self.output.count(text) < count:
            assert self.process.poll() is None, f"ended with {self.process.returncode}:\n{self.output}"
            assert time.monotonic() < deadline, f"no '{text}' in:\n{self.output}"
            time.sleep(0.02)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal to the command alone and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def clean_up(self) -> None:
        """End whatever is left of the command's session."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE_S)


StartCommand = Callable[..., RunningCommand]
RunCommand = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def start(demo_env: dict[str, str], tmp_path: Path) -> Iterator[StartCommand]:
    """Start a command line in the background; it is stopped after the test."""
    started: list[RunningCommand] = []

    def start_command(*cmd: object, **env: str) -> RunningCommand:
        command = RunningCommand([*map(str, cmd)], {**demo_env, **env}, tmp_path / f"output_{len(started)}.txt")
        started.append(command)
        return command

    yield start_command
    for command in started:
        command.clean_up()


@pytest.fixture
def ros2(demo_env: dict[str, str]) -> RunCommand:
    """Run ros2 with the given arguments to its end."""

    def run(*args: object, **env: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "ros2_subset.main", *map(str, args)],
            env={**demo_env, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )

    return run


@pytest.fixture
def start_ros2(start: StartCommand) -> StartCommand:
    """Start ros2 with the given arguments in the background."""
    return lambda *args, **env: start(sys.executable, "-m", "ros2_subset.main", *args, **env)


def processes_with(mark: str) -> list[int]:
    """Return the ids of the processes that have a text in their command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark.encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue  # ended meanwhile
    return found


@pytest.fixture
def wait_until_gone() -> Callable[[str], None]:
    """Wait until no process has a text in its command line."""

    def wait(mark: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while processes_with(mark):
            assert time.monotonic() < deadline, f"still running: {processes_with(mark)}"
            time.sleep(0.05)

    return wait
