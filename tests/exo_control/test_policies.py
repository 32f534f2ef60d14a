"""The policy registry, the zero policy and delayed output feedback control."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exo_control.dofc import MAX_GAP_S, DelayLine
from exo_control.errors import PolicyError
from exo_control.feedback_law import FeedbackLaw, LawFile, LawTerm
from exo_control.joints import POLICY_PERIOD_S, TORQUE_CEILING_NM
from exo_control.law_policy import LawPolicy
from exo_control.policy import Policy
from exo_control.registry import POLICY_NAMES, make_policy, policy_file, policy_parameters, shipped_policies

STILL = np.zeros(2)
WEIGHTS = ("own_angle", "other_angle", "own_velocity", "other_velocity", "own_action", "other_action")


def walk(policy: Policy, seconds: float, period_s: float = POLICY_PERIOD_S) -> np.ndarray:
    """Return the torques, shape (ticks, 2), for hips that swing in opposite phase once a second."""
    times = np.arange(0.0, seconds, period_s)
    angle = 0.4 * np.sin(2 * math.pi * times)
    return np.array([policy.torque(np.array([q, -q]), STILL, t) for t, q in zip(times, angle, strict=True)])


def test_every_policy_can_be_made_with_its_defaults_and_resets() -> None:
    for spec in POLICY_NAMES:
        policy = make_policy(spec)
        assert policy.name == spec
        first = walk(policy, 1.0)
        assert first.shape == (100, 2)
        policy.reset()
        assert np.array_equal(walk(policy, 1.0), first)


def test_zero_is_zero() -> None:
    assert not walk(make_policy("zero"), 1.0).any()


@pytest.mark.parametrize("spec", ["doffc", "DOFC", "", "policy.pt"])
def test_an_unknown_policy_lists_the_choices(spec: str) -> None:
    with pytest.raises(PolicyError, match=rf"unknown policy '{spec}'.*choices: dofc.*, zero.*\.onnx"):
        make_policy(spec)
    with pytest.raises(PolicyError, match="unknown policy"):
        policy_parameters(spec)


def test_a_misspelt_policy_gets_the_nearest_name() -> None:
    with pytest.raises(PolicyError, match="did you mean 'dofc'"):
        make_policy("doffc")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"delay_s": 2.0}, r"delay_s = 2\.0: out of range; allowed: 0 to 1 s"),
        ({"delay_s": -0.1}, r"delay_s = -0\.1: out of range"),
        ({"gain_nm": math.nan}, "gain_nm = nan: not a finite number"),
        ({"gain_nm": "8"}, "gain_nm = '8': not a finite number"),
        ({"gain_nm": True}, "gain_nm = True: not a finite number"),
        ({"peak_torque_nm": 15.1}, "allowed: 0 to 15 Nm"),
        ({"gain": 8.0}, r"policy 'dofc' has no parameter 'gain'; did you mean 'gain_nm'"),
    ],
)
def test_a_bad_parameter_is_explained(parameters: dict[str, object], message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        make_policy("dofc", parameters)


def test_a_policy_without_parameters_says_so() -> None:
    with pytest.raises(PolicyError, match="policy 'zero' has no parameter 'gain_nm'; it has none"):
        make_policy("zero", {"gain_nm": 1.0})


def test_a_file_of_config_policies_is_a_policy_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    law = LawFile(
        torque_limit_nm=5.0, bias=0.1, terms=[LawTerm(delay_s=0.0, **dict.fromkeys(WEIGHTS, 0.1))], provenance={}
    )
    FeedbackLaw(law).save(tmp_path / "policies" / "mine.yaml")
    monkeypatch.setenv("EXO_CONFIG_DIR", str(tmp_path))
    assert list(shipped_policies()) == ["mine"]
    assert isinstance(make_policy("mine"), LawPolicy)
    assert policy_file("mine") == tmp_path / "policies" / "mine.yaml"
    with pytest.raises(PolicyError, match="unknown policy 'mime'; did you mean 'mine'"):
        make_policy("mime")


def test_every_shipped_policy_loads() -> None:
    assert {"law_8nm", "law_15nm", "lstm_8nm"} <= set(shipped_policies())
    for name in shipped_policies():
        assert make_policy(name).torque(STILL, STILL, 0.0).shape == (2,)


def test_parameters_describe_themselves() -> None:
    for spec in POLICY_NAMES:
        for parameter in policy_parameters(spec):
            assert parameter.minimum <= parameter.default <= parameter.maximum
            assert parameter.description and parameter.unit


def test_dofc_is_the_delayed_difference_of_the_hips() -> None:
    torque = walk(make_policy("dofc"), 3.0)
    times = np.arange(0.0, 3.0, POLICY_PERIOD_S)
    delayed = 2 * np.sin(0.4 * np.sin(2 * math.pi * (times - 0.2)))
    expected = np.clip(-8.0 * delayed, -8.0, 8.0)
    expected[times < 0.2 - 1e-9] = 0.0
    assert torque[:, 0] == pytest.approx(expected, abs=1e-9)
    assert torque[:, 1] == pytest.approx(-expected, abs=1e-9)


def test_dofc_pushes_along_the_motion_at_the_default_delay() -> None:
    torque = walk(make_policy("dofc"), 3.0)
    velocity = np.cos(2 * math.pi * np.arange(0.0, 3.0, POLICY_PERIOD_S))
    assert np.mean(torque[100:, 0] * velocity[100:]) > 0.0


def test_dofc_clips_at_its_peak() -> None:
    torque = walk(make_policy("dofc", {"gain_nm": 50.0, "peak_torque_nm": 3.0}), 3.0)
    assert np.abs(torque).max() == 3.0


def test_dofc_smoothing_lowers_and_delays_the_torque() -> None:
    sharp = walk(make_policy("dofc"), 4.0)[200:, 0]
    smooth = walk(make_policy("dofc", {"smoothing_s": 0.05}), 4.0)[200:, 0]
    response = 1.0 / (1.0 + 2j * math.pi * 0.05)  # of a one-pole filter at the gait's 1 Hz
    assert np.abs(smooth).max() / np.abs(sharp).max() == pytest.approx(abs(response), abs=0.02)
    assert np.argmax(smooth) > np.argmax(sharp)


def test_dofc_smoothing_does_not_depend_on_the_tick_rate() -> None:
    slow = walk(make_policy("dofc", {"smoothing_s": 0.1}), 4.0, 0.010)[-1, 0]
    fast = walk(make_policy("dofc", {"smoothing_s": 0.1}), 4.0 - 0.0075, 0.0025)[-1, 0]
    assert fast == pytest.approx(slow, abs=0.25)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_dofc_starts_anew_after_an_angle_or_time_that_is_not_finite(bad: float) -> None:
    policy = make_policy("dofc", {"smoothing_s": 0.05})
    walk(policy, 1.0)
    assert policy.torque(np.array([bad, 0.0]), STILL, 1.0).tolist() == [0.0, 0.0]
    assert policy.torque(np.array([0.3, 0.0]), STILL, 1.01).tolist() == [0.0, 0.0]
    assert policy.torque(np.array([0.3, 0.0]), STILL, bad).tolist() == [0.0, 0.0]
    assert np.isfinite(walk(policy, 1.0)).all()


def test_dofc_forgets_its_past_when_the_clock_goes_back_or_pauses() -> None:
    policy = make_policy("dofc", {"smoothing_s": 0.05})
    first = walk(policy, 1.0)
    assert np.array_equal(walk(policy, 1.0), first)  # the clock starts at 0 again
    assert policy.torque(np.array([0.3, 0.0]), STILL, 1.0 + 2 * MAX_GAP_S).tolist() == [0.0, 0.0]


@given(
    delay=st.just(0.0) | st.floats(1e-3, 0.5),
    steps=st.lists(st.floats(1e-4, MAX_GAP_S * 0.99), min_size=1, max_size=80),
)
def test_the_delay_line_reproduces_a_ramp_at_any_tick_pattern(delay: float, steps: list[float]) -> None:
    line = DelayLine(delay)
    start = time = 5.0
    assert line.push(time, 2.0 * time) == (10.0 if delay == 0.0 else None)
    for step in steps:
        time += step
        value = line.push(time, 2.0 * time)
        if time - delay < start:
            assert value is None
        else:
            assert value == pytest.approx(2.0 * (time - delay))


def test_a_second_sample_at_the_same_time_replaces_the_first() -> None:
    line = DelayLine(0.0)
    assert [line.push(1.0, 3.0), line.push(1.0, 4.0)] == [3.0, 4.0]


@given(
    st.lists(st.tuples(st.floats(-2, 2), st.floats(-2, 2), st.floats(0, 0.05)), max_size=60),
    st.floats(0, 50),
    st.floats(0, TORQUE_CEILING_NM),
)
def test_dofc_is_bounded_and_antisymmetric(ticks: list[tuple[float, float, float]], gain: float, peak: float) -> None:
    policy = make_policy("dofc", {"gain_nm": gain, "peak_torque_nm": peak})
    time = 0.0
    for right, left, step in ticks:
        time += step
        torque = policy.torque(np.array([right, left]), STILL, time)
        assert torque[0] == -torque[1]
        assert abs(torque[0]) <= peak
