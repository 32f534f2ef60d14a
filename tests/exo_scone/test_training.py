"""Training with walkers in SCONE, on the double: processes that simulate, walks that begin and go on as they should."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import yaml

pytest.importorskip("torch")

from shipped import load_gait

from exo.cli import main
from exo_control.config_files import config_path
from exo_control.registry import make_policy
from exo_learning import start_states
from exo_learning.batches import make_batch
from exo_learning.errors import TrainingError
from exo_learning.training_config import TrainingConfig, load_training_config
from exo_learning.walker_batch import Body, WalkerBatch
from exo_scone.errors import SconeError
from exo_scone.people import make_scone_human
from exo_sim.human_model import HumanModel

TORQUE_NM = np.array([[2.0, -1.0], [0.0, 3.0]])


def test_a_batch_in_scone_walks_begins_and_is_restored_as_our_own(double: Path, model: HumanModel) -> None:
    gait = load_gait("two_state")
    body = Body.of(model, gait)
    theirs, ours = make_batch("scone", [(model, gait)], [body], [2], 2), WalkerBatch([body], [2])
    assert len({process._process.pid for process in theirs._processes} | {os.getpid()}) == 3
    push = np.zeros(2)
    for _ in range(15):
        theirs.step(TORQUE_NM, push)
        ours.step(TORQUE_NM, push)
    assert theirs.hip_position_rad == pytest.approx(ours.hip_position_rad, abs=1e-6)
    assert theirs.com_forward_velocity_m_s == pytest.approx(ours.com_forward_velocity_m_s, abs=1e-6)
    assert theirs.activation == pytest.approx(ours.activation, abs=1e-6)
    assert theirs.time_s == pytest.approx(ours.time_s)

    free = make_scone_human(model, gait)
    for _ in range(7):
        free.step(np.zeros(2))
    theirs.begin([1], [7], [free.state()])
    assert np.array_equal(theirs.states[1], free.state())

    theirs.step(TORQUE_NM, push)
    saved, states = theirs.snapshot(), theirs.states.copy()
    theirs.step(TORQUE_NM, push)
    after = theirs.states.copy()
    theirs.restore(saved)
    assert np.array_equal(theirs.states, states)
    theirs.step(TORQUE_NM, push)
    assert np.array_equal(theirs.states, after)
    saved[0][0, 3] += 0.1
    with pytest.raises(TrainingError, match="SCONE or the gait has changed"):
        theirs.restore(saved)
    theirs.close()


def test_what_scone_refuses_reaches_the_trainer(
    double: Path, monkeypatch: pytest.MonkeyPatch, model: HumanModel
) -> None:
    monkeypatch.setenv("FAKE_SCONE_ENGINES", "none")
    gait = load_gait("two_state")
    with pytest.raises(SconeError, match="has neither Hyfydy nor OpenSim"):
        make_batch("scone", [(model, gait)], [Body.of(model, gait)], [1], 1)


def test_exo_train_learns_in_processes_of_scone(
    double: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(start_states, "LEAD_IN_S", 1.0)
    monkeypatch.setattr(start_states, "STARTS_S", (0.1, 0.3))
    data = yaml.safe_load(config_path("training", "improved.yaml").read_text())
    data |= {"walkers": 2, "episode_s": 0.5, "buffers": 1}
    data["ppo"] |= {"buffer_ticks": 16, "minibatch": 16, "epochs": 1}
    data["evaluation"] |= {"every_buffers": 1, "walkers": 2, "seconds": 2.0}
    config = tmp_path / "tiny.yaml"
    config.write_text(yaml.safe_dump(data))
    command = ["train", "--engine", "scone", "--config", str(config), "--output", str(tmp_path / "run")]
    assert main([*command, "--threads", "2", "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["buffers"], result["finished"]) == (1, True)
    assert set(result["baselines"]) == {"zero", "dofc"}
    policy = make_policy(result["policy"])
    assert np.abs(policy.torque(np.array([0.3, -0.1]), np.zeros(2), 0.0)).max() <= 8.0


def test_the_engine_is_part_of_a_configuration_only_where_it_is_not_our_own() -> None:
    native: TrainingConfig = load_training_config("paper")
    assert native.engine == "native"
    assert native.model_copy(update={"engine": "scone"}).sha256() != native.sha256()
    assert "engine" in native.model_dump()
