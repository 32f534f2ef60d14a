"""train.launch.py from end to end: a policy, an interruption, a failure, and wrong arguments."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("torch")

from exo_control.onnx_policy import OnnxPolicy
from exo_learning.checkpoint import load_checkpoint
from exo_learning.learning_curve import read_curve
from exo_learning.trainer import Progress, Trainer
from exo_learning.training_config import load_training_config

from .conftest import PATIENCE_S

pytestmark = pytest.mark.integration


def interrupt(progress: Progress) -> None:
    raise InterruptedError


class Training:
    """A running ``ros2 launch exo train.launch.py``."""

    def __init__(self, arguments: dict[str, object], env: dict[str, str], folder: Path, log: Path) -> None:
        self._log = log
        words = [f"{name}:={value}" for name, value in {"threads": 1, **arguments}.items()]
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                ["ros2", "launch", "exo", "train.launch.py", *words],
                env={**env, "OMP_NUM_THREADS": "1"},
                cwd=folder,
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
            time.sleep(0.02)

    def exit_code(self) -> int:
        return self.process.wait(PATIENCE_S)


LaunchTraining = Callable[..., Training]


@pytest.fixture
def launch_training(ros_env: dict[str, str], tmp_path: Path) -> Iterator[LaunchTraining]:
    """Launch a training in tmp_path; what still runs after the test is killed."""
    started: list[Training] = []

    def launch(**arguments: object) -> Training:
        started.append(Training(arguments, ros_env, tmp_path, tmp_path / f"training_{len(started)}.txt"))
        return started[-1]

    yield launch
    for training in started:
        if training.process.poll() is None:
            os.killpg(training.process.pid, signal.SIGKILL)
            training.process.wait(PATIENCE_S)
        print(training.output)  # pytest shows it when the test has failed


def test_ctrl_c_leaves_a_checkpoint(
    launch_training: LaunchTraining, tiny_training: Callable[..., Path], tmp_path: Path
) -> None:
    training = launch_training(config=tiny_training(buffers=1_000_000), seed=3)
    training.wait_for("buffer 1 of 1000000 is done")
    os.killpg(training.process.pid, signal.SIGINT)  # to all processes
    assert training.exit_code() == 0, training.output
    assert "Traceback" not in training.output
    folder = tmp_path / "runs" / "train-tiny-3"
    checkpoint = load_checkpoint(folder)
    assert (checkpoint.seed, checkpoint.buffers) == (3, len(read_curve(folder)))
    assert f"buffer {checkpoint.buffers} of 1000000 is done" in training.output
    assert not (folder / "policy.onnx").exists()


def test_a_resumed_training_ends_with_a_policy(
    launch_training: LaunchTraining, tiny_training: Callable[..., Path], tmp_path: Path
) -> None:
    config, folder = tiny_training(buffers=3), tmp_path / "run"
    with pytest.raises(InterruptedError):
        Trainer(load_training_config(str(config)), 3, folder).run(interrupt)
    training = launch_training(config=config, seed=3, output=folder, resume="true")
    assert training.exit_code() == 0, training.output
    assert "buffer 1 of 3" not in training.output and "buffer 2 of 3 is done" in training.output
    assert f"finished; the policy is {folder / 'policy.onnx'}" in training.output
    assert [int(row["buffer"]) for row in read_curve(folder)] == [1, 2, 3]
    OnnxPolicy(folder / "policy.onnx")
    record = json.loads((folder / "policy.json").read_text())["training"]
    assert record["seed"] == 3 and len(record["git_sha"]) >= 40


def test_a_failure_ends_the_launch(
    launch_training: LaunchTraining, tiny_training: Callable[..., Path], tmp_path: Path
) -> None:
    training = launch_training(config=tiny_training(gaits=["moonwalk"]), output=tmp_path / "run")
    assert training.exit_code() == 1
    assert "[trainer]: unknown gait 'moonwalk'" in training.output
    assert "training failed, exit code 1" in training.output
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sed": "1"}, "unknown launch argument sed:=1; did you mean 'seed'?"),
        ({"resume": "maybe"}, "maybe"),
        ({"threads": "many"}, "parameter 'threads'"),
        ({"threads": "0"}, "parameter threads = 0; allowed: a whole number from 1 to 64"),
        ({"config": "papier"}, "unknown training configuration 'papier'; did you mean 'paper'?"),
    ],
)
def test_bad_arguments_are_refused(
    launch_training: LaunchTraining, arguments: dict[str, str], message: str, tmp_path: Path
) -> None:
    training = launch_training(**arguments)
    assert training.exit_code() == 1
    assert message in training.output
    assert not (tmp_path / "runs").exists()


def test_arguments_are_documented(ros_env: dict[str, str]) -> None:
    shown = subprocess.run(
        ["ros2", "launch", "exo", "train.launch.py", "--show-args"],
        env=ros_env,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in ["config", "seed", "output", "threads", "resume", "policy_node", "log_level"]:
        assert f"'{name}':" in shown
    assert "no description given" not in shown
    assert shown.count("(default: ") == shown.count("':\n")
