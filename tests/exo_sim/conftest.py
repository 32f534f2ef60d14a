"""Fixtures of the simulator's tests."""

from collections.abc import Callable

import pytest

from exo_sim.engine.model_arrays import ModelArrays, model_arrays
from exo_sim.evaluation import Evaluation
from exo_sim.evaluation_settings import EvaluationSettings, load_evaluation_settings
from exo_sim.gait import load_gait
from exo_sim.human_model import HumanModel, load_human_model
from exo_sim.names import DEFAULT_GAIT


@pytest.fixture(scope="session")
def model() -> HumanModel:
    return load_human_model()


@pytest.fixture(scope="session")
def arrays(model: HumanModel) -> ModelArrays:
    return model_arrays(model)


@pytest.fixture(scope="session")
def short_evaluation(model: HumanModel) -> Callable[..., Evaluation]:
    """Makes evaluations of the default gait: walks of a few seconds, a grid of four, a small search; or as given."""

    def make(**bound: object) -> Evaluation:
        data = load_evaluation_settings().model_dump()
        data["warm_up_s"] = 2.0
        data["dofc"].update(delays_s=[0.15, 0.25], gains_per_peak=[0.5, 1.0], seeds=2, seconds=4.0)
        search = {"population": 4, "generations": 3, "seeds": 2, "seed_generations": 2, "seconds": 4.0}
        data["bound"].update({**search, **bound})
        return Evaluation(model, load_gait(DEFAULT_GAIT), EvaluationSettings.model_validate(data))

    return make
