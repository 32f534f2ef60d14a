"""Feedback laws: what they compute, their file, and the policy that runs them."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exo_control.errors import ConfigError, PolicyError
from exo_control.feedback_law import FeedbackLaw, LawFile, LawTerm, load_law
from exo_control.history import HistoryBuffer
from exo_control.law_policy import LawPolicy
from exo_control.registry import make_policy, policy_parameters

WEIGHTS = ("own_angle", "other_angle", "own_velocity", "other_velocity", "own_action", "other_action")


def law(*terms: dict[str, float], bias: float = 0.0, torque_limit_nm: float = 8.0) -> FeedbackLaw:
    """A law whose weights are zero but for those given."""
    full = [LawTerm(**{"delay_s": 0.0, **dict.fromkeys(WEIGHTS, 0.0), **term}) for term in terms]
    return FeedbackLaw(LawFile(torque_limit_nm=torque_limit_nm, bias=bias, terms=full, provenance={}))


@pytest.mark.parametrize("delay_s", [0.0, 0.04, 0.09])
@pytest.mark.parametrize("feature", range(6))
def test_each_weight_multiplies_its_feature_at_its_delay_for_the_right_hip(delay_s: float, feature: int) -> None:
    observation = np.random.default_rng(0).normal(size=(10, 6))
    expected = math.tanh(0.3 * observation[9 - round(100 * delay_s), feature])
    action = law({"delay_s": delay_s, WEIGHTS[feature]: 0.3}).action(observation)
    assert action[0] == pytest.approx(expected)


numbers = st.floats(-3.0, 3.0)


@given(st.lists(numbers, min_size=19, max_size=19), st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_exchanging_the_legs_exchanges_the_torques(values: list[float], seed: int) -> None:
    delays = (0.0, 0.04, 0.09)
    terms = [{"delay_s": d, **dict(zip(WEIGHTS, values[6 * i : 6 * i + 6], strict=True))} for i, d in enumerate(delays)]
    mirrored = law(*terms, bias=values[18])
    observation = np.random.default_rng(seed).normal(size=(10, 6))
    exchanged = observation.reshape(10, 3, 2)[:, :, ::-1].reshape(10, 6)
    assert mirrored.action(exchanged) == pytest.approx(mirrored.action(observation)[::-1])


def test_a_batch_of_observations_gives_the_actions_of_each() -> None:
    observations = np.random.default_rng(1).normal(size=(4, 3, 10, 6))
    some = law({"delay_s": 0.04, "own_angle": 1.0, "other_velocity": -0.5}, bias=0.1)
    actions = some.action(observations)
    assert actions.shape == (4, 3, 2)
    assert actions[2, 1] == pytest.approx(some.action(observations[2, 1]))


@given(st.lists(numbers, min_size=6, max_size=6), numbers, st.floats(0.1, 15.0), st.integers(0, 9))
@settings(max_examples=25)
def test_a_written_law_reads_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, values: list[float], bias: float, limit: float, ticks: int
) -> None:
    path = tmp_path_factory.mktemp("law") / "law.yaml"
    term = {"delay_s": ticks / 100, **dict(zip(WEIGHTS, values, strict=True))}
    written = law(term, bias=bias, torque_limit_nm=limit)
    written.save(path)
    assert load_law(path).file == written.file


def test_the_policy_gives_the_laws_action_on_the_history_times_the_torque_limit(tmp_path: Path) -> None:
    some = law(
        {"own_angle": 1.0, "own_action": 0.4},
        {"delay_s": 0.09, "other_velocity": -0.2, "other_action": 0.3},
        bias=0.05,
        torque_limit_nm=6.0,
    )
    some.save(tmp_path / "law.yaml")
    policy = make_policy(str(tmp_path / "law.yaml"))
    assert policy.name == "law.yaml"
    history, last = HistoryBuffer(6.0), np.zeros(2)
    rng = np.random.default_rng(2)
    for tick in range(25):
        position, velocity = rng.normal(size=2), rng.normal(size=2)
        history.push(position, velocity, last)
        last = some.action(history.observation) * 6.0
        assert np.array_equal(policy.torque(position, velocity, tick / 100), last)


def test_reset_forgets_the_history() -> None:
    policy = LawPolicy(law({"delay_s": 0.04, "own_angle": 1.0, "own_action": 0.5}))
    inputs = np.random.default_rng(3).normal(size=(20, 2, 2))

    def run() -> np.ndarray:
        return np.array([policy.torque(q, w, k / 100) for k, (q, w) in enumerate(inputs)])

    first = run()
    policy.reset()
    assert np.array_equal(run(), first)


def test_a_reading_that_is_not_finite_gives_no_torque_but_an_error() -> None:
    policy = LawPolicy(law({"own_angle": 1.0}))
    with pytest.raises(PolicyError, match=r"policy law: .*not finite"):
        policy.torque(np.array([math.nan, 0.0]), np.zeros(2), 0.0)


def test_a_law_has_no_parameters_and_need_not_exist_for_that() -> None:
    assert policy_parameters("nowhere/law.yaml") == ()


def test_a_missing_file_is_named() -> None:
    with pytest.raises(PolicyError, match=r"policy nowhere/law\.yaml: no such file"):
        make_policy("nowhere/law.yaml")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("delay_s: 0.04", "delay_s: 0.045", r"terms\.0\.delay_s = 0\.045: .*multiple of the policy period of 0\.01 s"),
        ("delay_s: 0.04", "delay_s: 0.1", r"terms\.0\.delay_s = 0\.1: .*at most 0\.09"),
        ("own_angle: 1.0", "own_angle: .nan", r"terms\.0\.own_angle = nan"),
        ("own_angle: 1.0", "angle: 1.0", r"unknown key 'terms\.0\.angle'"),
        ("torque_limit_nm: 8.0", "torque_limit_nm: 16.0", r"torque_limit_nm = 16\.0: .*at most 15"),
        ("bias: 0.0", "bias: nil", "bias = 'nil'"),
    ],
)
def test_a_malformed_law_is_explained(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "law.yaml"
    law({"delay_s": 0.04, "own_angle": 1.0}).save(path)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(ConfigError, match=message):
        make_policy(str(path))
