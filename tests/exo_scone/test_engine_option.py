"""--engine scone of the commands, and engine:=scone of the node's person, on the double."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import yaml
from shipped import load_gait

from exo.cli import main
from exo.trial_plan import plan_trial
from exo_control.config_files import config_path
from exo_control.errors import ConfigError
from exo_nodes.lifecycle import StartError
from exo_nodes.person import PERSON, make_native_person, make_person
from exo_scone.engines import ENGINES
from exo_scone.errors import SconeError
from exo_scone.people import human_maker
from exo_scone.scenario import write_scenario
from exo_scone.scone_human import SconeHuman
from exo_sim.evaluation import NO_EXO, Evaluation
from exo_sim.evaluation_settings import load_evaluation_settings
from exo_sim.human_model import HumanModel

VALUES = {parameter.name: parameter.default for parameter in PERSON}


def test_exo_walk_walks_in_scone(double: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["walk", "--seconds", "2", "--noise-nm", "2", "--json"]
    speeds = []
    for engine in ("scone", "native"):
        assert main([*arguments, "--engine", engine]) == 0
        speeds.append(json.loads(capsys.readouterr().out.splitlines()[-1])["speed_mps"])
    assert speeds[0] == pytest.approx(speeds[1], rel=1e-6)


@pytest.mark.parametrize("command", [["walk"], ["evaluate"], ["train", "--output", "run"]])
def test_without_scone_each_command_says_what_to_do(
    no_scone: None,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*command, "--engine", "scone"]) == 2
    error = capsys.readouterr().err
    assert "SCONE is not installed" in error and "SCONE_PATH" in error
    assert list(tmp_path.glob("run*")) == []


def test_evaluation_walks_in_scone_also_where_a_worker_process_gets_it(double: Path, model: HumanModel) -> None:
    settings = load_evaluation_settings().model_copy(update={"warm_up_s": 0.5})
    evaluation = Evaluation(model, load_gait("two_state"), settings, human_maker("scone"))
    figures = pickle.loads(pickle.dumps(evaluation.walk_condition))(NO_EXO, 2.5, 1)
    own = Evaluation(model, load_gait("two_state"), settings).walk_condition(NO_EXO, 2.5, 1)
    assert figures.speed_mps == pytest.approx(own.speed_mps, rel=1e-5)


def test_exo_evaluate_tunes_and_compares_in_scone_as_in_our_own_engine(
    double: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = yaml.safe_load(config_path("evaluation.yaml").read_text())
    data["warm_up_s"] = 0.5
    data["dofc"].update(delays_s=[0.2], gains_per_peak=[1.0], seeds=1, seconds=2.6)
    settings = tmp_path / "settings.yaml"
    settings.write_text(yaml.safe_dump(data))
    command = ["evaluate", "--gait", "two_state", "--law", "none", "--policy", "zero", "--settings", str(settings)]
    rows = []
    for engine in ("scone", "native"):
        words = ["--engine", engine, "--seeds", "1", "--seconds", "2.6", "--workers", "1", "--json"]
        assert main([*command, *words]) == 0
        result = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert result["engine"] == engine
        rows.append({row["name"]: row for row in result["conditions"]})
    theirs, ours = rows
    assert list(theirs) == list(ours) == ["no exo", "DOFC tuned", "zero"]
    assert theirs["zero"]["cot_net_change"] == 0.0
    assert theirs["DOFC tuned"]["cot_net_change"] == pytest.approx(ours["DOFC tuned"]["cot_net_change"], abs=1.0)
    assert theirs["DOFC tuned"]["torque_rms_nm"] == pytest.approx(ours["DOFC tuned"]["torque_rms_nm"], rel=1e-3)


def test_the_person_of_a_node_walks_in_scone(double: Path, model: HumanModel, tmp_path: Path) -> None:
    person = make_person({**VALUES, "engine": "scone"})
    assert isinstance(person._motion.human, SconeHuman)
    person.reset()
    assert person.time_s == 0.0
    person.step(np.zeros(2))
    assert person.time_s == pytest.approx(0.01)
    files = write_scenario(tmp_path, model, load_gait("two_state"), ENGINES["opensim4"])
    own = make_person({**VALUES, "engine": "scone", "gait": str(files.model)})
    assert isinstance(own._motion.human, SconeHuman)
    with pytest.raises(StartError, match="emulated drives need 1 ms"):
        make_native_person({**VALUES, "engine": "scone"})


def test_without_scone_the_node_says_what_to_do(no_scone: None) -> None:
    with pytest.raises(SconeError, match="SCONE is not installed"):
        make_person({**VALUES, "engine": "scone"})


LAUNCH_ARGUMENTS = {
    "policy": "zero", "engine": "scone", "gait": "two_state", "subject": "reference", "seed": "0", "duration": "1",
    "real_time_factor": "1", "lockstep": "true", "record": "false", "trial_dir": "", "rviz": "false",
    "namespace": "", "policy_params": "", "simulation_params": "",
}  # fmt: skip


def test_without_scone_the_launch_argument_says_what_to_do(no_scone: None) -> None:
    with pytest.raises(ConfigError, match=r"^launch argument engine:=scone: SCONE is not installed: no sconepy on"):
        plan_trial(LAUNCH_ARGUMENTS)


def test_launch_arguments_take_scone_where_it_is(double: Path, tmp_path: Path) -> None:
    assert plan_trial(LAUNCH_ARGUMENTS).engine == "scone"
    recorded = plan_trial({**LAUNCH_ARGUMENTS, "record": "true", "trial_dir": str(tmp_path / "trial")})
    assert "test double, not SCONE" in recorded.custom_data()["scone"]
    own = tmp_path / "my.scone"
    with pytest.raises(ConfigError, match="no such file"):
        plan_trial({**LAUNCH_ARGUMENTS, "gait": str(own)})
    own.write_text("ModelOpenSim4 { }")
    assert plan_trial({**LAUNCH_ARGUMENTS, "gait": str(own)}).gait == str(own)
    with pytest.raises(ConfigError, match=r"unknown gait|my\.scone"):
        plan_trial({**LAUNCH_ARGUMENTS, "engine": "native", "gait": str(own)})
