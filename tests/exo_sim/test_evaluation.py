"""Walks of several conditions on the same seeds."""

import math
from pathlib import Path

import pytest

from exo_control.errors import ConfigError, PolicyError
from exo_control.registry import make_policy
from exo_safety.limits import load_limits
from exo_sim.assisted_walk import AssistedWalker
from exo_sim.disturbance import Disturbance
from exo_sim.evaluation import NO_EXO, Condition, Evaluation
from exo_sim.evaluation_settings import load_evaluation_settings
from exo_sim.gait import load_gait
from exo_sim.hip_encoders import SensorNoise
from exo_sim.human_model import HumanModel
from exo_sim.names import DEFAULT_GAIT
from exo_sim.walk_figures import walk_figures
from exo_sim.worker_pool import WorkerPool

SECONDS = 7.5
DOFC = Condition("dofc", "dofc", 8.0)
STRONG = {"gain_nm": 40.0, "peak_torque_nm": 15.0}


@pytest.fixture(scope="module")
def evaluation(model: HumanModel) -> Evaluation:
    return Evaluation(model, load_gait(DEFAULT_GAIT), load_evaluation_settings())


def test_the_shipped_settings_are_those_of_the_paper_and_the_task():
    settings = load_evaluation_settings()
    assert settings.sensor_noise == SensorNoise(0.05, 0.1)
    assert settings.disturbances == Disturbance(1.0, 0.0)


def test_a_walk_is_the_assisted_walk_with_noise_disturbances_and_limiter(evaluation: Evaluation, model: HumanModel):
    walker = AssistedWalker(
        model, evaluation.gait, make_policy("dofc"), limits=load_limits(), sensor_noise=SensorNoise(0.05, 0.1)
    )
    walk = walker.disturbed(SECONDS, Disturbance(1.0), 5)
    assert evaluation.walk(make_policy("dofc"), 8.0, SECONDS, 5) == walk_figures(walk, 5.0, 5, walker.safety_fault)


@pytest.mark.parametrize("peak_nm", [3.0, 8.0])
def test_the_limiter_caps_at_the_peak_torque(evaluation: Evaluation, peak_nm: float):
    figures = evaluation.walk(make_policy("dofc", STRONG), peak_nm, SECONDS, 1)
    assert figures.torque_peak_nm == pytest.approx(peak_nm)


def test_no_exo_is_the_zero_policy_under_any_cap(evaluation: Evaluation):
    without = evaluation.walk_condition(NO_EXO, SECONDS, 2)
    assert without == evaluation.walk_condition(Condition("zero", "zero", 15.0), SECONDS, 2)
    assert without.torque_peak_nm == 0.0


def test_walks_come_by_condition_and_seed_whatever_the_workers(evaluation: Evaluation):
    conditions, seeds, done = [NO_EXO, DOFC], [11, 12], []
    with WorkerPool(1) as pool:
        alone = evaluation.walks(conditions, SECONDS, seeds, pool, lambda: done.append(1))
    assert len(done) == 4
    assert [[walk.seed for walk in walks] for walks in alone] == [seeds, seeds]
    assert alone[1][0] == evaluation.walk_condition(DOFC, SECONDS, 11)
    assert alone[0][0] != alone[0][1]
    with WorkerPool(2) as pool:
        assert evaluation.walks(conditions, SECONDS, seeds, pool) == alone


def test_a_fall_is_told_with_its_time(model: HumanModel):
    settings = load_evaluation_settings()
    rough = settings.model_copy(update={"disturbance": settings.disturbance.model_copy(update={"torque_nm": 30.0})})
    figures = Evaluation(model, load_gait(DEFAULT_GAIT), rough).walk_condition(NO_EXO, 60.0, 1)
    assert figures.fell and figures.seconds < 60.0 and math.isnan(figures.cot_net)


@pytest.mark.parametrize(
    ("peak_nm", "seconds", "message"),
    [
        (0.0, 60.0, "peak torque 0 Nm: needs a number above 0, at most 15"),
        (15.1, 60.0, r"peak torque 15\.1 Nm"),
        (math.nan, 60.0, "peak torque nan Nm"),
        (8.0, 6.0, r"walks of 6 s: need 7 s \(the warm-up is left out\)"),
        (8.0, math.nan, "walks of nan s"),
        (8.0, math.inf, "walks of inf s"),
    ],
)
def test_what_cannot_be_evaluated_is_explained(evaluation: Evaluation, peak_nm: float, seconds: float, message: str):
    with pytest.raises(ConfigError, match=message):
        evaluation.check(peak_nm, seconds)


def test_a_policy_that_cannot_be_loaded_says_so_from_a_worker(evaluation: Evaluation):
    with WorkerPool(2) as pool, pytest.raises(PolicyError, match=r"nowhere\.onnx: no such file"):
        evaluation.walks([Condition("x", "nowhere.onnx", 8.0)], SECONDS, [1], pool)


def test_no_workers_is_refused():
    with pytest.raises(ConfigError, match="0 workers: needs at least 1"):
        WorkerPool(0)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("warm_up_s: 5.0", "warm_up: 5.0", "unknown key 'warm_up'.*did you mean 'warm_up_s'"),
        ("torque_nm: 1.0", "torque_nm: -1.0", r"disturbance\.torque_nm = -1\.0.*at least 0"),
        ("population: 16", "population: 3", r"bound\.population = 3.*at least 4"),
        ("[0.0, 0.04, 0.09]", "[0.0, 0.1]", r"bound\.delays_s\.1 = 0\.1: .*less than or equal to 0\.09"),
        ("[0.0, 0.04, 0.09]", "[0.045]", r"bound\.delays_s\.0 = 0\.045: .*multiple of the policy period of 0\.01 s"),
        ("[0.0, 0.04, 0.09]", "[]", r"bound\.delays_s = \[\]"),
    ],
)
def test_a_wrong_setting_is_named(repo_root: Path, tmp_path: Path, old: str, new: str, message: str):
    text = (repo_root / "config" / "evaluation.yaml").read_text()
    assert old in text
    path = tmp_path / "evaluation.yaml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ConfigError, match=message):
        load_evaluation_settings(path)
