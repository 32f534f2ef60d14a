"""Fixtures of the simulator's tests."""

import pytest
from hypothesis import settings

from exo_sim.engine.model_arrays import ModelArrays, model_arrays
from exo_sim.human_model import HumanModel, load_human_model

settings.register_profile("compiled", deadline=None)  # the first example may compile a kernel
settings.load_profile("compiled")


@pytest.fixture(scope="session")
def model() -> HumanModel:
    return load_human_model()


@pytest.fixture(scope="session")
def arrays(model: HumanModel) -> ModelArrays:
    return model_arrays(model)
