"""A gait search with walks in SCONE, on the double: nothing is learned here of how a gait walks in SCONE itself."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from shipped import load_gait

from exo.cli import main
from exo_control.config_files import config_path
from exo_control.errors import ConfigError
from exo_scone.errors import SconeError
from exo_scone.gait_parameters import parameters_to_gait
from exo_scone.gait_search import SconeGaitSearch
from exo_scone.par_file import read_par
from exo_scone.scone_walker import SconeWalker
from exo_sim import gait as gait_file
from exo_sim import robustness
from exo_sim.assistance import Assistance
from exo_sim.disturbance import Disturbance
from exo_sim.gait_objective import GaitObjective, load_gait_optimisation
from exo_sim.gait_search import GaitSearch
from exo_sim.human_model import HumanModel
from exo_sim.walk import Walker
from exo_sim.worker_pool import WorkerPool


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """The shipped settings with a tiny budget: one generation of a stage of the curriculum, with a disturbed walk."""
    data = yaml.safe_load(config_path("gait_optimisation.yaml").read_text())
    data |= {"nominal_s": 2.0, "disturbed_s": 2.0}
    data["search"] |= {"population": 4}
    data["stages"] = [data["stages"][1] | {"generations": 1, "disturbed_walks": 1}]
    data["adaptation"] = [data["adaptation"][0] | {"generations": 1}]
    path = tmp_path / "settings.yaml"
    path.write_text(yaml.safe_dump(data))
    return path


def test_the_command_searches_in_processes_of_scone_and_writes_gait_and_parameters(
    double: Path,
    settings: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(robustness, "LONG_WALK_S", 2.0)
    monkeypatch.setattr(robustness, "DISTURBED_WALKS", 2)
    monkeypatch.setattr(robustness, "DISTURBED_WALK_S", 1.0)
    output = tmp_path / "gait.yaml"
    command = ["optimize-gait", "--engine", "scone", "--controller", "two_state", "--start", "two_state"]
    arguments = ["--settings", str(settings), "--workers", "2", "--output", str(output), "--json"]
    assert main([*command, *arguments]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["gait"] == str(output) and result["par"] == str(tmp_path / "gait.par")
    assert {"speed_mps", "cot_gross", "survived_of_20_at_8_nm", "survived_of_20_pushes"} <= set(result)
    gait = gait_file.load_gait(str(output))
    assert gait.gains != load_gait("two_state").gains
    assert gait.provenance["generations"] == 1 and gait.provenance["evaluations"] == 4
    assert gait.provenance["scone"] == "2.4.4 (test double, not SCONE), opensim4"
    assert "--engine scone" in gait.provenance["command"]
    again = parameters_to_gait(read_par(tmp_path / "gait.par"), gait.controller, "gait.par")
    assert again.gains == gait.gains and again.offsets == gait.offsets and again.defaulted == []


def test_costs_and_the_curriculum_are_those_of_our_own_search(double: Path, model: HumanModel, settings: Path) -> None:
    tiny, gait = load_gait_optimisation(settings), load_gait("two_state")
    same_step = tiny.model_copy(update={"physics_step_s": 0.001})
    arguments = (model, gait.controller, same_step, gait, 3)
    with WorkerPool(1) as pool:
        theirs, ours = SconeGaitSearch(pool, "opensim4", *arguments, 1), GaitSearch(*arguments, 1)
        theirs.run()
        ours.run()
    assert theirs.progress.generation == 1 and theirs.progress.stage == "economy"
    assert theirs.progress.torque_nm == ours.progress.torque_nm
    assert theirs.progress.median_cost == pytest.approx(ours.progress.median_cost, rel=0.02)
    assert theirs.gait().gains == pytest.approx(ours.gait().gains, rel=1e-6)


def test_checkpoints_of_the_engines_are_not_mixed_up(
    double: Path, model: HumanModel, settings: Path, tmp_path: Path
) -> None:
    tiny, gait = load_gait_optimisation(settings), load_gait("two_state")
    arguments = (model, gait.controller, tiny, gait, 3)
    with WorkerPool(1) as pool:
        searches = [SconeGaitSearch(pool, name, *arguments, 1) for name in ("opensim4", "hyfydy")]
        searches[0].save(tmp_path / "scone.checkpoint")
        GaitSearch(*arguments).save(tmp_path / "own.checkpoint")
        searches[0].resume(tmp_path / "scone.checkpoint")
        with pytest.raises(ConfigError, match="another search, with another human, engine"):
            searches[1].resume(tmp_path / "scone.checkpoint")
        with pytest.raises(ConfigError, match="another search, with another human, engine"):
            searches[0].resume(tmp_path / "own.checkpoint")
        with pytest.raises(ConfigError, match="another search, with another human"):
            GaitSearch(*arguments).resume(tmp_path / "scone.checkpoint")


def test_a_walk_in_a_process_is_that_of_our_engine_with_and_without_assistance(double: Path, model: HumanModel) -> None:
    gait, disturbance = load_gait("two_state"), Disturbance(torque_nm=2.0, push_m_s=0.05)
    assistance = Assistance("dofc", 4.0)
    with WorkerPool(1) as pool:
        walk = SconeWalker(pool, model, gait).disturbed(1.0, disturbance, 7)
        assisted = SconeWalker(pool, model, gait, assistance).disturbed(1.0, disturbance, 7)
    own = Walker(model, gait).disturbed(1.0, disturbance, 7)
    assert walk.joint() == pytest.approx(own.joint(), abs=0.01)
    assert not walk.torque_nm.any() and 1.0 < np.abs(assisted.torque_nm).max() <= 4.0


def test_a_failure_of_the_integrator_is_a_fall_to_the_search_and_an_error_to_a_person(
    double: Path, model: HumanModel, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fake_model

    from exo_scone.people import make_scone_human

    gait, tiny = load_gait("two_state"), load_gait_optimisation(settings)
    human = make_scone_human(model, gait)  # which imports the double
    advance = fake_model.Model.advance_simulation_to

    def fails(self: fake_model.Model, time_s: float) -> None:
        if time_s > 0.5:
            raise RuntimeError("Integrator step size too small")
        advance(self, time_s)

    monkeypatch.setattr(fake_model.Model, "advance_simulation_to", fails)
    with pytest.raises(SconeError, match=r"SCONE failed at 0.505 s: Integrator step size too small"):
        for _ in range(60):
            human.step(np.zeros(2))
    with WorkerPool(1) as pool:
        walker = SconeWalker(pool, model, gait)
        _, done, fell = walker.final(np.zeros((100, 2)), np.zeros(100))
        assert fell and done == 51
        search = SconeGaitSearch(pool, "opensim4", model, gait.controller, tiny, gait, 3, 1)
        objective = search._objective
        evaluation = objective.undisturbed(objective.vector(gait), tiny.stages[0])
    own = GaitObjective(model, gait.controller, tiny)
    assert not evaluation.survived and np.isfinite(evaluation.cost)
    assert evaluation.cost > own.undisturbed(own.vector(gait), tiny.stages[0]).cost


def test_without_scone_the_command_says_what_to_do(
    no_scone: None, settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "gait.yaml"
    assert main(["optimize-gait", "--engine", "scone", "--settings", str(settings), "--output", str(output)]) == 2
    assert "SCONE is not installed" in capsys.readouterr().err and not output.exists()
