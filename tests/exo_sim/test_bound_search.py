"""The search for the direct bound: its law, its cost, and its resumption."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from exo_control.errors import ConfigError
from exo_control.feedback_law import FeedbackLaw, LawFile, load_law
from exo_sim.bound_search import BoundSearch, law_cost, law_file, law_scales, law_vector, walk_law
from exo_sim.evaluation_settings import load_evaluation_settings
from exo_sim.walk_figures import WalkFigures
from exo_sim.worker_pool import WorkerPool

SETTINGS = load_evaluation_settings().bound
BASE = WalkFigures(1, 4.0, False, "", 1.25, 5.0, 4.0, 500.0, 0.04, 0.02, 0.0, 0.0, 0.0, 0.0)


def fallen(seconds: float) -> WalkFigures:
    return WalkFigures(1, seconds, True, "")


def cost(*walks: WalkFigures) -> float:
    return law_cost(SETTINGS, 4.0, walks, (BASE,) * len(walks))


def test_a_candidate_has_six_weights_per_delay_and_a_bias_in_their_scales():
    scales = law_scales(SETTINGS)
    assert scales == pytest.approx([1.0, 1.0, 0.3, 0.3, 0.5, 0.5] * 3 + [0.3])
    file = law_file(SETTINGS, 8.0, np.arange(19.0), {"who": "test"})
    assert [term.delay_s for term in file.terms] == [0.0, 0.04, 0.09]
    assert file.terms[1].weights() == pytest.approx(scales[6:12] * np.arange(6.0, 12.0))
    assert file.bias == pytest.approx(0.3 * 18.0)
    assert (file.torque_limit_nm, file.provenance) == (8.0, {"who": "test"})


def test_a_law_to_start_from_keeps_its_small_torques_at_another_peak():
    rng = np.random.default_rng(0)
    law = law_file(SETTINGS, 8.0, 3e-3 * rng.standard_normal(19), {})
    assert law_vector(SETTINGS, 8.0, law) * law_scales(SETTINGS) == pytest.approx(
        [*(w for term in law.terms for w in term.weights()), law.bias]
    )
    stronger = law_file(SETTINGS, 15.0, law_vector(SETTINGS, 15.0, law), {})
    window = rng.standard_normal((10, 6))
    as_action = np.array([1.0, 1.0, 1.0, 1.0, 15.0 / 8.0, 15.0 / 8.0])  # the same torques are actions of another size
    torque = 8.0 * FeedbackLaw(law).action(window * as_action)
    assert 15.0 * FeedbackLaw(stronger).action(window) == pytest.approx(torque, rel=3e-3)


def test_a_law_of_other_delays_is_no_start():
    other = law_file(SETTINGS.model_copy(update={"delays_s": [0.0, 0.05, 0.09]}), 8.0, np.zeros(19), {})
    with pytest.raises(ConfigError, match=r"the law to start from has delays_s \[0.0, 0.05, 0.09\]"):
        law_vector(SETTINGS, 8.0, other)


def test_the_cost_is_the_change_of_the_net_cost_of_transport():
    assert cost(replace(BASE, cot_net=3.6)) == pytest.approx(-10.0)
    assert cost(BASE, BASE) == 0.0


@pytest.mark.parametrize("speed", [1.25 * 1.019, 1.25 * 0.981])
def test_a_small_change_of_speed_is_free(speed: float):
    assert cost(replace(BASE, speed_mps=speed)) == pytest.approx(0.0)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_change_of_speed_beyond_costs_its_square(sign: float):
    assert cost(replace(BASE, speed_mps=1.25 * (1.0 + 0.04 * sign))) == pytest.approx(2.0 * 2.0**2)


def test_falling_costs_more_than_any_saving_and_early_more_than_late():
    early, late = cost(fallen(0.5)), cost(fallen(3.9))
    assert early > late > 50.0 > cost(replace(BASE, cot_net=1.0))
    assert cost(fallen(2.0), replace(BASE, cot_net=3.6)) == pytest.approx(0.5 * (75.0 - 10.0))


def test_a_seed_on_which_the_person_falls_without_exoskeleton_says_nothing():
    walks = (replace(BASE, cot_net=3.6), fallen(1.0))
    assert law_cost(SETTINGS, 4.0, walks, (BASE, fallen(1.0))) == pytest.approx(-10.0)
    with pytest.raises(ConfigError, match="falls in every walk without exoskeleton"):
        law_cost(SETTINGS, 4.0, walks, (fallen(1.0), fallen(1.0)))


@pytest.fixture(scope="module")
def pool():
    with WorkerPool(1) as one:
        yield one


def test_a_resumed_search_ends_with_the_law_of_an_uninterrupted_one(short_evaluation, tmp_path: Path, pool: WorkerPool):
    evaluation, checkpoint = short_evaluation(), tmp_path / "law.checkpoint"
    whole = BoundSearch(evaluation, 8.0, seed=3)
    reports = []
    whole.run(pool, report=lambda progress: reports.append(progress.generation))
    assert reports == [1, 2, 3] and whole.progress.walks == 3 * 4 * 2
    first = BoundSearch(evaluation, 8.0, seed=3)
    first.run(pool, checkpoint, minutes=0.0)  # one generation
    second = BoundSearch(evaluation, 8.0, seed=3)
    second.resume(checkpoint)
    assert second.progress.generation == 1
    second.run(pool, checkpoint)
    assert second.law({}).file == whole.law({}).file
    other = BoundSearch(evaluation, 8.0, seed=4)
    other.run(pool, minutes=0.0)
    assert other.law({}).file != first.law({}).file


def test_a_checkpoint_of_another_search_is_refused_by_name(short_evaluation, tmp_path: Path):
    checkpoint = tmp_path / "law.checkpoint"
    evaluation = short_evaluation(generations=1)
    BoundSearch(evaluation, 8.0, seed=3).save(checkpoint)
    with pytest.raises(ConfigError, match=r"law\.checkpoint: .*with another seed, peak torque;"):
        BoundSearch(evaluation, 15.0, seed=4).resume(checkpoint)
    with pytest.raises(ConfigError, match="with another settings"):
        BoundSearch(short_evaluation(generations=2), 8.0, seed=3).resume(checkpoint)
    gait = replace(evaluation.gait, offsets={"forward_velocity": 0.5})
    with pytest.raises(ConfigError, match="with another gait"):
        BoundSearch(replace(evaluation, gait=gait), 8.0, seed=3).resume(checkpoint)
    checkpoint.write_bytes(b"nonsense")
    with pytest.raises(ConfigError, match=r"law\.checkpoint: not a checkpoint of a search for a bound"):
        BoundSearch(evaluation, 8.0, seed=3).resume(checkpoint)


def test_the_search_finds_the_law_of_the_lowest_cost(short_evaluation, tmp_path: Path):
    observation, wanted = np.ones((10, 6)), np.array([0.5, 0.5])

    def distance(law: LawFile) -> float:
        return float(np.abs(FeedbackLaw(law).action(observation) - wanted).sum())

    class NoWalks:
        """In place of walking, the cost of transport is how far a law's action is from the wanted one."""

        def map(self, function, tasks, on_done=lambda: None):
            if function is walk_law:
                return [replace(BASE, cot_net=1.0 + distance(law)) for _, law, *_ in tasks]
            return [replace(BASE, seed=seed) for _, _, seed in tasks]

    search = BoundSearch(short_evaluation(generations=60, population=10), 8.0, seed=1)
    assert distance(search.law({}).file) == 1.0
    search.run(NoWalks())
    assert distance(search.law({}).file) < 0.1
    search.law({"seed": 1}).save(tmp_path / "law.yaml")
    assert load_law(tmp_path / "law.yaml").file == search.law({"seed": 1}).file
