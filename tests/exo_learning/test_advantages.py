"""Advantages by hand; test_sb3_oracle has the comparison with stable-baselines3."""

import numpy as np
import pytest

pytest.importorskip("torch")

from exo_learning.advantages import generalised_advantages


def test_two_ticks_by_hand() -> None:
    reward, value = np.array([[1.0], [2.0]]), np.array([[0.5], [0.25]])
    going_on = np.zeros((2, 1), dtype=bool)
    advantage = generalised_advantages(reward, value, going_on, np.array([4.0]), 0.9, 0.8)
    second = 2.0 + 0.9 * 4.0 - 0.25
    first = 1.0 + 0.9 * 0.25 - 0.5 + 0.9 * 0.8 * second
    np.testing.assert_allclose(advantage[:, 0], [first, second])


def test_nothing_of_the_next_walk_counts_for_the_one_before() -> None:
    reward, value = np.array([[1.0], [50.0]]), np.array([[0.5], [70.0]])
    done = np.array([[True], [False]])
    advantage = generalised_advantages(reward, value, done, np.array([90.0]), 0.9, 0.8)
    assert advantage[0, 0] == pytest.approx(1.0 - 0.5)


def test_with_lambda_1_the_target_is_the_discounted_return() -> None:
    rng = np.random.default_rng(0)
    reward, value = rng.normal(size=(2, 30, 3))
    going_on = np.zeros((30, 3), dtype=bool)
    last = rng.normal(size=3)
    target = generalised_advantages(reward, value, going_on, last, 0.97, 1.0) + value
    expected = sum(0.97**k * reward[k] for k in range(30)) + 0.97**30 * last
    np.testing.assert_allclose(target[0], expected)
