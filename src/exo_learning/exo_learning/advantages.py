"""Generalised advantage estimation (Schulman et al. 2016)."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def generalised_advantages(
    reward: Floats, value: Floats, done: NDArray[np.bool_], last_value: Floats, discount: float, gae_lambda: float
) -> Floats:
    """Return A_t = sum over l of (gamma lambda)^l delta_(t+l), delta_t = r_t + gamma V_(t+1) - V_t, per walk.

    A walk that ended by time, not by a fall, has the value of its last observation in its last reward.

    Args:
        reward: (T, n) rewards of n walkers over T ticks.
        value: (T, n) predicted returns before each tick.
        done: (T, n) whether the walk ended with that tick; the next row belongs to a new one.
        last_value: (n,) predicted returns after the last tick.
        discount: gamma.
        gae_lambda: lambda.

    Returns:
        (T, n) advantages; returns are advantages plus values.
    """
    advantage = np.zeros_like(reward)
    ahead = np.zeros_like(last_value)
    next_value = last_value
    for t in reversed(range(len(reward))):
        goes_on = 1.0 - done[t]
        delta = reward[t] + discount * next_value * goes_on - value[t]
        ahead = delta + discount * gae_lambda * goes_on * ahead
        advantage[t] = ahead
        next_value = value[t]
    return advantage
