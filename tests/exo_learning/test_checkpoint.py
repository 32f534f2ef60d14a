"""Checkpoints are whole or not there, hold everything, and bad ones are refused by name."""

import errno
import os
import pickle
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from exo_learning.agent import Agent  # noqa: E402
from exo_learning.checkpoint import FILE_NAME, Checkpoint, load_checkpoint  # noqa: E402
from exo_learning.errors import TrainingError  # noqa: E402
from exo_learning.training_config import TrainingConfig  # noqa: E402


def make_checkpoint(config: TrainingConfig, buffers: int = 3) -> Checkpoint:
    torch.manual_seed(buffers)
    agent = Agent(config.ppo)
    optimiser = torch.optim.Adam(agent.parameters())
    agent.mean_action(torch.randn(3, 10, 6)).sum().backward()
    optimiser.step()
    return Checkpoint(
        config_json=config.model_dump_json(),
        seed=5,
        buffers=buffers,
        elapsed_s=12.5,
        agent=agent.state_dict(),
        optimiser=optimiser.state_dict(),
        baselines={"zero": {"cot_gross": 6.5, "falls": 0}},
        evaluation={},
        experience=b"\x00\x01experience",
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / FILE_NAME


def test_everything_comes_back(tiny: TrainingConfig, path: Path) -> None:
    saved = make_checkpoint(tiny)
    saved.save(path)
    for source in (path, path.parent):
        loaded = load_checkpoint(source)
        assert loaded.config == tiny
        for name in ("seed", "buffers", "elapsed_s", "baselines", "evaluation", "experience"):
            assert getattr(loaded, name) == getattr(saved, name)
        for name, value in saved.agent.items():
            assert torch.equal(loaded.agent[name], value)
            assert torch.equal(loaded.restored_agent().state_dict()[name], value)
        assert str(loaded.optimiser) == str(saved.optimiser)


@pytest.mark.parametrize("failing", ["write", "fsync", "replace"])
def test_a_full_disk_leaves_the_last_good_checkpoint(
    tiny: TrainingConfig, path: Path, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_checkpoint(tiny, buffers=3).save(path)

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if failing == "write":
        real = Path.open

        def open_full(self: Path, mode: str = "r", *args: Any, **options: Any) -> Any:
            file = real(self, mode, *args, **options)
            if "w" not in mode:
                return file
            file.write(b"half of it")
            file.close()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(Path, "open", open_full)
    else:
        monkeypatch.setattr(os, failing, full)
    with pytest.raises(TrainingError, match=r"No space left on device; the one before, .*checkpoint\.pt, is intact"):
        make_checkpoint(tiny, buffers=4).save(path)
    monkeypatch.undo()
    assert load_checkpoint(path).buffers == 3
    assert [file.name for file in path.parent.iterdir()] == [FILE_NAME]


def test_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no such checkpoint"):
        load_checkpoint(tmp_path)


@pytest.mark.parametrize("kind", ["empty", "text", "cut", "other"])
def test_a_damaged_or_foreign_file_is_refused(tiny: TrainingConfig, path: Path, kind: str) -> None:
    make_checkpoint(tiny).save(path)
    whole = path.read_bytes()
    if kind == "other":
        torch.save({"weights": torch.zeros(3)}, path)
    else:
        path.write_bytes({"empty": b"", "text": b"a diary", "cut": whole[: len(whole) // 2]}[kind])
    with pytest.raises(TrainingError, match=r"checkpoint\.pt: not a checkpoint of"):
        load_checkpoint(path)


def test_networks_that_do_not_fit_are_refused(tiny: TrainingConfig, path: Path) -> None:
    saved = make_checkpoint(tiny)
    saved.agent["critic.layers.0.weight"] = torch.zeros(3, 3)
    saved.save(path)
    with pytest.raises(TrainingError, match="damaged"):
        load_checkpoint(path)


class Trap:
    def __reduce__(self) -> Any:
        return (os.mkdir, ("trapped",))


def test_loading_executes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny: TrainingConfig) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"format": Trap()}, tmp_path / FILE_NAME)
    with pytest.raises(TrainingError, match="not a checkpoint"):
        load_checkpoint(tmp_path)
    bait = Checkpoint(**{**vars(make_checkpoint(tiny)), "experience": pickle.dumps(Trap())})
    bait.save(tmp_path / FILE_NAME)
    load_checkpoint(tmp_path)
    assert not (tmp_path / "trapped").exists()
