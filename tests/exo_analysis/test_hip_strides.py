"""Strides from hip angles, against made-up walks and against the heel strikes of the simulated person."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exo_analysis.hip_strides import find_strides, step_asymmetry_percent
from exo_control.errors import ExoError
from exo_sim.disturbance import Disturbance
from exo_sim.gait import load_gait
from exo_sim.gait_analysis import heel_strikes
from exo_sim.human_model import load_human_model
from exo_sim.names import COORDINATES
from exo_sim.walk import Walker

TIME_S = np.arange(0.0, 30.0, 0.01)


def hip(stride_s: float, shift: float = 0.0, noise_rad: float = 0.0) -> np.ndarray:
    """A hip that walks: a main swing with a second harmonic, as in the norm."""
    phase = 2.0 * np.pi * (TIME_S / stride_s - shift)
    angle = 0.15 + 0.35 * np.cos(phase) + 0.05 * np.cos(2.0 * phase)
    return angle + noise_rad * np.random.default_rng(0).normal(size=len(angle))


@settings(max_examples=30)
@given(st.floats(0.8, 1.8), st.floats(0.0, 0.03))
def test_stride_time_and_range(stride_s: float, noise_rad: float) -> None:
    strides = find_strides(TIME_S, hip(stride_s, noise_rad=noise_rad))
    assert strides.stride_s.mean() == pytest.approx(stride_s, rel=0.01)
    assert strides.cadence_steps_min == pytest.approx(120.0 / stride_s, rel=0.01)
    assert len(strides.stride_s) in range(int(30.0 / stride_s) - 2, int(30.0 / stride_s) + 1)
    # The curve's extremes: 0.55 at its peak, and where the second harmonic flattens the other side.
    assert strides.range_rad.mean() == pytest.approx(np.ptp(hip(stride_s)), abs=0.05)


@pytest.mark.parametrize("shift", [0.5, 0.45, 0.6])
def test_uneven_steps(shift: float) -> None:
    right, left = find_strides(TIME_S, hip(1.1)), find_strides(TIME_S, hip(1.1, shift))
    assert step_asymmetry_percent(right, left) == pytest.approx(100.0 * (2.0 * shift - 1.0), abs=0.5)


def test_the_simulated_person_strides_as_its_heels_strike() -> None:
    gait = load_gait("two_state")
    walk = Walker(load_human_model(gait.human), gait).disturbed(15.0, Disturbance(), 0)
    angle = walk.joint()[:, COORDINATES.index("hip_r")]
    strides = find_strides(0.01 * np.arange(len(angle)), angle)
    strikes_s = 0.01 * heel_strikes(walk.ground_reaction_bw[:, 0, 1])
    inside = strides.peaks_s[(strides.peaks_s > 3.0) & (strides.peaks_s < 14.0)]
    nearest = np.array([strikes_s[np.abs(strikes_s - peak).argmin()] for peak in inside])
    # The thigh is foremost a moment before the heel strikes, the same in each stride.
    assert np.ptp(nearest - inside) < 0.05
    assert np.diff(inside).mean() == pytest.approx(np.diff(nearest).mean(), abs=0.005)


def test_who_stands_has_no_strides() -> None:
    with pytest.raises(ExoError, match=r"the hip moves 0\.00 rad; walking moves it by 0\.2 rad"):
        find_strides(TIME_S, np.zeros_like(TIME_S))
    with pytest.raises(ExoError, match="strides need 5 s of walking or more"):
        find_strides(TIME_S[:100], hip(1.1)[:100])
    with pytest.raises(ExoError, match="needs one angle per time"):
        find_strides(TIME_S, hip(1.1)[:-1])
    with pytest.raises(ExoError, match="are these of one walk"):
        step_asymmetry_percent(find_strides(TIME_S, hip(1.1)), find_strides(TIME_S + 100.0, hip(1.1)))
