"""The safety limiter: its states, and one scenario per rule that fails when the rule is taken out."""

import math
from collections.abc import Callable
from enum import Enum

import numpy as np
import pytest

from exo_control.errors import ExoError
from exo_control.joints import JOINT_NAMES, TORQUE_CEILING_NM
from exo_safety.limiter import LimiterError, SafetyLimiter
from exo_safety.limits import SafetyLimits
from exo_safety.rules import CHECKS, SHAPING, WARNINGS
from exo_safety.status import Fault, LimiterResult, Rule, State

RIGHT, LEFT = JOINT_NAMES
PUSH = (8.0, -8.0)


# One scenario per rule. ``arm`` is called with each rig before it is used: the mutation test takes the rule out there.


def torque_cap(make_rig, arm) -> None:
    rig = arm(make_rig().activate())
    result = rig.hold(30, (1e9, -1e9))
    assert result.torque_nm.tolist() == [8.0, -8.0]
    assert Rule.TORQUE_CAP in result.rules


def soft_start(make_rig, arm) -> None:
    rig = arm(make_rig())
    rig.limiter.start()
    for tick in range(200):
        result = rig.tick(PUSH)
        assert np.abs(result.torque_nm).max() <= 8.0 * tick * 0.01 / 2.0 + 1e-9
        assert result.state is State.RAMP
        assert Rule.SOFT_START in result.rules
    assert rig.tick(PUSH).torque_nm.tolist() == pytest.approx(PUSH)


def torque_rate(make_rig, arm) -> None:
    rig = arm(make_rig().activate())
    last = np.zeros(2)
    for sign in (1, -1, 1):
        for _ in range(20):
            result = rig.tick((8.0 * sign, -8.0 * sign))
            assert np.abs(result.torque_nm - last).max() <= 120.0 * 0.01 + 1e-9
            last = result.torque_nm
        assert last.tolist() == [8.0 * sign, -8.0 * sign]


def power(make_rig, arm) -> None:
    rig = arm(make_rig(torque_cap_nm=15.0).activate())
    result = rig.hold(30, (-15.0, 15.0), velocity=(6.0, -6.0))  # braking
    assert result.torque_nm.tolist() == pytest.approx([-10.0, 10.0])
    assert Rule.POWER in result.rules


def mean_power(make_rig, arm) -> None:
    rig = arm(make_rig().activate())
    spent, seen = [], Rule(0)
    for _ in range(100):
        result = rig.tick(PUSH, velocity=(4.5, -4.5))
        spent.append(result.torque_nm[0] * 4.5)
        seen |= result.rules
        assert np.mean(spent[-20:]) <= 30.0 + 1e-9 or len(spent) < 20
    assert Rule.MEAN_POWER in seen
    assert np.mean(spent[-20:]) > 20.0  # it uses most of what is allowed
    assert max(spent) == pytest.approx(36.0)  # and for a moment more than the mean


def range_of_motion(make_rig, arm) -> None:
    rig = arm(make_rig().activate())
    for angle in np.arange(0.0, 1.45, 0.15):
        rig.tick(position=(angle, -angle / 3.0))
    outward = [rig.tick(PUSH, position=(1.45 + 0.001 * (tick % 2), -0.52)) for tick in range(20)][-1]
    assert outward.torque_nm.tolist() == pytest.approx([4.0, -8.0 * 0.08 / 0.15], abs=0.05)
    assert Rule.RANGE_OF_MOTION in outward.rules
    inward = [rig.tick((-8.0, 8.0), position=(1.45 + 0.001 * (tick % 2), -0.52)) for tick in range(20)][-1]
    assert inward.torque_nm.tolist() == [-8.0, 8.0]


def velocity(make_rig, arm) -> None:
    rig = arm(make_rig().activate())
    result = rig.hold(10, PUSH, velocity=(6.0, -6.0))
    assert result.torque_nm.tolist() == pytest.approx([4.0, -4.0])
    assert Rule.VELOCITY in result.rules
    braking = rig.hold(20, (-8.0, 8.0), velocity=(6.0, -6.0))
    assert braking.torque_nm.tolist() == [-8.0, 8.0]


def late_command(make_rig, arm) -> None:
    rig = arm(make_rig().activate())
    rig.hold(20, PUSH)
    torques = [rig.tick(PUSH, command_age_s=age) for age in (0.010, 0.020, 0.030, 0.040)]
    assert [result.torque_nm[0] for result in torques] == pytest.approx([8.0, 8.0, 4.0, 0.0])
    assert torques[-1].state is State.ACTIVE and Rule.LATE_COMMAND in torques[-1].rules
    assert rig.tick(PUSH).torque_nm[0] == pytest.approx(1.2)  # a new command recovers it, at the torque rate


def warn_velocity(make_rig, arm) -> None:
    rig = arm(make_rig().activate())
    assert Rule.WARN_VELOCITY not in rig.tick(velocity=(4.9, 0.0)).rules
    assert Rule.WARN_VELOCITY in rig.tick(velocity=(0.0, -5.1)).rules


def warn_feedback_age(make_rig, arm) -> None:
    rig = arm(make_rig().activate())
    assert Rule.WARN_FEEDBACK_AGE not in rig.tick(feedback_age_s=0.019).rules
    result = rig.tick(feedback_age_s=0.021)
    assert Rule.WARN_FEEDBACK_AGE in result.rules and result.fault is None


def assistance_level(make_rig, arm) -> None:
    rig = arm(make_rig().activate())
    rig.hold(20, PUSH)
    rig.limiter.lower(0.5)
    assert rig.tick(PUSH).torque_nm.tolist() == pytest.approx([6.8, -6.8])  # no faster than the torque rate
    result = rig.hold(20, PUSH)
    assert result.torque_nm.tolist() == [4.0, -4.0]
    assert (result.level, result.gain) == (0.5, 1.0) and Rule.ASSISTANCE_LEVEL in result.rules


def derating(make_rig, arm) -> None:
    rig = arm(make_rig().activate())
    result = rig.hold(20, PUSH, temperature_c=(30.0, 70.0))
    assert result.torque_nm.tolist() == pytest.approx([8.0, -4.0])
    assert Rule.TEMPERATURE in result.rules and result.fault is None
    assert rig.hold(20, PUSH, temperature_c=(30.0, 67.0)).torque_nm[1] == pytest.approx(-4.0)  # not cooler yet
    assert rig.hold(20, PUSH, temperature_c=(30.0, 55.0)).torque_nm[1] == pytest.approx(-8.0)


def warn_temperature(make_rig, arm) -> None:
    rig = arm(make_rig().activate())
    assert Rule.WARN_TEMPERATURE not in rig.hold(5, PUSH, temperature_c=(59.0, math.nan)).rules
    assert Rule.WARN_TEMPERATURE in rig.hold(5, PUSH, temperature_c=(61.0, math.nan)).rules


def over_temperature(make_rig, arm) -> None:
    rig = pushing(make_rig, arm)
    rig.hold(5, PUSH, temperature_c=(30.0, 40.0))
    for reading in (99.0, 99.0, 40.0, 99.0, 99.0):  # never three in a row
        assert rig.tick(PUSH, temperature_c=(30.0, reading)).torque_nm.tolist() == list(PUSH)
    text = f"the drive of {LEFT} is at 80 degrees C, limit 80"
    expect_fault(rig.tick(PUSH, temperature_c=(30.0, 80.0)), Fault.TEMPERATURE, text)


def torque_tracking(make_rig, arm) -> None:
    rig = pushing(make_rig, arm)
    assert rig.hold(50, PUSH, measured_nm=(8.0, -5.1)).fault is None  # within 3 Nm
    assert rig.hold(9, PUSH, measured_nm=(8.0, -4.9)).fault is None
    assert rig.tick(PUSH, measured_nm=PUSH).fault is None  # and so it begins anew
    rig.hold(9, PUSH, measured_nm=(8.0, -4.9))
    result = rig.hold(2, PUSH, measured_nm=(8.0, -4.9))
    expect_fault(result, Fault.TORQUE_TRACKING, f"torque of {LEFT} is more than 3 Nm off its command for 0.1")


def invalid_input(make_rig, arm) -> None:
    for name in ("command", "position", "velocity"):
        for bad in ((math.nan, 0.0), (0.0, math.inf), (-math.inf, 0.0)):
            rig = pushing(make_rig, arm)
            expect_fault(rig.tick(**{"command": PUSH, name: bad}), Fault.INVALID_INPUT, f"{name} ")
    for name in ("command_age_s", "feedback_age_s"):
        expect_fault(pushing(make_rig, arm).tick(PUSH, **{name: math.nan}), Fault.INVALID_INPUT, "age")


def clock(make_rig, arm) -> None:
    for step in (-0.001, -1e9, math.nan, math.inf):
        expect_fault(pushing(make_rig, arm).tick(PUSH, dt_s=step), Fault.CLOCK, "since the last tick")
    for name in ("command_age_s", "feedback_age_s"):
        rig = pushing(make_rig, arm)
        assert rig.tick(PUSH, **{name: -0.009}).fault is None
        expect_fault(rig.tick(PUSH, **{name: -0.011}), Fault.CLOCK, "reading is 0.011 s in the future")


def feedback_age(make_rig, arm) -> None:
    for age in (0.050, math.inf):
        result = pushing(make_rig, arm).tick(PUSH, feedback_age_s=age)
        expect_fault(result, Fault.FEEDBACK_AGE, "no encoder reading")


def command_age(make_rig, arm) -> None:
    for age in (0.050, math.inf):
        expect_fault(pushing(make_rig, arm).tick(PUSH, command_age_s=age), Fault.COMMAND_AGE, "no command for")


def encoder_jump(make_rig, arm) -> None:
    rig = pushing(make_rig, arm)
    assert rig.tick(PUSH, position=(0.34, 0.0)).fault is None
    expect_fault(rig.tick(PUSH, position=(0.34, 0.36)), Fault.ENCODER_JUMP, f"{LEFT} jumped by 0.360 rad")


def encoder_stuck(make_rig, arm) -> None:
    rig = arm(make_rig().activate())
    assert rig.hold(100, (1.9, -1.9), position=(0.1, 0.0)).fault is None  # too little torque to tell
    assert rig.hold(49, (1.9, -2.1), position=(0.1, 0.0)).fault is None
    result = rig.hold(3, (1.9, -2.1), position=(0.1, 0.0))
    expect_fault(result, Fault.ENCODER_STUCK, f"{LEFT} reads 0.000 rad for 0.5")


def hard_range_of_motion(make_rig, arm) -> None:
    for angle in (1.6, 2.0, -0.6, -1.0):
        rig = pushing(make_rig, arm, encoder_jump_rad=1.0)
        rig.tick(PUSH, position=(angle / 2.0, 0.0))
        result = rig.tick(PUSH, position=(angle, 0.0))
        expect_fault(result, Fault.RANGE_OF_MOTION, f"{RIGHT} is at {angle:.3f} rad, limits -0.6 to 1.6 rad")


def hard_velocity(make_rig, arm) -> None:
    for speed in (7.01, -7.01, 1e300):
        rig = pushing(make_rig, arm)
        assert rig.tick(PUSH, velocity=(0.0, math.copysign(6.99, speed))).fault is None
        expect_fault(rig.tick(PUSH, velocity=(0.0, speed)), Fault.VELOCITY, f"{LEFT} moves at")


def pushing(make_rig, arm, **changes: object):
    """Return an active rig that commands and gets the full torque."""
    rig = arm(make_rig(soft_start_s=0.1, **changes).activate())
    assert rig.hold(10, PUSH).torque_nm.tolist() == list(PUSH)
    return rig


def expect_fault(result: LimiterResult, fault: Fault, text: str) -> None:
    """Assert that this tick zeroed both joints and latched the fault."""
    assert result.torque_nm.tolist() == [0.0, 0.0]
    assert (result.state, result.fault, result.gain) == (State.FAULT, fault, 0.0)
    assert text in result.fault_text


SCENARIOS: dict[Enum, Callable] = {
    Rule.TORQUE_CAP: torque_cap,
    Rule.SOFT_START: soft_start,
    Rule.TORQUE_RATE: torque_rate,
    Rule.POWER: power,
    Rule.MEAN_POWER: mean_power,
    Rule.RANGE_OF_MOTION: range_of_motion,
    Rule.VELOCITY: velocity,
    Rule.LATE_COMMAND: late_command,
    Rule.ASSISTANCE_LEVEL: assistance_level,
    Rule.TEMPERATURE: derating,
    Rule.WARN_TEMPERATURE: warn_temperature,
    Rule.WARN_VELOCITY: warn_velocity,
    Rule.WARN_FEEDBACK_AGE: warn_feedback_age,
    Fault.INVALID_INPUT: invalid_input,
    Fault.CLOCK: clock,
    Fault.FEEDBACK_AGE: feedback_age,
    Fault.COMMAND_AGE: command_age,
    Fault.ENCODER_JUMP: encoder_jump,
    Fault.ENCODER_STUCK: encoder_stuck,
    Fault.RANGE_OF_MOTION: hard_range_of_motion,
    Fault.VELOCITY: hard_velocity,
    Fault.TEMPERATURE: over_temperature,
    Fault.TORQUE_TRACKING: torque_tracking,
}


def test_every_rule_has_a_scenario() -> None:
    assert set(SCENARIOS) == {name for name, _ in (*CHECKS, *SHAPING, *WARNINGS)}
    assert set(Rule) - set(SCENARIOS) == {Rule.STANDING}  # tested below: its switch is in the limits
    # Not rules: the owner of the limiter finds them.
    assert set(Fault) - set(SCENARIOS) == {Fault.EMERGENCY_STOP, Fault.BUS, Fault.DRIVE, Fault.EXTERNAL}


@pytest.mark.parametrize("rule", SCENARIOS, ids=lambda rule: f"{type(rule).__name__}.{rule.name}")
def test_the_rule_holds(rule: Enum, make_rig) -> None:
    SCENARIOS[rule](make_rig, lambda rig: rig)


@pytest.mark.parametrize("rule", SCENARIOS, ids=lambda rule: f"{type(rule).__name__}.{rule.name}")
def test_the_scenario_fails_without_the_rule(rule: Enum, make_rig) -> None:
    def take_out(rig):
        for table in ("_checks", "_shaping", "_warnings"):
            entries = getattr(rig.limiter, table)
            setattr(rig.limiter, table, tuple(entry for entry in entries if entry[0] is not rule))
        return rig

    with pytest.raises((AssertionError, ZeroDivisionError)):
        SCENARIOS[rule](make_rig, take_out)


# States


def test_a_new_limiter_gives_no_torque_until_it_is_started_and_commanded(make_rig) -> None:
    rig = make_rig()
    assert rig.hold(10, PUSH).state is State.DISABLED
    rig.limiter.start()
    waiting = rig.hold(10, PUSH, command_age_s=math.inf)
    assert (waiting.state, waiting.fault) == (State.READY, None)
    assert not waiting.torque_nm.any()
    first = rig.tick(PUSH)
    assert (first.state, first.gain) == (State.RAMP, 0.0)
    assert not first.torque_nm.any()
    assert rig.tick(PUSH).torque_nm.any()


def test_a_disabled_limiter_ignores_bad_input(make_rig) -> None:
    result = make_rig().tick((math.nan, 0.0), velocity=(99.0, 0.0), feedback_age_s=math.inf)
    assert (result.state, result.fault) == (State.DISABLED, None)
    assert not result.torque_nm.any()


def test_the_waiting_limiter_watches_the_encoders(make_rig) -> None:
    rig = make_rig()
    rig.limiter.start()
    expect_fault(rig.tick(feedback_age_s=math.inf, command_age_s=math.inf), Fault.FEEDBACK_AGE, "no encoder reading")


def test_stop_ramps_down_and_disables(make_rig) -> None:
    rig = make_rig().activate()
    rig.hold(10, PUSH)
    rig.limiter.stop()
    torques = [rig.tick(PUSH, command_age_s=tick * 0.01).torque_nm[0] for tick in range(2)]
    assert 0.0 < torques[1] < torques[0] < 8.0
    torques += [rig.tick(PUSH).torque_nm[0] for _ in range(30)]
    assert np.abs(np.diff(torques)).max() <= 1.2
    assert torques[27] > 0.0
    assert torques[-1] == 0.0
    assert rig.limiter.status.state is State.DISABLED


def test_a_stopping_limiter_may_lose_its_commands(make_rig) -> None:
    rig = make_rig().activate()
    rig.hold(10, PUSH)
    rig.limiter.stop()
    result = rig.hold(31, PUSH, command_age_s=math.inf)
    assert (result.state, result.fault) == (State.DISABLED, None)
    assert not result.torque_nm.any()


def test_stop_before_the_first_command_disables_at_once(make_rig) -> None:
    rig = make_rig()
    rig.limiter.stop()
    assert rig.limiter.status.state is State.DISABLED
    rig.limiter.start()
    rig.limiter.stop()
    assert rig.limiter.status.state is State.DISABLED


def test_start_while_stopping_carries_on_from_the_gain_it_has(make_rig) -> None:
    rig = make_rig().activate()
    rig.limiter.stop()
    gain = rig.hold(10, PUSH).gain
    rig.limiter.start()
    result = rig.tick(PUSH)
    assert result.state is State.RAMP
    assert gain < result.gain < gain + 0.01
    rig.limiter.start()  # again: nothing to do
    assert rig.tick(PUSH).gain > result.gain


def test_a_restart_begins_with_a_soft_start(make_rig) -> None:
    rig = make_rig().activate()
    rig.limiter.stop()
    rig.hold(40, PUSH)
    rig.limiter.start()
    assert rig.tick(PUSH).gain == 0.0


@pytest.mark.parametrize("pause_s", [0.051, 3.0, 1e6])
def test_a_pause_begins_with_a_soft_start(make_rig, pause_s: float) -> None:
    rig = make_rig().activate()
    rig.hold(10, PUSH)
    result = rig.tick(PUSH, position=(0.9, 0.0), dt_s=pause_s)  # what a leg does in a pause is no encoder jump
    assert (result.state, result.gain, result.fault) == (State.RAMP, 0.0, None)
    assert not result.torque_nm.any()


def test_a_pause_ends_a_stop(make_rig) -> None:
    rig = make_rig().activate()
    rig.limiter.stop()
    assert rig.tick(PUSH, dt_s=1.0).state is State.DISABLED


def test_one_joint_in_fault_zeroes_both_and_stays_until_reset(make_rig) -> None:
    rig = make_rig().activate()
    rig.hold(10, PUSH)
    rig.tick(PUSH, velocity=(0.0, 8.0))
    for _ in range(5):
        expect_fault(rig.tick(PUSH), Fault.VELOCITY, LEFT)
    expect_fault(rig.tick((math.nan, 0.0)), Fault.VELOCITY, LEFT)  # the first fault is kept


def test_a_trip_from_outside_zeroes_the_torque_and_is_latched(make_rig) -> None:
    rig = make_rig().activate()
    rig.hold(10, PUSH)
    rig.limiter.trip("emergency stop pressed")
    assert not rig.limiter.status.torque_nm.any()
    expect_fault(rig.tick(PUSH), Fault.EXTERNAL, "emergency stop pressed")
    rig.limiter.trip("again")
    expect_fault(rig.tick(PUSH), Fault.EXTERNAL, "emergency stop pressed")


def test_a_trip_may_name_its_kind(make_rig) -> None:
    rig = make_rig().activate()
    rig.limiter.trip("bus-off", Fault.BUS)
    expect_fault(rig.tick(PUSH), Fault.BUS, "bus-off")


def test_the_level_only_falls_until_a_start_from_rest(make_rig) -> None:
    rig = make_rig(soft_start_s=0.1).activate()
    rig.limiter.lower(0.6)
    for level in (0.7, -0.1, math.nan):
        with pytest.raises(LimiterError, match=r"cannot lower the assistance from 0\.6 to"):
            rig.limiter.lower(level)
    assert rig.limiter.status.level == 0.6
    rig.limiter.stop()
    rig.limiter.start()  # while it stops
    assert rig.limiter.status.level == 0.6
    rig.limiter.stop()
    rig.hold(40, PUSH)
    rig.activate()
    assert rig.limiter.status.level == 1.0


@pytest.mark.parametrize("missing", [math.nan, math.inf])
def test_a_torque_or_temperature_that_is_missing_changes_nothing_and_a_hot_drive_stays_hot(make_rig, missing) -> None:
    rig = pushing(make_rig, lambda rig: rig)
    hot = rig.hold(10, PUSH, temperature_c=(70.0, 30.0)).torque_nm.tolist()
    assert hot == pytest.approx([4.0, -8.0])
    rig.hold(2, PUSH, temperature_c=(70.0, missing), measured_nm=(math.nan, math.nan))
    result = rig.hold(10, PUSH, temperature_c=(math.nan, math.nan), measured_nm=(math.nan, math.nan))
    assert result.torque_nm.tolist() == hot and result.fault is None


def test_a_reset_waits_until_the_drive_has_cooled_by_the_hysteresis(make_rig) -> None:
    rig = make_rig().activate()
    rig.hold(5, (0.0, 0.0), temperature_c=(85.0, 30.0))
    rig.hold(5, (0.0, 0.0), temperature_c=(75.5, 30.0))
    with pytest.raises(LimiterError, match=f"the drive of {RIGHT} is at 8[01] degrees C, limit 80; let it cool"):
        rig.limiter.reset()
    rig.hold(5, (0.0, 0.0), temperature_c=(74.0, 30.0))
    rig.limiter.reset()
    assert rig.limiter.status.state is State.DISABLED


def test_a_limiter_in_fault_does_not_start_or_stop(make_rig) -> None:
    rig = make_rig()
    rig.limiter.trip("bench")
    with pytest.raises(LimiterError, match=r"cannot start: fault external \(bench\); reset it first") as error:
        rig.limiter.start()
    assert isinstance(error.value, ExoError)
    rig.limiter.stop()
    assert rig.limiter.status.state is State.FAULT


@pytest.mark.parametrize(
    ("tick", "message"),
    [
        ({"velocity": (0.0, -0.6)}, f"{LEFT} moves at 0.60 rad/s; hold still, below 0.5 rad/s"),
        ({"velocity": (math.nan, 0.0)}, f"{RIGHT} moves at nan rad/s"),
        ({"command": (0.0, 0.1)}, f"{LEFT} is commanded 0.1 Nm; stop the policy first"),
        ({"command": (math.nan, 0.0)}, f"{RIGHT} is commanded nan Nm"),
        ({"feedback_age_s": 0.05}, "no fresh encoder reading"),
        ({"feedback_age_s": math.nan}, "no fresh encoder reading"),
    ],
)
def test_reset_is_refused_while_it_would_be_unsafe(make_rig, tick: dict[str, object], message: str) -> None:
    rig = make_rig().activate()
    rig.limiter.trip("bench")
    rig.tick(**tick)
    with pytest.raises(LimiterError) as error:
        rig.limiter.reset()
    assert f"cannot reset external (bench): {message}" in str(error.value)
    assert rig.limiter.status.state is State.FAULT


def test_reset_needs_a_first_reading(make_rig) -> None:
    rig = make_rig()
    rig.limiter.trip("bench")
    with pytest.raises(LimiterError, match="no fresh encoder reading"):
        rig.limiter.reset()


def test_reset_disables_and_a_start_assists_again(make_rig) -> None:
    rig = make_rig().activate()
    rig.limiter.reset()
    assert rig.limiter.status.state is State.ACTIVE  # nothing to reset
    rig.hold(10, PUSH)
    rig.tick(PUSH, velocity=(8.0, 0.0))
    rig.tick(PUSH, velocity=(0.4, 0.0), command_age_s=math.inf)  # a command that is too old does not count
    rig.limiter.reset()
    assert (rig.limiter.status.state, rig.limiter.status.fault) == (State.DISABLED, None)
    assert not rig.hold(10, PUSH).torque_nm.any()
    rig.activate()
    assert rig.hold(10, PUSH).torque_nm.tolist() == list(PUSH)


@pytest.mark.parametrize(
    "bad",
    [None, 1.0, [], [1.0], [1.0, 2.0, 3.0], [[1.0, 2.0]], [[1.0], [2.0]], [1.0, [2.0]], "ab", ["a", "b"], [1j, 0.0],
     [None, 0.0], [10**400, 0.0], np.zeros((2, 2)), {"right": 1.0, "left": 2.0}],
)  # fmt: skip
@pytest.mark.parametrize("name", ["command", "position", "velocity"])
def test_input_of_another_form_is_a_fault_in_the_same_tick(make_rig, name: str, bad: object) -> None:
    rig = pushing(make_rig, lambda rig: rig)
    expect_fault(rig.tick(**{"command": PUSH, name: bad}), Fault.INVALID_INPUT, name)


@pytest.mark.parametrize("name", ["now_s", "command_age_s", "feedback_age_s"])
def test_a_time_that_is_no_number_is_a_fault(make_rig, name: str) -> None:
    rig = pushing(make_rig, lambda rig: rig)
    times: dict[str, object] = {"now_s": rig.now_s + 0.01, "command_age_s": 0.0, "feedback_age_s": 0.0, name: None}
    result = rig.limiter.apply(PUSH, (0.0, 0.0), (0.0, 0.0), **times)  # type: ignore[arg-type]
    assert result.state is State.FAULT and not result.torque_nm.any()


def test_the_ceiling_holds_even_for_limits_that_were_not_checked(limits: SafetyLimits, make_rig) -> None:
    rig = make_rig(soft_start_s=0.1)
    rig.limiter = SafetyLimiter(limits.model_copy(update={"torque_cap_nm": 100.0, "soft_start_s": 0.1}))
    rig.activate()
    assert rig.hold(30, (100.0, -100.0)).torque_nm.tolist() == [TORQUE_CEILING_NM, -TORQUE_CEILING_NM]


def test_the_status_is_the_last_result(make_rig) -> None:
    rig = make_rig().activate()
    result, status = rig.hold(3, (9.0, 0.0)), rig.limiter.status
    assert status.torque_nm.tolist() == result.torque_nm.tolist() == pytest.approx([3.6, 0.0])
    assert (status.state, status.rules, status.gain) == (State.ACTIVE, Rule.TORQUE_CAP | Rule.TORQUE_RATE, 1.0)
    result.torque_nm[0] = 99.0  # the caller's copy
    assert rig.tick((9.0, 0.0)).torque_nm[0] == pytest.approx(4.8)


def test_gait_gating_takes_the_torque_away_from_someone_who_stands(make_rig) -> None:
    def stride(rig, speed: float, ticks: int) -> list[LimiterResult]:
        return [rig.tick(PUSH, velocity=(speed, -speed)) for _ in range(ticks)]

    rig = make_rig(gait_gating=True, soft_start_s=0.2)
    rig.limiter.start()
    standing = stride(rig, 0.2, 100)[-1]
    assert not standing.torque_nm.any()
    assert (standing.state, standing.fault) == (State.RAMP, None)
    assert Rule.STANDING in standing.rules
    walking = stride(rig, 1.0, 100)[-1]
    assert walking.torque_nm.tolist() == list(PUSH)
    assert Rule.STANDING not in walking.rules
    turning = rig.hold(20, PUSH)  # a hip that turns round is still for a moment, too short to stand
    assert turning.torque_nm.tolist() == list(PUSH)
    slowing = stride(rig, 0.0, 100)
    assert not slowing[-1].torque_nm.any()
    assert np.abs(np.diff([result.torque_nm[0] for result in slowing])).max() <= 1.2
    without = make_rig(gait_gating=False).activate()
    assert stride(without, 0.0, 100)[-1].torque_nm.tolist() == list(PUSH)
