"""Who walks in training."""

import pytest

from exo_control.errors import ConfigError
from exo_learning.population import population
from exo_learning.training_config import TrainingConfig
from exo_sim.subject import load_subject

from .configurations import changed


def test_gaits_are_taken_in_turn_by_one_subject(paper: TrainingConfig) -> None:
    people, walkers = population(changed(paper, gaits=["two_state", "geyer_herr"], walkers=5, ppo__buffer_ticks=5120))
    assert [gait.controller.name for _, gait in people] == ["two_state", "geyer_herr"]
    assert walkers == [3, 2]
    assert {model.mass_kg for model, _ in people} == {load_subject("reference").mass_kg}


def test_masses_are_spread_evenly(paper: TrainingConfig) -> None:
    people, walkers = population(changed(paper, walkers=4, randomisation__body_mass_kg=[60.0, 90.0]))
    assert [model.mass_kg for model, _ in people] == pytest.approx([60.0, 70.0, 80.0, 90.0])
    assert walkers == [1, 1, 1, 1]


def test_each_gait_may_have_a_subject_of_its_own(paper: TrainingConfig) -> None:
    names = ["cohort/s01", "cohort/s02"]
    people, walkers = population(changed(paper, subject=names, gaits=names, walkers=4))
    assert walkers == [2, 2]
    for (model, gait), name in zip(people, names, strict=True):
        subject = load_subject(name)
        assert model.mass_kg == subject.mass_kg
        assert gait.speed_m_s == subject.preferred_speed_m_s


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"subject": ["reference", "small"]}, "2 for 1 gaits"),
        ({"subject": ["reference"], "randomisation__body_mass_kg": [60.0, 90.0]}, "body_mass_kg"),
    ],
)
def test_subjects_that_do_not_fit_are_refused(paper: TrainingConfig, changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        changed(paper, **changes)


def test_a_subject_that_is_not_there_is_named(paper: TrainingConfig) -> None:
    with pytest.raises(ConfigError, match="nobody"):
        population(changed(paper, subject=["nobody"]))
