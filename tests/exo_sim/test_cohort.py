"""Cohorts: searches, what they are stored under, and going on after an interruption."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from exo_control.config_files import config_path
from exo_control.errors import ConfigError
from exo_sim import gait_task
from exo_sim.cohort import SEEDS, Cohort
from exo_sim.cohort_folder import cohort_folder
from exo_sim.cohort_settings import CohortSettings, load_cohort_settings
from exo_sim.gait import load_gait
from exo_sim.gait_objective import load_gait_optimisation
from exo_sim.gait_task import GaitTask, make_gait_task
from exo_sim.human_model import HumanModel
from exo_sim.subject import Subject
from exo_sim.worker_pool import WorkerPool

FIGURES = {"speed_mps": 1.3, "cot_gross": 5.0, "survived_of_20_at_8_nm": 20, "survived_of_20_pushes": 20}


@pytest.fixture
def settings() -> CohortSettings:
    """The shipped cohort, with a search of two generations."""
    data = load_cohort_settings().model_dump()
    first = load_gait_optimisation(config_path("gait_optimisation.yaml")).adaptation[0].model_dump()
    data["gait"].update(population=4, stages=[first | {"generations": 2, "disturbed_walks": 0}])
    return CohortSettings.model_validate(data)


@pytest.fixture(autouse=True)
def quick_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Certifying a gait takes seconds, and has tests of its own."""
    monkeypatch.setattr(gait_task, "certify", lambda model, gait: dict(FIGURES))


def task(model: HumanModel, settings: CohortSettings, seed: int = 3, **subject: float) -> GaitTask:
    person = Subject(**{"mass_kg": 70.0, "height_m": 1.75, "strength": 0.9, "preferred_speed_m_s": 1.3, **subject})
    return make_gait_task("s01", person, settings.gait, load_gait(settings.gait.start), model, seed)


def test_the_hash_changes_with_each_input_and_with_nothing_else(model: HumanModel, settings: CohortSettings) -> None:
    one = task(model, settings)
    assert task(model, settings).key == one.key
    assert replace(one, name="s02").key == one.key
    assert task(model, settings, preferred_speed_m_s=1.3).key == one.key
    start = replace(one.start, gains={**one.start.gains, next(iter(one.start.gains)): 0.123})
    placed = replace(one.start, offsets={**one.start.offsets, "forward_velocity": 0.123})
    reflexes = replace(one.start, controller=one.start.controller.model_copy(update={"name": "mine"}))
    others = [
        task(model, settings, seed=4),
        task(model, settings, mass_kg=70.1),
        task(model, settings, height_m=1.76),
        task(model, settings, strength=0.91),
        task(model, settings, preferred_speed_m_s=1.31),
        replace(one, settings=one.settings.model_copy(update={"nominal_s": 7.0})),
        replace(one, start=start),
        replace(one, start=placed),
        replace(one, start=reflexes),
        replace(one, version="another"),
    ]
    assert len({one.key, *(other.key for other in others)}) == 1 + len(others)


def test_strength_scales_forces_only(model: HumanModel) -> None:
    weak = Subject(mass_kg=70.0, height_m=1.7, strength=0.8).scaled(model)
    usual = Subject(mass_kg=70.0, height_m=1.7).scaled(model)
    for name, muscle in weak.muscles.items():
        assert muscle.f_max_n == pytest.approx(0.8 * usual.muscles[name].f_max_n)
        assert muscle.model_copy(update={"f_max_n": 1.0}) == usual.muscles[name].model_copy(update={"f_max_n": 1.0})
    assert weak.model_copy(update={"muscles": {}}) == usual.model_copy(update={"muscles": {}})
    with pytest.raises(ConfigError, match="strength = 2 is outside"):
        model.scaled(strength=2.0)


def test_a_gait_that_is_not_robust_is_searched_again_and_the_most_robust_one_kept(
    settings: CohortSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    survived = iter([20, 5, 9, 7])  # s01, then three attempts of s02
    monkeypatch.setattr(gait_task, "certify", lambda model, gait: {**FIGURES, "survived_of_20_at_8_nm": next(survived)})
    gait = settings.gait.model_copy(update={"attempts": 3, "speed_parts": [1.0]})
    persistent = settings.model_copy(update={"gait": gait})
    cohort = Cohort(persistent, 2, 5, tmp_path, {"command": "exo cohort", "git_sha": "abc"})
    found: list[None] = []
    walkers = cohort.search(WorkerPool(1), False, on_gait=lambda: found.append(None))
    assert [walker.survived for walker in walkers] == [20, 9]
    assert len(found) == 2 and len(list((tmp_path / "store").glob("*.yaml"))) == 4
    seeds = [walker.gait.provenance["seed"] for walker in walkers]
    assert seeds == [5000, (5 + SEEDS) * 1000 + 1]


def test_who_finds_no_robust_gait_at_the_drawn_speed_walks_slower(
    settings: CohortSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    survived = iter([3, 4, 16])
    monkeypatch.setattr(gait_task, "certify", lambda model, gait: {**FIGURES, "survived_of_20_at_8_nm": next(survived)})
    slower = settings.model_copy(
        update={"gait": settings.gait.model_copy(update={"attempts": 2, "speed_parts": [1.0, 0.85, 0.7]})}
    )
    cohort = Cohort(slower, 1, 5, tmp_path, {})
    (walker,) = cohort.search(WorkerPool(1), False)
    drawn = walker.subject.preferred_speed_m_s
    assert drawn is not None and walker.survived == 16
    assert walker.gait.provenance["settings"]["target_speed_m_s"] == pytest.approx(0.85 * drawn)
    assert walker.gait.provenance["seed"] == (5 + 2 * SEEDS) * 1000


def test_a_folder_with_other_people_is_refused(settings: CohortSettings, tmp_path: Path) -> None:
    Cohort(settings, 2, 5, tmp_path, {})
    Cohort(settings, 3, 5, tmp_path, {"command": "more of the same"})
    with pytest.raises(ConfigError, match=r"1 more subjects are there \(s03 to s03\)"):
        Cohort(settings, 2, 5, tmp_path, {})
    with pytest.raises(ConfigError, match=r"s01.yaml: is another person"):
        Cohort(settings, 3, 6, tmp_path, {})


class Interrupted(WorkerPool):
    """One worker that is killed after some tasks."""

    def __init__(self, after: int) -> None:
        super().__init__(1)
        self.after, self.done = after, []

    def completed(self, function, tasks: Sequence):
        for number, result in super().completed(function, tasks):
            if number == self.after:
                raise KeyboardInterrupt
            self.done.append(tasks[number][0].name)
            yield number, result


def test_an_interrupted_cohort_goes_on_and_does_nothing_twice(settings: CohortSettings, tmp_path: Path) -> None:
    def cohort(output: str, count: int = 3) -> Cohort:
        return Cohort(settings, count, 5, tmp_path / output, {"command": "exo cohort", "git_sha": "abc"})

    first = Interrupted(after=1)
    with pytest.raises(KeyboardInterrupt):
        cohort("a").search(first, checkpoints=True)
    assert [one.name for one in cohort("a").unfinished] == ["s02", "s03"]
    again = Interrupted(after=9)
    walkers = cohort("a").search(again, checkpoints=True)
    assert (first.done, again.done) == (["s01"], ["s02", "s03"])
    assert [walker.name for walker in walkers] == ["s01", "s02", "s03"]
    assert cohort("a").unfinished == []
    assert list((tmp_path / "a" / "store").glob("*.checkpoint")) == []
    whole = cohort("b", count=2).search(WorkerPool(1), checkpoints=False)
    for one, other in zip(walkers, whole, strict=False):
        assert dict(one.gait.gains) == dict(other.gait.gains)
        assert one.subject == other.subject


def test_a_cohort_is_read_back_with_where_it_comes_from(settings: CohortSettings, tmp_path: Path) -> None:
    Cohort(settings, 2, 5, tmp_path, {"command": "exo cohort", "git_sha": "abc"}).search(WorkerPool(1), False)
    walkers = cohort_folder(str(tmp_path)).walkers()
    assert [walker.name for walker in walkers] == ["s01", "s02"]
    assert walkers[0].survived == 20
    assert walkers[0].subject.provenance == {
        "command": "exo cohort",
        "git_sha": "abc",
        "seed": 5,
        "index": 0,
        "group": "women",
    }
    made = walkers[1].gait.provenance
    assert (made["command"], made["subject"], made["seed"], made["generations"]) == ("exo cohort", "s02", 5001, 2)
    assert {"numpy", "numba", "cma", "python"} <= set(made["versions"])
    (tmp_path / "gaits" / "s02.yaml").unlink()
    with pytest.raises(ConfigError, match="no gait of s02"):
        cohort_folder(str(tmp_path)).walkers()
    with pytest.raises(ConfigError, match="has no subjects"):
        cohort_folder(str(tmp_path / "none")).walkers()


def test_a_search_goes_on_from_its_checkpoint(model: HumanModel, settings: CohortSettings, tmp_path: Path) -> None:
    one = task(model, settings)
    whole = one.run()
    checkpoint = tmp_path / "gait.checkpoint"
    search = gait_task.GaitSearch(one.model, one.start.controller, one.settings, one.start, one.seed, 1)
    search.run(checkpoint, minutes=0.0)
    assert search.progress.generation == 1
    assert dict(one.run(checkpoint).gains) == dict(whole.gains)


def test_a_worker_with_another_version_of_the_code_refuses(model: HumanModel, settings: CohortSettings) -> None:
    with pytest.raises(ConfigError, match="another version of exo"):
        replace(task(model, settings), version="another").run()


def test_a_subject_without_a_speed_is_named(model: HumanModel, settings: CohortSettings) -> None:
    person = Subject(mass_kg=70.0, height_m=1.75)
    with pytest.raises(ConfigError, match=r"s07: preferred_speed_m_s is missing"):
        make_gait_task("s07", person, settings.gait, load_gait(settings.gait.start), model, 1)
