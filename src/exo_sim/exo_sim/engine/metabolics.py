"""Metabolic power after Wang et al. (2012), as SCONE's EffortMeasure computes it."""

from __future__ import annotations

import math

from exo_sim.engine.compiled import inlined, kernel
from exo_sim.engine.layout import (
    ACTIVATION,
    EXCITATION,
    FIBRE_LENGTH,
    FIBRE_VELOCITY,
    FORCE,
    MUSCLE_ENERGY,
    N_MUSCLES,
)
from exo_sim.engine.muscle import active_force_length, force_velocity
from exo_sim.engine.trigonometry import sine_cosine

_HALF_PI = 0.5 * math.pi


@inlined
def maintenance_length(length):  # type: ignore[no-untyped-def]
    """Dependence of the maintenance heat on fibre length over optimal length."""
    if length < 0.5:
        return 0.5
    if length < 1.0:
        return length
    return max(3.0 - 2.0 * length, 0.0)


@inlined
def activation_heat(m, muscle, excitation, activation, length):  # type: ignore[no-untyped-def]
    """Activation and maintenance heat rate of a muscle, W (Wang et al. 2012; weights as in SCONE)."""
    slow, fast = m.slow_twitch, 1.0 - m.slow_twitch
    sine, cosine = sine_cosine(_HALF_PI * excitation)
    start = 40.0 * slow * sine + 133.0 * fast * (1.0 - cosine)
    sine, cosine = sine_cosine(_HALF_PI * activation)
    hold = 74.0 * slow * sine + 111.0 * fast * (1.0 - cosine)
    return m.muscle_mass[muscle] * (start + maintenance_length(length) * hold)


@inlined
def contraction_power(m, muscle, activation, length, velocity, force):  # type: ignore[no-untyped-def]
    """Shortening heat rate and positive mechanical work rate of a muscle, W."""
    shortening = max(-velocity * m.l_opt[muscle], 0.0)
    active = activation * active_force_length(m, length) * force_velocity(m, velocity / m.max_velocity)
    return m.f_max[muscle] * (0.25 * force + active) * shortening


@kernel
def spend_energy(m, state, dt):  # type: ignore[no-untyped-def]
    """Add the metabolic energy of the last interval to each muscle's account.

    The basal part (1.51 W per kg of body mass) is not a muscle's: callers add basal_power * time.
    """
    for i in range(N_MUSCLES):
        activation = state[ACTIVATION + i]
        length = state[FIBRE_LENGTH + i]
        heat = activation_heat(m, i, state[EXCITATION + i], activation, length)
        power = contraction_power(m, i, activation, length, state[FIBRE_VELOCITY + i], state[FORCE + i])
        state[MUSCLE_ENERGY + i] += dt * (heat + power)
