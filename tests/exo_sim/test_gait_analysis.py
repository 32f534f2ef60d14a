import numpy as np
import pytest

from exo_sim.gait_analysis import (
    CYCLE_PERCENT,
    cycles,
    ground_reaction_peaks,
    heel_strikes,
    load_norm,
)


def test_human_norm_has_the_known_landmarks():
    norm = load_norm()
    assert CYCLE_PERCENT[np.argmax(norm.knee)] == pytest.approx(72, abs=4)
    assert np.degrees(norm.knee.max()) == pytest.approx(62, abs=4)
    assert np.degrees(norm.hip.min()) == pytest.approx(-19, abs=3)
    assert CYCLE_PERCENT[np.argmin(norm.ankle)] == pytest.approx(64, abs=4)


def stance_and_swing(stance: int, swing: int, strides: int) -> np.ndarray:
    return np.tile(np.r_[np.ones(stance), np.zeros(swing)], strides)


def test_heel_strikes_are_found_once_per_stride():
    force = np.r_[np.zeros(30), stance_and_swing(60, 40, 4)]
    assert heel_strikes(force).tolist() == [30, 130, 230, 330]


def test_a_scuffing_foot_in_swing_is_not_a_heel_strike_of_its_own():
    force = np.r_[np.zeros(30), stance_and_swing(60, 40, 3)]
    force[30 + 60 + 5] = 0.5  # touches 50 ms after toe-off
    assert heel_strikes(force).tolist() == [30, 130, 230]


def test_cycles_are_resampled_between_strikes():
    values = np.arange(300.0)
    cut = cycles(values, np.array([100, 150, 250]))
    assert cut.shape == (2, 101)
    assert cut[0, [0, 50, 100]].tolist() == [100.0, 125.0, 150.0]
    assert cut[1, [0, 50, 100]].tolist() == [150.0, 200.0, 250.0]


def test_cycles_without_two_strikes_are_empty():
    assert cycles(np.arange(10.0), np.array([3])).shape == (0, 101)


def test_ground_reaction_peaks_of_a_double_humped_curve():
    x = np.linspace(0.0, 1.0, 61)
    curve = np.r_[np.interp(x, [0, 0.25, 0.5, 0.75, 1.0], [0.1, 1.1, 0.7, 1.05, 0.1]), np.zeros(40)]
    first, valley, second = ground_reaction_peaks(curve)
    assert (first, valley, second) == pytest.approx((1.1, 0.7, 1.05), abs=0.01)


def test_the_heel_strike_that_ends_the_cycle_is_not_part_of_its_stance():
    percent = np.arange(101.0)
    curve = np.where(percent < 60.0, 0.7, 0.0)
    curve[12], curve[46] = 1.15, 1.11
    assert ground_reaction_peaks(curve) == (1.15, 0.7, 1.11)
    curve[100] = 0.2
    assert ground_reaction_peaks(curve) == (1.15, 0.7, 1.11)
