"""A whole walk in one compiled call: for searches that simulate thousands of them."""

from __future__ import annotations

import numpy as np

from exo_sim.engine.advance import advance
from exo_sim.engine.compiled import kernel
from exo_sim.engine.layout import HISTORY, N_SEGMENTS, POSITION, VELOCITY


@kernel
def com_height(m, state):  # type: ignore[no-untyped-def]
    """Height of the centre of mass, m."""
    height = 0.0
    for i in range(N_SEGMENTS):
        j = (i - 1) % 3 + 1 if i > 0 else 0
        angle = state[POSITION + 2 + i]
        height += np.sin(angle) * m.first_moment[j, 0] + np.cos(angle) * m.first_moment[j, 1]
    return state[POSITION + 1] + height / m.total_mass


@kernel
def roll_out(m, r, state, torque, push, dt, steps, steps_per_control, fall_height, record):  # type: ignore[no-untyped-def]
    """Walk for a number of policy periods, or until the fall.

    Args:
        m, r: model and reflex arrays.
        state: the state vector, changed in place.
        torque: (n, 2) hip torque in each period, right and left, Nm.
        push: (n,) change of forward velocity at the start of each period, m/s.
        dt, steps, steps_per_control: as for advance; steps per policy period.
        fall_height: the walk ends when the centre of mass is below it, m.
        record: (n, HISTORY) out, the state (without its sensor history) after each period; or (0, HISTORY).

    Returns:
        The number of periods walked.
    """
    n = push.size
    for k in range(n):
        state[VELOCITY] += push[k]
        advance(m, r, state, torque[k], dt, steps, steps_per_control)
        if record.shape[0] > 0:
            record[k] = state[:HISTORY]
        if not com_height(m, state) > fall_height:
            return k + 1
    return n
