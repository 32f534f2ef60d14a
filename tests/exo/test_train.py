"""``exo train``: from a configuration to a policy that runs, and clear refusals."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

pytest.importorskip("torch")

from exo.cli import main
from exo_control.config_files import config_path
from exo_control.registry import make_policy


@pytest.fixture
def config(tmp_path: Path) -> Path:
    data = yaml.safe_load(config_path("training", "improved.yaml").read_text())
    data |= {"walkers": 4, "episode_s": 1.0, "buffers": 2}
    data["ppo"] |= {"buffer_ticks": 64, "minibatch": 32, "epochs": 1}
    data["evaluation"] |= {"every_buffers": 2, "walkers": 2, "seconds": 2.0}
    path = tmp_path / "tiny.yaml"
    path.write_text(yaml.safe_dump(data))
    return path


def test_training_ends_with_a_policy_that_the_policy_node_loads(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    arguments = ["train", "--config", str(config), "--output", str(folder), "--threads", "1"]
    assert main([*arguments, "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["finished"] is True
    assert result["buffers"] == 2
    assert set(result["baselines"]) == {"zero", "dofc"}
    assert result["evaluation"]["cot_net"] < result["evaluation"]["cot_gross"]
    policy = make_policy(result["policy"])
    torque = policy.torque(np.array([0.3, -0.1]), np.zeros(2), 0.0)
    assert np.abs(torque).max() <= 8.0
    manifest = json.loads((folder / "policy.json").read_text())
    assert manifest["training"]["seed"] == 1
    assert manifest["torque_limit_nm"] == 8.0

    assert main(arguments) == 2
    assert "add --resume" in capsys.readouterr().err
    assert main([*arguments, "--resume"]) == 0
    assert "wrote" in capsys.readouterr().out

    picture = tmp_path / "curves.png"
    assert main(["curves", str(folder), "--plot", str(picture), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out.splitlines()[-1])["runs"]
    assert (row["seed"], row["buffers"]) == (1, 2)
    expected = 100.0 * (result["evaluation"]["cot_net"] / result["baselines"]["zero"]["cot_net"] - 1.0)
    assert row["cot_net_change"] == pytest.approx(expected)
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_curves_of_a_folder_without_a_run_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["curves", str(tmp_path), "--plot", str(tmp_path / "curves.png")]) == 2
    assert str(tmp_path) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--config", "papper"], "did you mean 'paper'"),
        (["--config", "missing.yaml"], "missing.yaml: cannot read the file"),
        (["--minutes", "0"], "--minutes 0: needs a number above 0"),
        (["--threads", "0"], "--threads 0: needs 1 to 64"),
        (["--seed", "-1"], "--seed -1: needs 0 to"),
        (["--resume", "--output", "nowhere"], "no such checkpoint"),
    ],
)
def test_bad_arguments(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_bench_train_compares_with_stable_baselines3(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("stable_baselines3")
    assert main(["bench", "train", "--config", str(config), "--threads", "1", "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    ours = result["simulation_s"] + result["update_s"]
    theirs = result["sb3_simulation_s"] + result["sb3_update_s"]
    assert result["sb3_ratio"] == pytest.approx(theirs / ours)
    assert result["ticks_per_s"] == pytest.approx(64 / ours)
    assert result["training_minutes"] == pytest.approx(2 * ours / 60)
    assert main(["bench", "train", "--config", str(config), "--threads", "0"]) == 2
