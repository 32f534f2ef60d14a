"""Walks with a policy inside a gait search."""

import numpy as np
import pytest

from exo_control.errors import ConfigError, PolicyError
from exo_sim.assistance import Assistance
from exo_sim.disturbance import Disturbance
from exo_sim.engine import layout
from exo_sim.gait import Gait, load_gait
from exo_sim.gait_objective import GaitObjective, Stage, load_gait_optimisation
from exo_sim.gait_search import GaitSearch
from exo_sim.human_model import HumanModel
from exo_sim.walk import Walker

PERIODS = 300


@pytest.fixture(scope="module")
def gait() -> Gait:
    return load_gait("two_state")


def test_a_policy_without_torque_walks_as_nobody_assisted(model: HumanModel, gait: Gait) -> None:
    disturbances = Disturbance(4.0, 0.1).draw(PERIODS, np.random.default_rng(3))
    state, done, fell = Assistance("zero", 8.0).walker(model, gait, 0.0025).final(*disturbances)
    alone, done_alone, fell_alone = Walker(model, gait, 0.0025).final(*disturbances)
    assert (done, fell) == (done_alone, fell_alone) == (PERIODS, False)
    assert state[layout.POSITION] == pytest.approx(alone[layout.POSITION], abs=1e-6)
    energy = slice(layout.MUSCLE_ENERGY, layout.MUSCLE_ENERGY + layout.N_MUSCLES)
    assert state[energy] == pytest.approx(alone[energy], rel=1e-6)


def test_candidates_of_an_assisted_search_walk_with_the_torque(model: HumanModel, gait: Gait, repo_root) -> None:
    settings = load_gait_optimisation(repo_root / "config" / "gait_optimisation.yaml")
    stage = Stage(
        name="one", generations=1, sigma=0.1, disturbed_walks=0, start_nm=1.0, end_nm=1.0, growth=1.0, survive_part=0.5,
        weights={},
    )  # fmt: skip
    alone = GaitObjective(model, gait.controller, settings)
    assisted = GaitObjective(model, gait.controller, settings, Assistance("dofc", 8.0))
    vector = alone.vector(gait)
    without, with_exo = alone.undisturbed(vector, stage), assisted.undisturbed(vector, stage)
    assert without.survived and with_exo.survived
    assert with_exo.speed_m_s < without.speed_m_s - 0.03  # delayed output feedback slows this gait down


def test_a_checkpoint_of_another_assistance_is_refused(model: HumanModel, gait: Gait, repo_root, tmp_path) -> None:
    settings = load_gait_optimisation(repo_root / "config" / "gait_optimisation.yaml")
    GaitSearch(model, gait.controller, settings, gait, 1).save(tmp_path / "alone.checkpoint")
    assisted = GaitSearch(model, gait.controller, settings, gait, 1, assistance=Assistance("dofc", 8.0))
    with pytest.raises(ConfigError, match="with another assistance"):
        assisted.resume(tmp_path / "alone.checkpoint")


@pytest.mark.parametrize(("policy", "peak_nm"), [("dofc", 0.0), ("dofc", 20.0), ("doffc", 8.0)])
def test_bad_assistance_is_refused(policy: str, peak_nm: float) -> None:
    with pytest.raises((ConfigError, PolicyError), match=r"peak torque|unknown policy 'doffc'"):
        Assistance(policy, peak_nm)
