"""Musculotendon dynamics: rigid-height fibre, compliant tendon, damped equilibrium (Millard et al. 2013).

The fibre velocity that balances tendon and fibre is known in closed form, so that no step iterates.
"""

from __future__ import annotations

import math

from exo_sim.engine.compiled import inlined, kernel
from exo_sim.engine.layout import (
    ACTIVATION,
    EXCITATION,
    FIBRE,
    FIBRE_LENGTH,
    FIBRE_VELOCITY,
    FORCE,
    N_MUSCLES,
)

_SHORTEST_FIBRE = 0.05
"""Smallest fibre length along the tendon over optimal length: keeps the pennation angle below 90 degrees."""


@inlined
def tendon_force(m, strain):  # type: ignore[no-untyped-def]
    """Tendon force over maximum isometric force at a strain (zero when slack)."""
    e = max(strain, 0.0)
    return e * (m.tendon_quadratic * e + m.tendon_linear)


@inlined
def passive_force(m, length):  # type: ignore[no-untyped-def]
    """Passive fibre force over maximum isometric force; length over optimal length."""
    d = max(length - 1.0, 0.0)
    return d * d * (m.passive_cubic * d + m.passive_quadratic)


@inlined
def active_force_length(m, length):  # type: ignore[no-untyped-def]
    """Active force-length multiplier; length over optimal length."""
    d = length - 1.0
    value = 1.0 + d * d * (m.length_quadratic + m.length_cubic * d)
    return value if m.length_low < length < m.length_high else 0.0


@inlined
def force_velocity(m, velocity):  # type: ignore[no-untyped-def]
    """Force-velocity multiplier; velocity over maximum contraction velocity, lengthening positive."""
    if velocity <= -1.0:
        return 0.0
    if velocity < 0.0:
        return m.concentric * (1.0 + velocity) / (m.concentric - velocity)
    return (m.eccentric_maximum * velocity + m.eccentric) / (m.eccentric + velocity)


@inlined
def fibre_velocity(m, strength, load):  # type: ignore[no-untyped-def]
    """Solve strength * force_velocity(v) + damping * v = load for v in closed form.

    Args:
        m: the model arrays.
        strength: activation times force-length multiplier, > 0.
        load: fibre force without its passive part, over maximum isometric force.

    Returns:
        v over maximum contraction velocity, lengthening positive.
    """
    shortening = load < strength
    # Both branches multiply out to a quadratic in v; each takes the root of its own side of zero.
    slope = strength * m.concentric + m.fibre_damping * m.concentric + load
    climb = load - strength * m.eccentric_maximum - m.fibre_damping * m.eccentric
    half = slope if shortening else climb
    curvature = m.concentric if shortening else m.eccentric
    gap = abs(load - strength)
    root = math.sqrt(half * half + 4.0 * m.fibre_damping * curvature * gap)
    per_damping = 1.0 / m.fibre_damping
    v = (half - root if shortening else half + root) * (0.5 * per_damping)
    return load * per_damping if load < -m.fibre_damping else v


@kernel
def muscle_forces(m, state, path_length, fibre_rate):  # type: ignore[no-untyped-def]
    """Force, fibre length and fibre velocity of each muscle at the present state.

    Args:
        m: the model arrays.
        state: the state vector; FIBRE and ACTIVATION are read, FIBRE_LENGTH, FIBRE_VELOCITY and FORCE written.
        path_length: (18,) musculotendon lengths, m.
        fibre_rate: (18,) out: rate of change of FIBRE, m/s.
    """
    for i in range(N_MUSCLES):
        along = max(state[FIBRE + i], _SHORTEST_FIBRE * m.l_opt[i])
        fibre = math.sqrt(along * along + m.fibre_height[i] * m.fibre_height[i])
        secant = fibre / along
        length = fibre / m.l_opt[i]
        force = tendon_force(m, (path_length[i] - along) / m.l_slack[i] - 1.0)
        strength = max(state[ACTIVATION + i] * active_force_length(m, length), 1e-6)
        load = force * secant - passive_force(m, length)
        velocity = m.max_velocity * fibre_velocity(m, strength, load)
        fibre_rate[i] = velocity * m.l_opt[i] * secant
        state[FIBRE_LENGTH + i] = length
        state[FIBRE_VELOCITY + i] = velocity
        state[FORCE + i] = force


@kernel
def advance_muscles(m, state, fibre_rate, dt):  # type: ignore[no-untyped-def]
    """Advance fibre lengths and activations by one physics step (explicit Euler).

    Activation follows excitation with the time constants of Thelen (2003), as in OpenSim.
    """
    for i in range(N_MUSCLES):
        state[FIBRE + i] = max(state[FIBRE + i] + dt * fibre_rate[i], _SHORTEST_FIBRE * m.l_opt[i])
        activation = state[ACTIVATION + i]
        excitation = state[EXCITATION + i]
        factor = 0.5 + 1.5 * activation
        rising = excitation > activation
        time = m.activation_time * factor if rising else m.deactivation_time / factor
        state[ACTIVATION + i] = max(activation + dt * (excitation - activation) / time, m.minimum_activation)


@kernel
def equilibrate_fibres(m, state, path_length):  # type: ignore[no-untyped-def]
    """Set each fibre to the length at which its tendon balances it at zero velocity (bisection)."""
    for i in range(N_MUSCLES):
        low = _SHORTEST_FIBRE * m.l_opt[i]
        high = max(path_length[i] - m.l_slack[i], low) + 0.1 * m.l_slack[i]
        for _ in range(60):
            along = 0.5 * (low + high)
            fibre = math.sqrt(along * along + m.fibre_height[i] * m.fibre_height[i])
            length = fibre / m.l_opt[i]
            tendon = tendon_force(m, (path_length[i] - along) / m.l_slack[i] - 1.0)
            own = state[ACTIVATION + i] * active_force_length(m, length) + passive_force(m, length)
            if tendon * fibre / along > own:
                low = along
            else:
                high = along
        state[FIBRE + i] = 0.5 * (low + high)
