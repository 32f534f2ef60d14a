"""The reward is that of the paper's equations 2 to 6, with the weights of Table I."""

import math

import numpy as np
import pytest

pytest.importorskip("torch")

from exo_learning import reward
from exo_learning.training_config import RewardConfig, TrainingConfig


@pytest.fixture
def config(paper: TrainingConfig) -> RewardConfig:
    return paper.reward


def activations(right: float, left: float) -> np.ndarray:
    return np.array([[right] * 9, [left] * 9])


def test_effort_of_one_leg_each(config: RewardConfig) -> None:
    # 0.5 (1 - tanh(0.2^2)) + 0.5 (1 - tanh(0.6^2)) = 0.5 (1 - 0.0399787) + 0.5 (1 - 0.3452140)
    assert reward.effort_term(config, activations(0.2, 0.6)) == pytest.approx(0.8074037, abs=1e-6)


def test_effort_is_the_mean_of_squares_not_the_square_of_the_mean(config: RewardConfig) -> None:
    activation = activations(0.0, 0.0)
    activation[0, 0] = 0.9  # mean square 0.81 / 9 = 0.09
    assert reward.effort_term(config, activation) == pytest.approx(0.5 * (1 - math.tanh(0.09)) + 0.5)


def test_rest_is_worth_one(config: RewardConfig) -> None:
    assert reward.effort_term(config, activations(0.0, 0.0)) == 1.0


def test_velocity(config: RewardConfig) -> None:
    assert config.target_speed_m_s == 1.3
    velocity = np.array([1.3, 1.1, 1.5, -1.3])
    # 0.2 (1 - tanh 0.2) = 0.2 (1 - 0.1973753)
    expected = [0.2, 0.1605249, 0.1605249, 0.2 * (1 - math.tanh(2.6))]
    np.testing.assert_allclose(reward.velocity_term(config, velocity, np.array(1.3)), expected, atol=1e-7)


def test_smoothness(config: RewardConfig) -> None:
    # -0.1 ((0.5 - 0.2)^2 + (-1 - 1)^2) = -0.1 (0.09 + 4)
    value = reward.smoothness_term(config, np.array([0.5, -1.0]), np.array([0.2, 1.0]))
    assert value == pytest.approx(-0.409)


def test_torque_has_a_price_that_the_paper_does_not_have(config: RewardConfig) -> None:
    action = np.array([[0.5, -1.0], [0.0, 0.0]])
    assert (reward.torque_term(config, action) == 0.0).all()
    priced = config.model_copy(update={"torque_weight": 0.2})
    np.testing.assert_allclose(reward.torque_term(priced, action), [-0.25, 0.0])
    args = (activations(0.2, 0.6)[None].repeat(2, 0), *np.zeros((3, 2)), action, action, np.ones(2))
    np.testing.assert_allclose(reward.reward(priced, *args) - reward.reward(config, *args), [-0.25, 0.0])


@pytest.mark.parametrize(("height", "expected"), [(0.95, 0.0), (0.8, 0.0), (0.7999, -10.0), (math.nan, -10.0)])
def test_fall(config: RewardConfig, height: float, expected: float) -> None:
    assert reward.fall_term(config, np.array(height)) == expected


def test_the_reward_is_the_sum_for_each_walker(config: RewardConfig) -> None:
    action, before = np.array([[0.5, -1.0], [0.0, 0.0]]), np.array([[0.2, 1.0], [0.0, 0.0]])
    total = reward.reward(
        config,
        activation=np.stack([activations(0.2, 0.6), activations(0.0, 0.0)]),
        saving=np.array([0.1, 0.0]),
        velocity_m_s=np.array([1.1, 1.3]),
        target_m_s=np.array([1.3, 1.3]),
        action=action,
        previous_action=before,
        com_height_m=np.array([0.7, 0.9]),
    )
    np.testing.assert_allclose(total, [0.8074037 + 0.1605249 - 0.409 - 10.0 + 0.1, 1.2], atol=1e-6)


def test_beyond_the_paper_effort_is_scaled_and_standing_is_paid(config: RewardConfig) -> None:
    beyond = config.model_copy(update={"effort_scale": 10.0, "alive_bonus": 0.3})
    assert reward.effort_term(beyond, activations(0.2, 0.2)) == pytest.approx(1 - math.tanh(0.4))
    assert reward.fall_term(beyond, np.array(0.9)) == 0.3
    assert reward.fall_term(beyond, np.array(0.7)) == -10.0


def test_beyond_the_paper_what_is_saved_at_equal_way_is_paid(config: RewardConfig) -> None:
    power, velocity, own_cost = np.array([4.0, 3.9, 2.0]), np.array([1.3, 1.3, 0.5]), np.array([3.0, 3.0, 4.0])
    np.testing.assert_array_equal(reward.saving_term(config, power, velocity, own_cost), 0.0)
    beyond = config.model_copy(update={"saving_weight": 0.2})
    # 3.9 W/kg is what 1.3 m/s cost anyway; so are 2 W/kg at 0.5 m/s
    np.testing.assert_allclose(reward.saving_term(beyond, power, velocity, own_cost), [-0.02, 0.0, 0.0], atol=1e-12)
