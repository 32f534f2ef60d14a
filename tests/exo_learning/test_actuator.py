"""Delays and bandwidth of the drives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch")

from exo_control.joints import POLICY_PERIOD_S
from exo_learning.actuator import Actuator, TickDelay

EVERYONE = np.arange(3)


@given(st.lists(st.integers(0, 5), min_size=3, max_size=3), st.lists(st.floats(-9, 9), min_size=1, max_size=30))
def test_each_row_is_late_by_its_own_ticks(ticks: list[int], signal: list[float]) -> None:
    delay = TickDelay(3, 1, 5)
    delay.reset(EVERYONE, np.array(ticks), np.full((3, 1), 7.0))
    for k, value in enumerate(signal):
        late = delay.push(np.full((3, 1), value))[:, 0]
        assert late.tolist() == [signal[k - d] if k >= d else 7.0 for d in ticks]


def test_a_reset_row_forgets_and_the_others_do_not() -> None:
    delay = TickDelay(3, 1, 2)
    delay.reset(EVERYONE, np.full(3, 2), np.zeros((3, 1)))
    for value in (1.0, 2.0, 3.0):
        delay.push(np.full((3, 1), value))
    delay.reset(np.array([1]), np.array([1]), np.array([[9.0]]))
    assert delay.push(np.full((3, 1), 4.0))[:, 0].tolist() == [2.0, 9.0, 2.0]


def test_the_ideal_actuator_does_what_it_is_told_at_once() -> None:
    actuator = Actuator(3, 0)
    actuator.reset(EVERYONE, np.zeros(3, dtype=np.intp), np.full(3, np.inf))
    command = np.array([[1.0, -2.0], [3.0, 4.0], [0.0, 8.0]])
    assert actuator.torque(command).tolist() == command.tolist()


def test_a_step_rises_with_the_time_constant_of_the_bandwidth() -> None:
    actuator, bandwidth_hz = Actuator(3, 2), 4.0
    actuator.reset(EVERYONE, np.array([0, 1, 2]), np.full(3, bandwidth_hz))
    torque = np.array([actuator.torque(np.ones((3, 2))) for _ in range(30)])
    time_s = POLICY_PERIOD_S * np.arange(1, 31)
    expected = 1.0 - np.exp(-2.0 * np.pi * bandwidth_hz * time_s)
    np.testing.assert_allclose(torque[:, 0, 0], expected)
    np.testing.assert_allclose(torque[2:, 2, 1], expected[:-2])
    assert not torque[:2, 2].any()
