"""Signals over the gait cycle."""

import numpy as np
import pytest

from exo_analysis.gait_cycles import mean_cycle, whole_strides
from exo_control.errors import ExoError

TIME_S = 0.01 * np.arange(1001)
EVENTS_S = np.arange(0.5, 9.9, 1.0)


def test_strides_lie_between_events() -> None:
    strides = whole_strides(EVENTS_S, TIME_S)
    assert strides[:, 0].tolist() == EVENTS_S[:-1].tolist()
    assert strides[:, 1].tolist() == EVENTS_S[1:].tolist()


@pytest.mark.parametrize(("gap", "lost"), [((3.1, 3.3), [2.5]), ((3.45, 3.55), [2.5, 3.5]), ((3.1, 3.12), [])])
def test_strides_with_a_gap_in_them_are_left_out(gap: tuple[float, float], lost: list[float]) -> None:
    begin, end = gap
    outside = np.logical_or(begin > TIME_S, end < TIME_S)
    begins = whole_strides(EVENTS_S, TIME_S[outside])[:, 0]
    assert sorted(set(EVENTS_S[:-1].tolist()) - set(begins.tolist())) == lost


def test_pauses_and_doubled_events_are_no_strides() -> None:
    events = np.array([0.5, 1.5, 1.6, 2.6, 7.0, 8.0])
    assert whole_strides(events, TIME_S).tolist() == [[0.5, 1.5], [1.6, 2.6], [7.0, 8.0]]
    assert whole_strides(np.array([9.5, 10.5]), TIME_S).shape == (0, 2)
    assert whole_strides(events, np.empty(0)).shape == (0, 2)
    assert whole_strides(np.array([1.0]), TIME_S).shape == (0, 2)


def test_mean_and_spread_over_strides() -> None:
    strides = whole_strides(EVENTS_S, TIME_S)
    offset = np.floor(TIME_S - 0.5) % 2.0  # every second stride is higher by one
    cycle = mean_cycle(TIME_S, np.sin(2.0 * np.pi * (TIME_S - 0.5)) + offset, strides[:8])
    inside = slice(2, 99)
    assert cycle.strides == 8
    expected = np.sin(2.0 * np.pi * np.linspace(0.0, 1.0, 101)) + 0.5
    np.testing.assert_allclose(cycle.mean[inside], expected[inside], atol=2e-3)
    np.testing.assert_allclose(cycle.sd[inside], np.sqrt(8.0 / 7.0) * 0.5, atol=1e-9)


def test_one_stride_has_no_spread_and_none_no_mean() -> None:
    strides = whole_strides(EVENTS_S, TIME_S)
    assert mean_cycle(TIME_S, TIME_S, strides[:1]).sd.tolist() == [0.0] * 101
    with pytest.raises(ExoError, match="no whole stride"):
        mean_cycle(TIME_S, TIME_S, strides[:0])
