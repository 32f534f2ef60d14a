"""Likeness of curves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from exo_analysis.similarity import best_cycle_likeness, best_likeness, normalised_cross_correlation
from exo_control.errors import ExoError

CURVE = np.random.default_rng(3).normal(size=200).cumsum()


signals = arrays(np.float64, 101, elements=st.floats(-100.0, 100.0)).filter(lambda a: np.abs(a).max() > 1e-3)


@given(signals, st.floats(0.01, 100.0))
def test_cross_correlation_of_a_scaled_copy_is_one(signal: np.ndarray, scale: float) -> None:
    assert normalised_cross_correlation(signal, scale * signal) == pytest.approx(1.0)
    assert normalised_cross_correlation(signal, -signal) == pytest.approx(-1.0)


@given(signals, signals)
def test_cross_correlation_is_symmetric_and_bounded(a: np.ndarray, b: np.ndarray) -> None:
    r = normalised_cross_correlation(a, b)
    assert abs(r) <= 1.0 + 1e-12
    assert r == pytest.approx(normalised_cross_correlation(b, a))


def test_cross_correlation_keeps_the_mean_as_wren_defines_it() -> None:
    a, b = np.array([1.0, 2.0]), np.array([2.0, 1.0])
    assert normalised_cross_correlation(a, b) == pytest.approx(4.0 / 5.0)


@given(st.integers(-40, 40))
def test_a_delay_is_found(delay: int) -> None:
    a, b = CURVE[50:150], CURVE[50 - delay : 150 - delay]  # b(t) = a(t - delay)
    found = best_likeness(a, b, 50)
    assert found.lag == delay and found.r == pytest.approx(1.0)


@given(st.integers(-50, 49))
def test_a_delay_within_the_cycle_is_found(delay: int) -> None:
    cycle = CURVE[:100]
    late = np.roll(cycle, delay)
    found = best_cycle_likeness(np.append(cycle, cycle[0]), np.append(late, late[0]))
    assert found.lag == delay and found.r == pytest.approx(1.0)


def test_a_lag_of_nothing_is_not_found() -> None:
    with pytest.raises(ExoError, match="a curve is zero throughout"):
        best_cycle_likeness(CURVE, np.zeros_like(CURVE))
    with pytest.raises(ExoError, match="needs two of one length, 3 or more"):
        best_cycle_likeness(CURVE, CURVE[1:])


def test_without_a_lag_it_is_the_plain_likeness() -> None:
    b = CURVE[::-1].copy()
    assert best_likeness(CURVE, b, 0).r == pytest.approx(normalised_cross_correlation(CURVE, b))


def test_what_cannot_be_compared() -> None:
    with pytest.raises(ExoError, match="needs two of one length"):
        best_likeness(CURVE, CURVE[1:], 3)
    with pytest.raises(ExoError, match="lag of 101 samples: needs 0 to 100"):
        best_likeness(CURVE, CURVE, 101)
