"""The gait cycle of a leg, followed in steps."""

import numpy as np
import pytest

from exo_nodes.view.gait_phase import LONGEST_STRIDE_S, GaitPhase

STRIDE_S, STANCE = 1.1, 0.6


def vertical_bw(time_s: float) -> float:
    """Body weight on the leg in the first 60 % of each stride."""
    return 1.0 if (time_s / STRIDE_S) % 1.0 < STANCE else 0.0


@pytest.mark.parametrize("frames_per_s", [30.0, 100.0])
def test_percent_goes_from_heel_strike_to_heel_strike(frames_per_s: float) -> None:
    phase, step = GaitPhase(), 1.0 / frames_per_s
    for time_s in np.arange(0.0, 8.0, step):
        phase.update(time_s, vertical_bw(time_s))
        assert phase.in_stance == (vertical_bw(time_s) > 0.0)
        percent = phase.percent(time_s)
        if time_s < 2.0 * STRIDE_S:
            assert percent is None  # one whole stride has to be seen
        elif time_s > 2.0 * STRIDE_S + step:
            assert percent is not None
            true = 100.0 * (time_s / STRIDE_S % 1.0)
            off = (percent - true + 50.0) % 100.0 - 50.0
            assert abs(off) < 100.0 * 2.0 * step / STRIDE_S + 0.1


def test_a_short_lift_is_no_swing() -> None:
    phase = GaitPhase()
    for time_s in np.arange(0.0, 3.0, 0.01):
        phase.update(time_s, 0.0 if time_s % 0.5 < 0.1 else 1.0)
    assert phase.percent(3.0) is None


def test_standing_has_no_cycle_and_a_new_walk_begins_anew() -> None:
    phase = GaitPhase()
    for time_s in np.arange(0.0, 4.0, 0.01):
        phase.update(time_s, vertical_bw(time_s))
    assert phase.percent(4.0) is not None
    assert phase.percent(4.0 + LONGEST_STRIDE_S) is None
    phase.update(0.0, 1.0)
    assert phase.percent(0.5) is None
