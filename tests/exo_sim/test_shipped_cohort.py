"""The virtual subjects of config/subjects/cohort and their gaits."""

import pytest

from exo_sim.cohort_draw import draw_subject, subject_name
from exo_sim.cohort_folder import Walker, cohort_folder
from exo_sim.cohort_settings import load_cohort_settings
from exo_sim.disturbance import Disturbance
from exo_sim.gait_analysis import describe
from exo_sim.human_model import HumanModel
from exo_sim.walk import Walker as Walking

WALKERS = cohort_folder("cohort").walkers()
SETTINGS = load_cohort_settings()
SLOW = {"s17"}
"""Walks 7 cm/s slower than its gait is meant to; docs/cohort.md says so."""
ROBUST = [walker for walker in WALKERS if walker.survived >= SETTINGS.gait.wanted_of_20_at_8_nm]


def test_the_shipped_subjects_are_the_first_of_their_seed() -> None:
    assert len(WALKERS) == 20
    for index, walker in enumerate(WALKERS):
        drawn = draw_subject(SETTINGS, walker.subject.provenance["seed"], index)
        assert walker.name == subject_name(index)
        assert walker.subject.model_copy(update={"provenance": {}}) == drawn.model_copy(update={"provenance": {}})


@pytest.mark.parametrize("walker", WALKERS, ids=lambda walker: walker.name)
def test_a_shipped_gait_says_whose_it_is_and_where_it_comes_from(model: HumanModel, walker: Walker) -> None:
    made = walker.gait.provenance
    assert made["command"].startswith("exo cohort") and len(made["git_sha"]) >= 40
    assert made["human_sha256"] == walker.subject.scaled(model).content_hash()
    preferred = walker.subject.preferred_speed_m_s
    assert preferred is not None
    assert walker.gait.speed_m_s in [pytest.approx(part * preferred) for part in SETTINGS.gait.speed_parts]


def test_those_below_the_wanted_robustness_are_the_ones_that_the_guide_names() -> None:
    assert {walker.name for walker in WALKERS} - {walker.name for walker in ROBUST} == {"s05"}


@pytest.mark.parametrize("walker", ROBUST, ids=lambda walker: walker.name)
def test_a_robust_walker_walks_at_the_speed_of_its_gait_under_small_torques(model: HumanModel, walker: Walker) -> None:
    walking = Walking(walker.subject.scaled(model), walker.gait)
    for seed in range(3):
        walk = walking.disturbed(20.0, Disturbance(1.0), 100 + seed)
        assert not walk.fell
        speed_m_s = describe(walk)["speed_mps"]
        assert speed_m_s == pytest.approx(walker.gait.speed_m_s, abs=0.1 if walker.name in SLOW else 0.06)
