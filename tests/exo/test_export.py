"""``exo export`` and ``exo bench policy``."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from exo.cli import main
from exo_control.history import HistoryBuffer
from exo_control.registry import make_policy


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """A run folder with the checkpoint of an agent that has not learned."""
    pytest.importorskip("torch")
    import torch

    from exo_learning.agent import Agent
    from exo_learning.checkpoint import Checkpoint
    from exo_learning.training_config import load_training_config

    torch.manual_seed(0)
    config = load_training_config("paper")
    figures = {"cot_gross": 6.0, "cot_net": 5.0, "speed_m_s": 1.25}
    checkpoint = Checkpoint(
        config_json=config.model_dump_json(),
        seed=1,
        buffers=3,
        elapsed_s=1.0,
        agent=Agent(config.ppo).state_dict(),
        optimiser={},
        baselines={"zero": figures, "dofc": figures},
        evaluation=figures,
        experience=b"none",
    )
    checkpoint.save(tmp_path / "run" / "checkpoint.pt")
    return tmp_path / "run"


def test_the_files_hold_the_checkpoints_agent(run_folder: Path, tmp_path: Path, capsys) -> None:
    import torch

    from exo_learning.checkpoint import load_checkpoint

    policy, header = tmp_path / "policy.onnx", tmp_path / "exo_policy.h"
    assert main(["export", str(run_folder), "--output", str(policy), "--c-header", str(header), "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["onnx"], result["manifest"]) == (str(policy), str(tmp_path / "policy.json"))
    assert result["buffers"] == 3 and result["evaluation"]["cot_net"] == 5.0
    assert 0.0 < result["onnx_tick"]["p50_us"] <= result["onnx_tick"]["p99_us"]
    assert result["c_tick_us"] > 0.0 and "exo_policy_tick" in header.read_text()

    checkpoint = load_checkpoint(run_folder)
    agent, limit_nm = checkpoint.restored_agent(), checkpoint.config.torque_limit_nm
    position, velocity = np.array([0.4, -0.2]), np.array([1.5, -2.0])
    history = HistoryBuffer(limit_nm)
    history.push(position, velocity, np.zeros(2))
    with torch.no_grad():
        expected = limit_nm * agent.mean_action(torch.tensor(history.observation[None]))[0].numpy()
    assert np.abs(expected).max() > 1e-3
    torque = make_policy(str(policy)).torque(position, velocity, 0.0)
    np.testing.assert_allclose(torque, expected, rtol=0.0, atol=1e-5 * limit_nm)


def test_a_checkpoint_may_be_named_itself_and_the_times_are_shown(run_folder: Path, tmp_path: Path, capsys) -> None:
    policy, header = tmp_path / "policy.onnx", tmp_path / "exo_policy.h"
    checkpoint = str(run_folder / "checkpoint.pt")
    assert main(["export", checkpoint, "--output", str(policy), "--c-header", str(header)]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert str(policy) in first and "us a tick" in first
    assert str(header) in second and "us a tick" in second


def test_without_a_c_compiler_the_header_is_written_and_not_measured(
    run_folder: Path, tmp_path: Path, capsys, monkeypatch
) -> None:
    monkeypatch.setattr("exo_learning.compiled_policy.c_compiler", lambda: None)
    policy, header = tmp_path / "policy.onnx", tmp_path / "exo_policy.h"
    assert main(["export", str(run_folder), "--output", str(policy), "--c-header", str(header)]) == 0
    assert "not measured, there is no C compiler" in capsys.readouterr().out
    assert header.is_file()


@pytest.mark.parametrize(
    ("run", "message"),
    [("missing", "missing: no such checkpoint"), ("foreign.pt", "foreign.pt: not a checkpoint of exo train")],
)
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, capsys, run: str, message: str) -> None:
    pytest.importorskip("torch")
    (tmp_path / "foreign.pt").write_text("buffers: 1\n")
    policy = tmp_path / "policy.onnx"
    assert main(["export", str(tmp_path / run), "--output", str(policy)]) == 2
    assert message in capsys.readouterr().err
    assert not policy.exists()


@pytest.mark.parametrize("package", ["torch", "onnx"])
@pytest.mark.parametrize("command", [["export", "run"], ["bench", "policy"]])
def test_without_what_training_needs_the_fix_is_named(capsys, monkeypatch, package: str, command: list[str]) -> None:
    for name in [name for name in sys.modules if name.startswith("exo_learning")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    assert main(command) == 2
    assert f"needs {package}: " in (error := capsys.readouterr().err)
    assert "pip install -r requirements/train.txt" in error


def test_bench_policy_measures_onnx_and_c(capsys) -> None:
    pytest.importorskip("torch")
    assert main(["bench", "policy", "--ticks", "300", "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["ticks"] == 300
    for times in (result["onnx"], result["onnx_cpu"]):
        assert 0.0 < times["p50_us"] <= times["p99_us"] <= times["p999_us"] <= times["max_us"]
    assert result["c_tick_us"] > 0.0


def test_bench_policy_measures_a_file_without_torch(run_folder: Path, tmp_path: Path, capsys, monkeypatch) -> None:
    policy = str(tmp_path / "policy.onnx")
    assert main(["export", str(run_folder), "--output", policy]) == 0
    monkeypatch.setitem(sys.modules, "torch", None)
    assert main(["bench", "policy", "--ticks", "50", "--policy", policy]) == 0
    shown = capsys.readouterr().out
    assert "ONNX Runtime, wall time" in shown and "C header" not in shown


@pytest.mark.parametrize("ticks", ["0", "-1", "100000000"])
def test_bench_policy_needs_a_sensible_number_of_ticks(capsys, ticks: str) -> None:
    assert main(["bench", "policy", "--ticks", ticks]) == 2
    assert f"--ticks {ticks}: needs a number from 1 to" in capsys.readouterr().err
