"""Virtual subjects."""

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from exo_control.config_files import config_path
from exo_control.errors import ConfigError
from exo_sim.cohort_draw import draw_subject, subject_name
from exo_sim.cohort_settings import CohortSettings, load_cohort_settings


@pytest.fixture(scope="module")
def settings() -> CohortSettings:
    return load_cohort_settings()


@given(seed=st.integers(0, 2**20 - 1), index=st.integers(0, 999))
def test_every_subject_lies_within_the_ranges(settings: CohortSettings, seed: int, index: int) -> None:
    subject = draw_subject(settings, seed, index)
    assert settings.range.height_m[0] <= subject.height_m <= settings.range.height_m[1]
    low, high = settings.range.bmi_kg_m2
    assert low - 0.05 <= subject.mass_kg / subject.height_m**2 <= high + 0.05  # the mass is rounded to 0.1 kg
    assert settings.range.strength[0] <= subject.strength <= settings.range.strength[1]
    low, high = settings.range.preferred_speed_m_s
    assert subject.preferred_speed_m_s is not None and low <= subject.preferred_speed_m_s <= high
    assert draw_subject(settings, seed, index) == subject


def test_groups_take_turns_and_tall_subjects_are_heavier(settings: CohortSettings) -> None:
    subjects = [draw_subject(settings, 1, index) for index in range(400)]
    assert [one.provenance["group"] for one in subjects[:4]] == ["women", "men", "women", "men"]
    height = np.array([one.height_m for one in subjects])
    assert np.corrcoef(height, [one.mass_kg for one in subjects])[0, 1] > 0.5
    assert abs(np.corrcoef(height[::2], [one.strength for one in subjects[::2]])[0, 1]) < 0.2
    assert np.mean(height[::2]) == pytest.approx(settings.groups["women"].height_m.mean, abs=0.01)


def test_other_seeds_and_other_places_give_other_subjects(settings: CohortSettings) -> None:
    drawn = {(one.mass_kg, one.height_m) for one in (draw_subject(settings, s, i) for s in (1, 2) for i in (0, 2))}
    assert len(drawn) == 4
    assert [subject_name(index) for index in (0, 19, 99)] == ["s01", "s20", "s100"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"range": {"height_m": [1.9, 1.5]}}, r"height_m = \[1.9, 1.5\]: the first needs to be below the second"),
        ({"groups": {"men": {"height_m": {"mean": 2.2}}}}, r"groups.men.height_m.mean = 2.2 is outside its range"),
        ({"groups": {"men": {"height_m": {"sd": 0.0}}}}, r"groups.men.height_m.sd = 0.0.*above 0"),
    ],
)
def test_a_wrong_distribution_is_named(tmp_path, change, message: str) -> None:
    (tmp_path / "cohort.yaml").write_text(config_path("cohort.yaml").read_text())
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({"base": "cohort", **change}))
    with pytest.raises(ConfigError, match=message):
        load_cohort_settings(path)
