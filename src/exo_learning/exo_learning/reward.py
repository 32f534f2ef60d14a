"""The reward of one policy period (paper, eq. 2 to 6), one function per term.

All functions take and return arrays with a leading shape (...) of any number of walkers.
"""

import numpy as np
from numpy.typing import NDArray

from exo_learning.training_config import RewardConfig

Floats = NDArray[np.float64]


def effort_term(config: RewardConfig, activation: Floats) -> Floats:
    """Return r_effort = sum over legs of w_eff (1 - tanh(k mean a^2)), shape (...) (eq. 3; k = 1 in the paper).

    Args:
        config: weights.
        activation: (..., 2 legs, muscles of a leg) muscle activations, 0 to 1.
    """
    mean_squared = np.mean(activation**2, axis=-1)
    return np.sum(config.effort_weight * (1.0 - np.tanh(config.effort_scale * mean_squared)), axis=-1)


def saving_term(config: RewardConfig, muscle_power_w_kg: Floats, velocity_m_s: Floats, own_cost: Floats) -> Floats:
    """Return w_m (c v - P), shape (...): what a tick saves over what the gait alone pays for the way it made.

    The linear part of the change of the net cost of transport, which the assistance is judged by. The way made counts
    at once, so that slowing the walker down, which costs less per second, pays nothing.

    Args:
        config: weights.
        muscle_power_w_kg: (...) metabolic power P of all muscles over body mass, W/kg (Wang et al. 2012).
        velocity_m_s: (...) forward velocity v of the centre of mass, m/s.
        own_cost: (...) net cost of transport c of the gait without assistance, J/(kg m).
    """
    return config.saving_weight * (own_cost * velocity_m_s - muscle_power_w_kg)


def velocity_term(config: RewardConfig, velocity_m_s: Floats, target_m_s: Floats) -> Floats:
    """Return r_vel = w_v (1 - tanh(|v - v_target|)), shape (...) (eq. 4).

    Args:
        config: weights.
        velocity_m_s: (...) forward velocity of the centre of mass, m/s.
        target_m_s: (...) target, m/s.
    """
    return config.velocity_weight * (1.0 - np.tanh(np.abs(velocity_m_s - target_m_s)))


def smoothness_term(config: RewardConfig, action: Floats, previous_action: Floats) -> Floats:
    """Return r_s = -lambda_s ((a_R - a_R,prev)^2 + (a_L - a_L,prev)^2), shape (...) (eq. 5).

    Args:
        config: weights.
        action, previous_action: (..., 2) commands over the torque limit, -1 to 1.
    """
    return -config.smoothness_weight * np.sum((action - previous_action) ** 2, axis=-1)


def torque_term(config: RewardConfig, action: Floats) -> Floats:
    """Return r_t = -w_t (a_R^2 + a_L^2), shape (...): what torque has to be worth to be used.

    Args:
        config: weights.
        action: (..., 2) commands over the torque limit, -1 to 1.
    """
    return -config.torque_weight * np.sum(action**2, axis=-1)


def fall_term(config: RewardConfig, com_height_m: Floats) -> Floats:
    """Return r_fall = -10 below the fall height, else the alive bonus (0 in the paper), shape (...) (eq. 6).

    Args:
        config: weights.
        com_height_m: (...) height of the centre of mass, m.
    """
    return np.where(has_fallen(config, com_height_m), -config.fall_penalty, config.alive_bonus)


def has_fallen(config: RewardConfig, com_height_m: Floats) -> NDArray[np.bool_]:
    """Return whether the centre of mass is below the fall height, shape (...); a height that is no number is."""
    return ~(com_height_m >= config.fall_height_m)


def reward(
    config: RewardConfig,
    activation: Floats,
    saving: Floats,
    velocity_m_s: Floats,
    target_m_s: Floats,
    action: Floats,
    previous_action: Floats,
    com_height_m: Floats,
) -> Floats:
    """Return r = r_effort + r_vel + r_s + r_fall (eq. 2), plus saving and torque term, shape (...).

    The arguments are those of the terms.
    """
    return (
        effort_term(config, activation)
        + saving
        + velocity_term(config, velocity_m_s, target_m_s)
        + smoothness_term(config, action, previous_action)
        + torque_term(config, action)
        + fall_term(config, com_height_m)
    )
