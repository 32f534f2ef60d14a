"""Sine and cosine against the C library."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exo_sim.engine.trigonometry import sine_cosine


@given(st.floats(-1e5, 1e5))
def test_agrees_with_the_c_library(angle: float) -> None:
    assert sine_cosine(angle) == pytest.approx((math.sin(angle), math.cos(angle)), abs=4e-16)


@pytest.mark.parametrize("eighth", range(-17, 18))
def test_agrees_at_multiples_of_an_eighth_turn(eighth: int) -> None:
    angle = eighth * math.pi / 4.0
    assert sine_cosine(angle) == pytest.approx((math.sin(angle), math.cos(angle)), abs=4e-16)


def test_keeps_nan_visible() -> None:
    assert all(math.isnan(x) for x in sine_cosine(math.nan))
