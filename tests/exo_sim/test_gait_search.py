from pathlib import Path

import numpy as np
import pytest

from exo_control.config_files import config_path, load_config
from exo_control.errors import ConfigError
from exo_sim.gait import initial_gait, load_gait
from exo_sim.gait_objective import FALLEN_COST_OF_TRANSPORT, GaitObjective, GaitOptimisation
from exo_sim.gait_search import GaitSearch
from exo_sim.human_model import HumanModel
from exo_sim.reflex_controller import ReflexController, load_reflex_controller


@pytest.fixture(scope="module")
def settings() -> GaitOptimisation:
    """The shipped settings with short walks and two stages of two generations."""
    data = load_config(config_path("gait_optimisation.yaml"), GaitOptimisation).model_dump()
    data |= {"nominal_s": 3.0, "disturbed_s": 2.0}
    data["search"] |= {"population": 6, "seed_generations": 1}
    stage = {"name": "first", "generations": 2, "sigma": 0.3, "disturbed_walks": 1, "growth": 1.5, "survive_part": 0.3}
    data["stages"] = [
        stage | {"start_nm": 1.0, "end_nm": 2.0},
        stage | {"name": "second", "start_nm": 3.0, "end_nm": 3.0},
    ]
    return GaitOptimisation.model_validate(data)


@pytest.fixture(scope="module")
def controller() -> ReflexController:
    return load_reflex_controller("two_state")


def search(model: HumanModel, controller: ReflexController, settings: GaitOptimisation, **changes) -> GaitSearch:
    arguments = {"start": load_gait("two_state"), "seed": 3, "workers": 2} | changes
    return GaitSearch(model, controller, settings, **arguments)


def test_same_seed_finds_the_same_gait_with_any_number_of_workers(model, controller, settings):
    one, two = search(model, controller, settings, workers=1), search(model, controller, settings, workers=3)
    one.run()
    two.run()
    assert one.gait().gains == two.gait().gains
    assert one.progress.generation == one.generations == 4


def test_a_resumed_search_equals_an_uninterrupted_one(model, controller, settings, tmp_path: Path):
    whole = search(model, controller, settings)
    whole.run()
    checkpoint = tmp_path / "gait.checkpoint"
    first = search(model, controller, settings)
    first.run(checkpoint, minutes=0.0)  # one generation
    assert first.progress.generation == 1
    second = search(model, controller, settings)
    second.resume(checkpoint)
    second.run(checkpoint)
    assert second.gait().gains == whole.gait().gains
    assert second.gait().offsets == whole.gait().offsets


def test_a_search_lowers_its_cost(model, controller, settings):
    data = settings.model_dump()
    data["stages"] = [data["stages"][0] | {"generations": 12, "growth": 1.0, "end_nm": 1.0, "disturbed_walks": 0}]
    costs = []
    run = search(model, controller, GaitOptimisation.model_validate(data), start=initial_gait(controller))
    run.run(report=lambda progress: costs.append(progress.best_cost))
    assert min(costs[6:]) < costs[0]


def test_a_checkpoint_of_another_search_is_refused_by_name(model, controller, settings, tmp_path: Path):
    checkpoint = tmp_path / "gait.checkpoint"
    run = search(model, controller, settings)
    run.run(checkpoint, minutes=0.0)
    with pytest.raises(ConfigError, match="another seed"):
        search(model, controller, settings, seed=4).resume(checkpoint)
    with pytest.raises(ConfigError, match="human"):
        search(model.scaled(mass_kg=60.0), controller, settings).resume(checkpoint)


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"\x80\x04."])
def test_a_damaged_checkpoint_is_refused_with_its_name(model, controller, settings, tmp_path: Path, content: bytes):
    checkpoint = tmp_path / "gait.checkpoint"
    checkpoint.write_bytes(content)
    with pytest.raises(ConfigError, match=r"gait\.checkpoint: not a checkpoint"):
        search(model, controller, settings).resume(checkpoint)


def test_a_search_with_no_room_for_its_checkpoint_keeps_the_last_one(model, controller, settings, tmp_path: Path):
    checkpoint = tmp_path / "gait.checkpoint"
    run = search(model, controller, settings)
    run.run(checkpoint, minutes=0.0)
    before = checkpoint.read_bytes()
    (tmp_path / "gait.partial").mkdir()  # writing the next one fails
    with pytest.raises(OSError, match="partial"):
        run.save(checkpoint)
    assert checkpoint.read_bytes() == before


def test_a_found_gait_survives_saving_and_loading(model, controller, settings, tmp_path: Path):
    run = search(model, controller, settings)
    run.run(minutes=0.0)
    gait = run.gait()
    path = tmp_path / "found.yaml"
    gait.save(path)
    loaded = load_gait(str(path))
    assert loaded.gains == pytest.approx(gait.gains, abs=1e-6)
    assert loaded.controller == controller


def test_a_stage_can_weigh_the_terms_its_own_way(model, controller, settings):
    objective = GaitObjective(model, controller, settings)
    good = objective.vector(load_gait("two_state"))
    stage = settings.stages[0]
    dear = stage.model_copy(update={"weights": {"trunk_lean": 2.0 * settings.weights.trunk_lean}})
    plain, doubled = (objective.undisturbed(good, s).terms for s in (stage, dear))
    assert doubled["trunk_lean"] == pytest.approx(2.0 * plain["trunk_lean"])
    assert doubled["cost_of_transport"] == plain["cost_of_transport"]


def test_an_unknown_term_in_a_stage_is_named(settings):
    data = settings.model_dump()
    data["stages"][0]["weights"] = {"trunk_leen": 1.0}
    with pytest.raises(ValueError, match="unknown term 'trunk_leen'; did you mean 'trunk_lean'"):
        GaitOptimisation.model_validate(data)


def test_a_candidate_and_its_gait_stand_for_each_other(model, controller, settings):
    objective = GaitObjective(model, controller, settings)
    vector = objective.vector(initial_gait(controller)) + 0.01
    assert objective.vector(objective.gait(vector)) == pytest.approx(vector)


def test_falling_costs_more_than_any_walk_and_earlier_falls_cost_more(model, controller, settings):
    objective = GaitObjective(model, controller, settings)
    good = objective.vector(load_gait("two_state"))
    stage = settings.stages[0].model_copy(update={"weights": {"cost_of_transport": 100.0}})
    walking = objective.undisturbed(good, stage)
    assert np.isfinite(walking.cost_of_transport)
    limp = np.zeros_like(good)
    limp[0] = good[0]
    fallen = objective.undisturbed(limp, stage)
    assert not fallen.survived
    assert fallen.cost > walking.cost


def test_disturbed_falls_cost_and_an_unpromising_candidate_counts_as_fallen(model, controller, settings):
    objective, stage = GaitObjective(model, controller, settings), settings.stages[0]
    walking = objective.undisturbed(objective.vector(load_gait("two_state")), stage)
    assert objective.disturbed(walking, stage, torque_nm=0.0, seed=0).cost == walking.cost
    toppled = objective.disturbed(walking, stage, torque_nm=200.0, seed=0)
    assert not toppled.survived
    assert walking.cost < toppled.cost < objective.unpromising(walking, stage).cost


def test_a_part_of_what_disturbed_walks_cost_more_counts(model, controller, settings):
    objective, stage = GaitObjective(model, controller, settings), settings.stages[0]
    steady = stage.model_copy(update={"disturbed_cost_part": 0.5, "weights": {"cost_of_transport": 10.0}})
    walking = objective.undisturbed(objective.vector(load_gait("two_state")), steady)
    fallen = 10.0 * 0.5 * (FALLEN_COST_OF_TRANSPORT - walking.cost_of_transport)
    for torque_nm in (8.0, 200.0):
        plain, counted = (objective.disturbed(walking, s, torque_nm, seed=0) for s in (stage, steady))
        assert plain.survived == counted.survived == (torque_nm < 100.0)
        if plain.survived:
            assert 0.01 < abs(counted.cost - plain.cost) < fallen
        else:
            assert counted.cost == pytest.approx(plain.cost + fallen)
    difference = objective.unpromising(walking, steady).cost - objective.unpromising(walking, stage).cost
    assert difference == pytest.approx(fallen)


def test_unknown_and_wrong_keys_of_a_gait_file_are_named(tmp_path: Path, controller):
    gait = initial_gait(controller)
    path = tmp_path / "broken.yaml"
    gait.save(path)
    text = path.read_text()
    for old, new, message in (
        ("S11111.soleus.KF", "S11111.soleus.KX", r"no parameter 'S11111.soleus.KX'.*S11111.soleus.KF"),
        ("controller: two_state", "controller: three_state", "three_state"),
        ("speed_m_s: 1.3", "speed_m_s: fast", "speed_m_s"),
        ("speed_m_s: 1.3", "speed_m_s: 1.3\nspeed: 1.3", "unknown key 'speed'"),
    ):
        path.write_text(text.replace(old, new))
        with pytest.raises(ConfigError, match=message):
            load_gait(str(path))


def test_an_unknown_gait_names_the_known_ones():
    with pytest.raises(ConfigError, match=r"unknown gait 'gayer_herr'.*geyer_herr"):
        load_gait("gayer_herr")
