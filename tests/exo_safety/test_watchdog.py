"""The watchdog, alone and with the limiter."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exo_control.joints import POLICY_PERIOD_S
from exo_safety.watchdog import Watchdog


def test_no_command_yet_is_infinitely_old() -> None:
    watchdog = Watchdog(0.05)
    assert watchdog.age_s(12.0) == math.inf
    assert watchdog.expired(12.0)


def test_age_counts_from_the_newest_command() -> None:
    watchdog = Watchdog(0.05)
    watchdog.feed(1.0)
    watchdog.feed(1.02)
    assert watchdog.age_s(1.05) == pytest.approx(0.03)
    assert not watchdog.expired(1.069)
    assert watchdog.expired(1.071)


def test_a_clock_that_went_back_expires_the_command() -> None:
    watchdog = Watchdog(0.05)
    watchdog.feed(1.0)
    assert not watchdog.expired(0.995)  # arrived just after the clock was read
    assert watchdog.expired(0.5)


@given(phase=st.floats(0.0, POLICY_PERIOD_S), period=st.floats(0.002, POLICY_PERIOD_S), command=st.floats(-15, 15))
def test_torque_is_zero_within_the_fault_age_after_the_last_command(make_rig, phase, period, command) -> None:
    rig = make_rig(soft_start_s=0.01).activate()
    watchdog = Watchdog(rig.limits.command_age_fault_s)
    rig.hold(20, [command, -command])
    last_command_s = rig.now_s - phase
    watchdog.feed(last_command_s)
    held_until_s = last_command_s
    for _ in range(60):
        result = rig.tick([command, -command], command_age_s=watchdog.age_s(rig.now_s + period), dt_s=period)
        if result.torque_nm.any():
            held_until_s = rig.now_s + POLICY_PERIOD_S
    assert held_until_s <= last_command_s + 0.05 + 1e-9
    assert result.fault is not None
