"""Launches whole trials in a ROS domain of their own."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from exo_sim.disturbance import Disturbance
from exo_sim.gait import load_gait
from exo_sim.human import SimulatedHuman
from exo_sim.human_model import load_human_model
from exo_sim.walk import Walker
from ros2_subset.fallback_path import enable_fallback

enable_fallback()

PATIENCE_S = 100.0  # for what takes several seconds on an idle machine


@pytest.fixture(scope="session", autouse=True)
def compiled_engine() -> None:
    """Compile the engine into its cache, which takes the first process that needs it half a minute."""
    gait = load_gait("two_state")
    model = load_human_model(gait.human)
    SimulatedHuman(model, gait).step(np.zeros(2))
    Walker(model, gait).disturbed(0.1, Disturbance(), 0)


TRY_PRIORITY = "import os; os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))"


@pytest.fixture(scope="session")
def real_time_priority() -> dict[str, str]:
    """The launch argument for a real-time priority, if this machine grants one: other work then delays less."""
    granted = subprocess.run([sys.executable, "-c", TRY_PRIORITY], stderr=subprocess.DEVNULL).returncode == 0
    return {"realtime_priority": "50"} if granted else {}


class Trial:
    """A running ``ros2 launch exo sim.launch.py`` or other launch file."""

    def __init__(
        self, launch_file: str, arguments: dict[str, object], env: dict[str, str], folder: Path, prefix: list[str]
    ) -> None:
        self.folder = folder
        self._log = folder.with_suffix(".txt")
        given = {"trial_dir": folder, **arguments}
        words = [f"{key}:={value}" for key, value in given.items() if value is not None]
        with self._log.open("wb") as output:
            self.process = subprocess.Popen(
                [*prefix, "ros2", "launch", "exo", launch_file, *words],
                env=env,
                cwd=folder.parent,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._log.read_text(errors="replace")

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while text not in self.output:
            assert self.process.poll() is None and time.monotonic() < deadline, f"no '{text}' in:\n{self.output}"
            time.sleep(0.05)

    def pid_of(self, process: str) -> int:
        """Return the process id of a process of the launch, such as policy_node."""
        self.wait_for(f"[{process}")
        (line,) = (line for line in self.output.splitlines() if f"[{process}" in line and "started with pid" in line)
        return int(line.rpartition("[")[2].rstrip("]"))

    def exit_code(self) -> int:
        """Wait for the end."""
        try:
            return self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            pytest.fail(f"still running:\n{self.output}")

    def interrupt(self) -> None:
        """Press Ctrl-C: SIGINT to the launch and to all its processes."""
        os.killpg(self.process.pid, signal.SIGINT)

    def clean_up(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE_S)
        print(self.output)  # pytest shows it when the test has failed


LaunchTrial = Callable[..., Trial]


@pytest.fixture
def launch_trial(ros_env: dict[str, str], tmp_path: Path) -> Iterator[LaunchTrial]:
    """Launch a trial with launch arguments; what still runs after the test is killed."""
    if shutil.which("ros2") is None:
        pytest.fail("ros2 is not on the path: run the tests with `make test`, or after `. ./env.sh`")
    trials: list[Trial] = []

    def launch(launch_file: str = "sim.launch.py", prefix: tuple[str, ...] = (), **arguments: object) -> Trial:
        trial = Trial(launch_file, arguments, ros_env, tmp_path / f"trial_{len(trials)}", list(prefix))
        trials.append(trial)
        return trial

    yield launch
    for trial in trials:
        trial.clean_up()
