"""Positions of the segments, muscle path lengths and moment arms."""

from __future__ import annotations

import math

from exo_sim.engine.compiled import kernel
from exo_sim.engine.layout import (
    FORCE,
    LIMIT_TORQUE,
    MUSCLE_TORQUE,
    N_LEGS,
    N_MUSCLES,
    N_SEGMENTS,
    POSITION,
    VELOCITY,
)
from exo_sim.engine.trigonometry import sine_cosine


@kernel
def place_segments(m, state, cosine, sine, origin):  # type: ignore[no-untyped-def]
    """Cosine and sine of each segment's angle, and its upper joint relative to the hip.

    Args:
        m: the model arrays.
        state: the state vector.
        cosine, sine: (7,) out.
        origin: (2, 7) out, m; row 0 forward, row 1 up.
    """
    for i in range(N_SEGMENTS):
        sine[i], cosine[i] = sine_cosine(state[POSITION + 2 + i])
    for leg in range(N_LEGS):
        for j in range(1, 3):
            i = 3 * leg + j
            origin[0, i + 1] = origin[0, i] * (j > 1) + cosine[i] * m.length[j, 0] - sine[i] * m.length[j, 1]
            origin[1, i + 1] = origin[1, i] * (j > 1) + sine[i] * m.length[j, 0] + cosine[i] * m.length[j, 1]


@kernel
def muscle_paths(m, cosine, sine, origin, path_length, arm, ends):  # type: ignore[no-untyped-def]
    """Musculotendon lengths, and the change of each path segment with hip, knee and ankle angle.

    Args:
        m: the model arrays.
        cosine, sine, origin: from place_segments.
        path_length: (18,) out, m.
        arm: (3, n) out, m/rad: derivative of each crossing segment's length with hip, knee and ankle angle.
        ends: (1, n) scratch.
    """
    n = m.path_muscle.size
    for k in range(n):
        a, b = m.path_upper[k], m.path_lower[k]
        knee, ankle = m.path_knee[k], m.path_ankle[k]
        ax = origin[0, a] + cosine[a] * m.path_upper_point[0, k] - sine[a] * m.path_upper_point[1, k]
        ay = origin[1, a] + sine[a] * m.path_upper_point[0, k] + cosine[a] * m.path_upper_point[1, k]
        bx = origin[0, b] + cosine[b] * m.path_lower_point[0, k] - sine[b] * m.path_lower_point[1, k]
        by = origin[1, b] + sine[b] * m.path_lower_point[0, k] + cosine[b] * m.path_lower_point[1, k]
        dx, dy = bx - ax, by - ay
        length = math.sqrt(dx * dx + dy * dy + m.path_z_squared[k])
        per = 1.0 / length
        ends[0, k] = length
        arm[0, k] = m.path_joint[0, k] * (bx * dy - by * dx) * per
        arm[1, k] = m.path_joint[1, k] * ((bx - origin[0, knee]) * dy - (by - origin[1, knee]) * dx) * per
        arm[2, k] = m.path_joint[2, k] * ((bx - origin[0, ankle]) * dy - (by - origin[1, ankle]) * dx) * per
    for i in range(N_MUSCLES):
        path_length[i] = m.path_constant[i]
    for k in range(n):
        path_length[m.path_muscle[k]] += ends[0, k]


@kernel
def joint_torques(m, state, arm):  # type: ignore[no-untyped-def]
    """Write the torque of the muscles and of the end stops at each joint into the state (Nm, flexion of the hip +)."""
    half = m.path_muscle.size // N_LEGS
    for leg in range(N_LEGS):
        hip, knee, ankle = 0.0, 0.0, 0.0
        for k in range(leg * half, (leg + 1) * half):
            muscle = m.path_muscle[k]
            force = state[FORCE + muscle] * m.f_max[muscle]
            hip -= force * arm[0, k]
            knee -= force * arm[1, k]
            ankle -= force * arm[2, k]
        state[MUSCLE_TORQUE + 3 * leg] = hip
        state[MUSCLE_TORQUE + 3 * leg + 1] = knee
        state[MUSCLE_TORQUE + 3 * leg + 2] = ankle
    for leg in range(N_LEGS):
        for j in range(3):
            lower = 3 * leg + j + 1
            upper = lower - 1 if j > 0 else 0
            angle = state[POSITION + 2 + lower] - state[POSITION + 2 + upper]
            rate = state[VELOCITY + 2 + lower] - state[VELOCITY + 2 + upper]
            beyond = max(angle - m.limit_high[j], 0.0) + min(angle - m.limit_low[j], 0.0)
            damping = m.limit_damping[j] if beyond != 0.0 else 0.0
            state[LIMIT_TORQUE + 3 * leg + j] = -m.limit_stiffness[j] * beyond - damping * rate
