"""Properties of the safety limiter for any input."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exo_control.joints import POLICY_PERIOD_S, TORQUE_CEILING_NM
from exo_safety.limiter import LimiterError
from exo_safety.limits import SafetyLimits
from exo_safety.rules import SHAPING, Tick
from exo_safety.status import LimiterResult, Rule, State

ROUNDING = 1e-9
LOWERING = Rule.POWER | Rule.MEAN_POWER | Rule.RANGE_OF_MOTION | Rule.VELOCITY | Rule.LATE_COMMAND | Rule.TEMPERATURE

ANY_FLOAT = st.floats() | st.sampled_from([0.0, 8.0, -8.0, 1e308, -1e308])
ANY_PAIR = st.tuples(ANY_FLOAT, ANY_FLOAT) | st.lists(ANY_FLOAT, max_size=3) | st.none()
ANY_TICK = st.fixed_dictionaries(
    {
        "command": ANY_PAIR,
        "position": ANY_PAIR,
        "velocity": ANY_PAIR,
        "command_age_s": ANY_FLOAT,
        "feedback_age_s": ANY_FLOAT,
        "dt_s": ANY_FLOAT,
        "measured_nm": ANY_PAIR,
        "temperature_c": ANY_PAIR,
    }
)


def around(bound: float) -> st.SearchStrategy[tuple[float, float]]:
    return st.tuples(st.floats(-bound, bound), st.floats(-bound, bound))


# Ticks that never fault with a wide encoder jump, so that torque flows and the shaping rules work.
PLAUSIBLE_TICK = st.fixed_dictionaries(
    {
        "command": around(40.0),
        "position": st.tuples(st.floats(0.65, 1.55), st.floats(-0.59, 0.3)),
        "velocity": around(7.0),
        "command_age_s": st.sampled_from([0.0, 0.0, 0.0, 0.005, 0.02, 0.025, 0.035, 0.045]),
        "feedback_age_s": st.floats(0.0, 0.049),
        "dt_s": st.sampled_from([0.01, 0.01, 0.01, 0.0, 0.002, 0.03, 0.06]),
        "temperature_c": st.tuples(st.floats(20.0, 79.0), st.floats(20.0, 79.0)),
    }
)
ACTIONS = st.sampled_from(["start", "stop", "reset", "trip"])


def assert_bounded(rig, result: LimiterResult, last_nm: np.ndarray, measured: dict[str, object]) -> None:
    """Assert what the limiter promises for every tick."""
    limits, torque = rig.limits, result.torque_nm
    assert torque.shape == (2,)
    assert np.isfinite(torque).all()
    assert (np.abs(torque) <= min(limits.torque_cap_nm, TORQUE_CEILING_NM)).all()
    if result.state not in (State.RAMP, State.ACTIVE, State.STOPPING):
        assert not torque.any()
    assert (result.fault is None) == (result.state is not State.FAULT) == (result.fault_text == "")
    if not torque.any():
        return
    # Torque flows, so every input was usable.
    velocity = np.array(measured["velocity"])
    assert (np.abs(torque * velocity) <= limits.power_cap_w + ROUNDING).all()
    assert (np.abs(velocity) <= limits.velocity_fault_rad_per_s).all()
    assert (np.array(measured["position"]) > limits.rom_hard_min_rad).all()
    assert (np.array(measured["position"]) < limits.rom_hard_max_rad).all()
    assert measured["command_age_s"] + POLICY_PERIOD_S < limits.command_age_fault_s + ROUNDING  # type: ignore[operator]
    step = limits.torque_rate_nm_per_s * measured["dt_s"] + ROUNDING  # type: ignore[operator]
    assert (torque <= np.maximum(last_nm + step, 0.0)).all()
    assert (torque >= np.minimum(last_nm - step, 0.0)).all()
    if not result.rules & LOWERING:
        assert (np.abs(torque - last_nm) <= step).all()


@given(ticks=st.lists(ANY_TICK | PLAUSIBLE_TICK | ACTIONS, max_size=30), running=st.booleans())
def test_any_input_gives_a_bounded_torque(make_rig, ticks: list, running: bool) -> None:
    rig = make_rig(soft_start_s=0.02, encoder_jump_rad=1.0)
    if running:
        rig.activate().tick(position=(0.9, 0.0))
    last_nm, was_fault = np.zeros(2), False
    for tick in ticks:
        if isinstance(tick, str):
            try:
                getattr(rig.limiter, tick)(*(["bench"] if tick == "trip" else []))
            except LimiterError:
                assert was_fault
            was_fault = rig.limiter.status.state is State.FAULT
            continue
        result = rig.tick(**tick)
        assert_bounded(rig, result, last_nm, tick)
        assert result.state is State.FAULT or not was_fault
        last_nm, was_fault = result.torque_nm, result.state is State.FAULT


@given(ticks=st.lists(PLAUSIBLE_TICK, min_size=1, max_size=60), cap_nm=st.floats(0.1, TORQUE_CEILING_NM))
def test_plausible_motion_gives_a_bounded_torque(make_rig, ticks: list, cap_nm: float) -> None:
    rig = make_rig(soft_start_s=0.02, torque_cap_nm=cap_nm, power_cap_w=40.0, encoder_jump_rad=1.0).activate()
    last_nm = np.zeros(2)
    positive_w = [np.zeros(2)]
    rig.tick(position=(0.9, 0.0))
    for tick in ticks:
        result = rig.tick(**tick)
        assert result.fault is None
        assert_bounded(rig, result, last_nm, tick)
        last_nm = result.torque_nm
        positive_w.append(np.maximum(result.torque_nm * tick["velocity"], 0.0))
        window_w = np.mean(([np.zeros(2)] * 20 + positive_w)[-20:], axis=0)
        assert (window_w <= rig.limits.mean_power_cap_w + ROUNDING).all()


@given(tick=PLAUSIBLE_TICK, previous=around(8.0), spent=st.floats(0.0, 600.0), joint=st.sampled_from([0, 1]))
def test_limiting_a_limited_torque_changes_nothing(
    limits: SafetyLimits, tick: dict, previous: tuple[float, float], spent: float, joint: int
) -> None:
    state = make_tick(limits, tick, previous_torque=previous, spent_power=(spent, spent))
    once = shape(state, joint, tick["command"][joint])
    assert shape(state, joint, once) == once or Rule.TORQUE_RATE in lowered(state, joint, once)


@given(ticks=st.lists(PLAUSIBLE_TICK, max_size=20))
def test_the_two_joints_are_alike(make_rig, ticks: list) -> None:
    one = make_rig(soft_start_s=0.02, encoder_jump_rad=1.0).activate()
    two = make_rig(soft_start_s=0.02, encoder_jump_rad=1.0).activate()
    one.tick(position=(0.9, 0.0))
    two.tick(position=(0.0, 0.9))
    for tick in ticks:
        swapped = {key: value[::-1] if isinstance(value, tuple) else value for key, value in tick.items()}
        assert one.tick(**tick).torque_nm.tolist() == two.tick(**swapped).torque_nm.tolist()[::-1]


def make_tick(limits: SafetyLimits, tick: dict, **changes: object) -> Tick:
    plain = Tick(
        limits=limits,
        period_s=POLICY_PERIOD_S,
        state=State.ACTIVE,
        gain=1.0,
        dt_s=tick["dt_s"],
        command_age_s=tick["command_age_s"],
        feedback_age_s=tick["feedback_age_s"],
        command=tick["command"],
        position=tick["position"],
        velocity=tick["velocity"],
        previous_position=None,
        previous_torque=(0.0, 0.0),
        stuck_s=(0.0, 0.0),
        spent_power=(0.0, 0.0),
        window_ticks=20,
        residual_s=(0.0, 0.0),
        temperature_c=(math.nan, math.nan),
        level=1.0,
    )
    return dataclasses.replace(plain, **changes)


def shape(tick: Tick, joint: int, torque: float) -> float:
    for _, rule in SHAPING:
        torque = rule(tick, joint, torque)
    return torque


def lowered(tick: Tick, joint: int, torque: float) -> Rule:
    """Return the rules that change this torque."""
    active = Rule(0)
    for name, rule in SHAPING:
        shaped = rule(tick, joint, torque)
        active |= name if shaped != torque else Rule(0)
        torque = shaped
    return active


# Agreement with ros2_control


def ros2_control_effort_limits(
    position: float, velocity: float, low: float, high: float, max_velocity: float, max_effort: float
) -> tuple[float, float]:
    """Effort bounds as ros2_control's joint limiter describes them, written from that description.

    +- the maximum effort; no effort further out at or beyond a position limit unless the joint moves back in;
    no effort along the motion of a joint that is faster than the maximum velocity.
    """
    lower, upper = -max_effort, max_effort
    if position <= low and velocity <= 0.0:
        lower = 0.0
    if position >= high and velocity >= 0.0:
        upper = 0.0
    if velocity < -max_velocity:
        lower = 0.0
    if velocity > max_velocity:
        upper = 0.0
    return lower, upper


@pytest.mark.parametrize("position", np.linspace(-0.8, 1.8, 53))
def test_the_effort_bounds_agree_with_ros2_control(limits: SafetyLimits, position: float) -> None:
    rules = [rule for name, rule in SHAPING if name in Rule.TORQUE_CAP | Rule.RANGE_OF_MOTION | Rule.VELOCITY]
    assert len(rules) == 3
    for velocity in np.linspace(-9.05, 9.05, 41):
        measured = {"dt_s": 0.01, "command_age_s": 0.0, "feedback_age_s": 0.0, "command": (0.0, 0.0)}
        tick = make_tick(limits, {**measured, "position": (position,) * 2, "velocity": (velocity,) * 2})
        lower, upper = -math.inf, math.inf
        for rule in rules:
            lower, upper = rule(tick, 0, lower), rule(tick, 0, upper)
        reference = ros2_control_effort_limits(
            position,
            velocity,
            limits.rom_hard_min_rad,
            limits.rom_hard_max_rad,
            limits.velocity_fault_rad_per_s,
            limits.torque_cap_nm,
        )
        # Never more than ros2_control allows, and the same wherever nothing fades ...
        assert reference[0] <= lower <= 0.0 <= upper <= reference[1]
        fades = (
            limits.rom_hard_min_rad < position < limits.rom_soft_min_rad
            or limits.rom_soft_max_rad < position < limits.rom_hard_max_rad
            or limits.velocity_warn_rad_per_s < abs(velocity) <= limits.velocity_fault_rad_per_s
        )
        # ... except that beyond a hard limit we also block outward effort while the joint moves back in.
        moves_back = (position <= limits.rom_hard_min_rad and velocity > 0.0) or (
            position >= limits.rom_hard_max_rad and velocity < 0.0
        )
        if not fades and not moves_back:
            assert (lower, upper) == reference
