"""Exploration noise: normal at every tick, correlated as asked for."""

import numpy as np
import pytest

pytest.importorskip("torch")

from exo_learning.exploration import ExplorationNoise


@pytest.mark.parametrize("correlation", [0.0, 0.9])
def test_noise_has_unit_variance_and_the_correlation_asked_for(correlation: float) -> None:
    noise, rng = ExplorationNoise(500, correlation), np.random.default_rng(0)
    draws = np.stack([noise.draw(rng) for _ in range(60)])
    assert draws.shape == (60, 500, 2)
    assert draws.std(axis=(1, 2)) == pytest.approx(np.ones(60), abs=0.1)
    assert np.mean(draws[1:] * draws[:-1]) == pytest.approx(correlation, abs=0.02)
    assert np.mean(draws[..., 0] * draws[..., 1]) == pytest.approx(0.0, abs=0.03)


def test_without_correlation_the_numbers_are_those_of_the_generator() -> None:
    noise, rng = ExplorationNoise(3, 0.0), np.random.default_rng(1)
    draws = [noise.draw(rng) for _ in range(3)]
    again = np.random.default_rng(1)
    np.testing.assert_array_equal(draws, [again.standard_normal((3, 2)) for _ in range(3)])
