"""A run goes on where it stopped, bit for bit, and stops with a reason when it must."""

import csv
import errno
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from exo_learning.checkpoint import FILE_NAME, Checkpoint, load_checkpoint  # noqa: E402
from exo_learning.collector import WalkingFigures  # noqa: E402
from exo_learning.divergence import DivergenceGuard  # noqa: E402
from exo_learning.errors import TrainingError  # noqa: E402
from exo_learning.evaluation import Evaluation  # noqa: E402
from exo_learning.learning_curve import read_curve  # noqa: E402
from exo_learning.trainer import COLUMNS, Progress, Trainer  # noqa: E402
from exo_learning.training_config import StopConfig, TrainingConfig  # noqa: E402

from .configurations import changed  # noqa: E402

TIMES = {"simulation_s", "update_s", "elapsed_s"}


def ignore(progress: Progress) -> None:
    """Report to nobody."""


def train(config: TrainingConfig, folder: Path, stop_at: int | None = None, **options: Any) -> Trainer:
    """Train to the end, or to some buffers as if killed after the checkpoint."""
    trainer = Trainer(config, options.pop("seed", 1), folder, **options)

    class Enough(Exception):
        pass

    def report(progress: Progress) -> None:
        if progress.buffer == stop_at:
            raise Enough

    try:
        trainer.run(report)
    except Enough:
        assert trainer.buffers == stop_at
    return trainer


def curve(folder: Path) -> list[dict[str, str]]:
    return [{name: row[name] for name in row if name not in TIMES} for row in read_curve(folder)]


def same(a: Any, b: Any) -> bool:
    if isinstance(a, torch.Tensor):
        return torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


def assert_alike(a: Checkpoint, b: Checkpoint) -> None:
    for name in ("buffers", "seed", "config", "agent", "optimiser", "baselines", "evaluation"):
        assert same(getattr(a, name), getattr(b, name)), name


@pytest.fixture(scope="module")
def uninterrupted(tiny: TrainingConfig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("uninterrupted")
    assert train(tiny, folder).done
    return folder


@pytest.mark.parametrize("stop_at", [1, 2, 3])
def test_a_resumed_run_equals_an_uninterrupted_one(
    tiny: TrainingConfig, uninterrupted: Path, tmp_path: Path, stop_at: int
) -> None:
    train(tiny, tmp_path, stop_at=stop_at)
    np.random.seed(123)
    torch.manual_seed(321)  # global generators play no part
    assert train(tiny, tmp_path, resume=True).done
    assert_alike(load_checkpoint(tmp_path), load_checkpoint(uninterrupted))
    assert curve(tmp_path) == curve(uninterrupted)
    assert len(curve(tmp_path)) == tiny.buffers


def test_killed_between_curve_and_checkpoint_no_row_comes_twice(
    tiny: TrainingConfig, uninterrupted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(self: Checkpoint, path: Path) -> None:
        if self.buffers == 3:
            raise KeyboardInterrupt
        save(self, path)

    save = Checkpoint.save
    monkeypatch.setattr(Checkpoint, "save", killed)
    with pytest.raises(KeyboardInterrupt):
        train(tiny, tmp_path)
    monkeypatch.undo()
    assert len(read_curve(tmp_path)) == 3
    train(tiny, tmp_path, resume=True)
    assert curve(tmp_path) == curve(uninterrupted)


SCRIPT = """
import sys
from pathlib import Path
from exo_learning.trainer import Trainer
from exo_learning.training_config import TrainingConfig
config = TrainingConfig.model_validate_json(sys.argv[1])
Trainer(config, 1, Path(sys.argv[2])).run(lambda progress: print(progress.buffer, flush=True))
"""


def test_after_kill_9_at_most_one_buffer_is_lost(tiny: TrainingConfig, tmp_path: Path) -> None:
    endless = changed(tiny, buffers=100_000)
    command = [sys.executable, "-c", SCRIPT, endless.model_dump_json(), str(tmp_path)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        reported = [int(process.stdout.readline()) for _ in range(7)][-1]
        process.send_signal(signal.SIGKILL)
        reported = max([reported, *map(int, process.stdout.read().split())])
    assert process.returncode == -signal.SIGKILL
    assert load_checkpoint(tmp_path).buffers in (reported, reported + 1)
    assert Trainer(endless, 1, tmp_path, resume=True).buffers >= reported


def test_another_seed_gives_another_run(tiny: TrainingConfig, uninterrupted: Path, tmp_path: Path) -> None:
    train(tiny, tmp_path, stop_at=1, seed=2)
    assert curve(tmp_path)[0] != curve(uninterrupted)[0]


def test_the_curve_has_all_columns_and_evaluations(tiny: TrainingConfig, uninterrupted: Path) -> None:
    rows = read_curve(uninterrupted)
    assert tuple(rows[0]) == COLUMNS
    assert [row["buffer"] for row in rows] == ["1", "2", "3", "4"]
    assert [bool(row["eval_cot_net"]) for row in rows] == [False, True, False, True]
    assert float(rows[-1]["cost_of_transport"]) > 1.0
    assert list((uninterrupted / "tensorboard").glob("events*"))
    with (uninterrupted / "learning_curve.csv").open() as file:
        assert next(csv.reader(file)) == list(COLUMNS)


def test_the_baselines_are_no_assistance_and_dofc(uninterrupted: Path) -> None:
    baselines = load_checkpoint(uninterrupted).baselines
    assert baselines["zero"]["torque_rms_nm"] == 0.0
    assert baselines["dofc"]["torque_rms_nm"] > 1.0
    assert baselines["zero"]["falls"] == 0
    assert baselines["dofc"]["cot_gross"] != baselines["zero"]["cot_gross"]


def test_a_run_is_not_overwritten(tiny: TrainingConfig, uninterrupted: Path) -> None:
    with pytest.raises(TrainingError, match="holds a run already; add --resume"):
        Trainer(tiny, 1, uninterrupted)


def test_a_checkpoint_of_another_configuration_or_seed_is_refused(tiny: TrainingConfig, uninterrupted: Path) -> None:
    other = changed(tiny, ppo__clip=0.3)
    with pytest.raises(TrainingError, match=r"of another configuration: ppo.clip was 0.2, is 0.3"):
        Trainer(other, 1, uninterrupted, resume=True)
    with pytest.raises(TrainingError, match="of seed 1"):
        Trainer(tiny, 2, uninterrupted, resume=True)
    assert load_checkpoint(uninterrupted).buffers == tiny.buffers


def test_nothing_to_resume(tiny: TrainingConfig, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no such checkpoint"):
        Trainer(tiny, 1, tmp_path, resume=True)


def test_a_loss_that_is_not_a_number_stops_the_run(tiny: TrainingConfig, tmp_path: Path) -> None:
    train(tiny, tmp_path, stop_at=2)
    good = load_checkpoint(tmp_path)
    trainer = Trainer(tiny, 1, tmp_path, resume=True)
    with torch.no_grad():
        trainer.agent.critic.layers[0].bias[0] = float("nan")
    with pytest.raises(TrainingError, match="stopped in buffer 3 of 4: the loss is not finite"):
        trainer.run(ignore)
    assert_alike(load_checkpoint(tmp_path), good)


def test_a_disk_that_is_full_stops_the_run(
    tiny: TrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = train(tiny, tmp_path, stop_at=2)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(TrainingError, match=r"stopped in buffer 3 of 4: .*No space left on device.*is intact"):
        trainer.run(ignore)
    monkeypatch.undo()
    assert load_checkpoint(tmp_path).buffers == 2


def full_disk(writer: "csv.DictWriter[str]", rows: Any) -> None:
    """Write a part of a row, then find the disk full."""
    writer.writer.writerow(["3", "0.1"])
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_disk_that_is_full_for_the_curve_stops_the_run_which_goes_on_later(
    tiny: TrainingConfig, uninterrupted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = train(tiny, tmp_path, stop_at=2)
    good = load_checkpoint(tmp_path)
    monkeypatch.setattr(csv.DictWriter, "writerows", full_disk)
    message = (
        r"stopped in buffer 3 of 4: .*learning_curve\.csv: cannot write the learning curve: No space left on device"
    )
    with pytest.raises(TrainingError, match=message):
        trainer.run(ignore)
    monkeypatch.undo()
    assert_alike(load_checkpoint(tmp_path), good)
    assert good.buffers == 2
    assert train(tiny, tmp_path, resume=True).done
    assert curve(tmp_path) == curve(uninterrupted)


def test_a_disk_that_is_full_when_a_run_is_resumed_leaves_curve_and_checkpoint_whole(
    tiny: TrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(tiny, tmp_path, stop_at=2)
    good, rows = load_checkpoint(tmp_path), curve(tmp_path)
    monkeypatch.setattr(csv.DictWriter, "writerows", full_disk)
    with pytest.raises(TrainingError, match=r"cannot write the learning curve: No space left on device"):
        Trainer(tiny, 1, tmp_path, resume=True)
    monkeypatch.undo()
    assert_alike(load_checkpoint(tmp_path), good)
    assert curve(tmp_path) == rows and len(rows) == 2
    assert list(tmp_path.glob(".*.new")) == []


def test_a_collapse_stops_the_run(tiny: TrainingConfig, tmp_path: Path) -> None:
    falling = changed(tiny, reward__fall_height_m=1.1, stop__buffers=2)
    with pytest.raises(TrainingError, match=r"collapsed: a walker fell every 0\.01 s"):
        Trainer(falling, 1, tmp_path).run(ignore)
    assert load_checkpoint(tmp_path / FILE_NAME).buffers == 1


def test_the_guard_wants_bad_buffers_in_a_row() -> None:
    guard = DivergenceGuard(StopConfig(seconds_between_falls=1.0, buffers=3))
    for seconds in (0.5, 0.5, 2.0, 0.5, 0.5, float("inf"), 0.1, 0.1):
        guard.watch(seconds)
    with pytest.raises(TrainingError, match="last 3 buffers"):
        guard.watch(0.9)


def test_time_over_leaves_a_run_to_go_on_with(tiny: TrainingConfig, tmp_path: Path) -> None:
    trainer = Trainer(tiny, 1, tmp_path)
    trainer.run(ignore, minutes=1e-9)
    assert not trainer.done
    trainer.run(ignore)
    assert trainer.done


def test_disturbances_grow_and_the_learning_rate_falls(
    tiny: TrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = changed(tiny, randomisation__disturbance_ramp_buffers=2, ppo__final_learning_rate=1e-4)
    seen: list[tuple[float, float]] = []
    trainer = Trainer(config, 1, tmp_path)

    def report(progress: Progress) -> None:
        seen.append((trainer.env.disturbance_scale, trainer.ppo.optimiser.param_groups[0]["lr"]))

    trainer.run(report)
    assert [scale for scale, _ in seen] == [0.0, 0.5, 1.0, 1.0]
    assert [rate for _, rate in seen] == pytest.approx([3e-4, 3e-4 - 2e-4 / 3, 1e-4 + 2e-4 / 3, 1e-4])


@pytest.mark.parametrize("privileged", [False, True])
def test_all_switches_together_train(tiny: TrainingConfig, tmp_path: Path, privileged: bool) -> None:
    config = changed(
        tiny,
        buffers=2,
        gaits=["two_state", "geyer_herr"],
        reward__target_speed_m_s=None,
        reward__velocity_filter_s=1.0,
        reward__effort_scale=10.0,
        reward__alive_bonus=0.1,
        randomisation__push_m_s=0.1,
        randomisation__actuator_delay_ticks=[0, 2],
        randomisation__actuator_bandwidth_hz=[5.0, 20.0],
        randomisation__sensor_delay_ticks=[0, 1],
        ppo__advantage_bound=3.0,
        ppo__clip_gradients_apart=True,
        ppo__target_kl=0.02,
        ppo__privileged_critic=privileged,
    )
    trainer = train(config, tmp_path, threads=2)
    assert all(torch.isfinite(parameter).all() for parameter in trainer.agent.parameters())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_on_a_gpu_a_run_trains_stops_and_goes_on(tiny: TrainingConfig, tmp_path: Path) -> None:
    trainer = train(tiny, tmp_path, stop_at=2)
    assert {parameter.device.type for parameter in trainer.agent.parameters()} == {"cuda"}
    resumed = Trainer(tiny, 1, tmp_path, resume=True)
    assert resumed.buffers == 2 and same(resumed.agent.state_dict(), trainer.agent.state_dict())
    resumed.run(ignore)
    assert resumed.done and len(curve(tmp_path)) == tiny.buffers
    assert all(torch.isfinite(parameter).all() for parameter in resumed.agent.parameters())
    assert not same(resumed.agent.state_dict(), trainer.agent.state_dict())
    # What is trained on a GPU is exported on the CPU.
    assert {parameter.device.type for parameter in load_checkpoint(tmp_path).restored_agent().parameters()} == {"cpu"}


def test_progress_tells_the_time_left(tiny: TrainingConfig, tmp_path: Path) -> None:
    seen: list[Progress] = []
    Trainer(tiny, 1, tmp_path).run(seen.append)
    assert [progress.buffer for progress in seen] == [1, 2, 3, 4]
    assert seen[-1].left_s == 0.0 < seen[0].left_s
    assert isinstance(seen[0].walking, WalkingFigures)
    assert seen[0].evaluation == {}
    assert seen[-1].evaluation["cot_gross"] > 1.0


def test_every_evaluation_is_of_the_same_walks(tiny: TrainingConfig) -> None:
    evaluation = Evaluation(tiny)
    first = evaluation.policy("zero")
    evaluation.policy("dofc")
    assert evaluation.policy("zero") == first
