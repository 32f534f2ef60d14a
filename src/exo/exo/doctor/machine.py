"""What the checks look at: files, environment, programs and packages of a computer. Tests look at an invented one."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import exo

LONGEST_RUN_S = 120.0
"""On a busy machine an import takes a minute."""

SLEEP_S = 0.001
SLEEPS = 200


@dataclass(frozen=True)
class Ended:
    """A program that has ended: its exit code, its output, and the last line of what it said about an error."""

    code: int
    output: str
    last_error: str


def installed_version(name: str) -> str | None:
    """Return the installed version of a Python package, or None."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def run_program(words: Sequence[str]) -> Ended:
    """Run a program to its end; one that is missing or hangs has failed."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=LONGEST_RUN_S, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Ended(1, "", str(error))
    lines = done.stderr.strip().splitlines() or [""]
    return Ended(done.returncode, done.stdout.strip(), lines[-1])


def sleep_overshoots_s() -> list[float]:
    """Return by how much each of 200 sleeps of 1 ms was too long, s, on the monotonic clock that ticks are timed by."""
    overshoots = []
    for _ in range(SLEEPS):
        begin = time.monotonic()
        time.sleep(SLEEP_S)
        overshoots.append(time.monotonic() - begin - SLEEP_S)
    return overshoots


@dataclass(frozen=True)
class Machine:
    """This computer, by default."""

    root: Path = Path("/")
    checkout: Path = Path(exo.__file__).resolve().parents[3]
    folder: Path = field(default_factory=Path.cwd)
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    python: tuple[int, int, int] = sys.version_info[:3]
    cores: int = field(default_factory=lambda: len(os.sched_getaffinity(0)))
    version: Callable[[str], str | None] = installed_version
    which: Callable[[str], str | None] = shutil.which
    run: Callable[[Sequence[str]], Ended] = run_program
    writable: Callable[[Path], bool] = lambda path: os.access(path, os.R_OK | os.W_OK)
    free_bytes: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free
    sleep_overshoots_s: Callable[[], list[float]] = sleep_overshoots_s

    def read(self, path: str) -> str | None:
        """Return the text of a file, such as "proc/version", or None where it cannot be read."""
        try:
            return (self.root / path).read_text(errors="replace").strip()
        except OSError:
            return None

    def glob(self, pattern: str) -> list[Path]:
        """Return the paths that fit a pattern, such as "dev/ttyACM*", sorted."""
        return sorted(self.root.glob(pattern))

    def run_python(self, code: str) -> Ended:
        """Run a line of Python in a process of its own, which may crash."""
        return self.run([sys.executable, "-c", code])

    @property
    def ros_distribution(self) -> str | None:
        """The sourced ROS 2 distribution, by the same rule as in the Makefile."""
        return (self.environ.get("ROS_DISTRO") or None) if self.which("ros2") else None
