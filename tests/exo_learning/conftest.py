"""Fixtures of the tests of training: small configurations, one thread."""

import pytest

torch = pytest.importorskip("torch")

from exo_learning.training_config import TrainingConfig, load_training_config  # noqa: E402

from .configurations import changed  # noqa: E402


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def paper() -> TrainingConfig:
    return load_training_config("paper")


@pytest.fixture(scope="session")
def tiny(paper: TrainingConfig) -> TrainingConfig:
    """Four walkers, short walks, buffers of 64 ticks: a training of milliseconds."""
    return changed(
        paper,
        walkers=4,
        episode_s=0.3,
        buffers=4,
        randomisation__hip_disturbance_nm=2.0,
        ppo__epochs=2,
        ppo__buffer_ticks=64,
        ppo__minibatch=32,
        ppo__normalise_observations=True,
        ppo__normalise_values=True,
        evaluation__every_buffers=2,
        evaluation__walkers=2,
        evaluation__seconds=2.0,
    )
