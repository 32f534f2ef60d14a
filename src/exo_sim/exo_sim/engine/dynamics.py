"""Multibody dynamics of the planar human in absolute segment angles.

With the hip as root, the mass matrix is one 3x3 block for the root (hip x, hip y, trunk angle) and one 3x3 block per
leg. The legs are eliminated first (Schur complement). Contact, end stops and joint damping enter implicitly:
(M + dt D) a = Q - D v, then semi-implicit Euler.
"""

from __future__ import annotations

from exo_sim.engine.compiled import kernel
from exo_sim.engine.layout import (
    LIMIT_TORQUE,
    MUSCLE_TORQUE,
    N_GENERALISED,
    N_LEGS,
    POSITION,
    VELOCITY,
)


@kernel
def accelerations(m, state, cosine, sine, origin, contact, hip_torque, dt, a, legs):  # type: ignore[no-untyped-def]
    """Generalised accelerations over a step of length dt.

    Args:
        m: the model arrays.
        state: the state vector, torques of muscles and stops up to date.
        cosine, sine, origin: from place_segments.
        contact: (4, 6) from ground_contact.
        hip_torque: (2,) torque of the exoskeleton at the right and left hip, Nm, flexion positive.
        dt: step in s; 0 gives the accelerations of the continuous equations.
        a: (9,) out: hip x, hip y (m/s^2), segment angles (rad/s^2).
        legs: (2, 12) scratch.
    """
    # Trunk.
    hx = cosine[0] * m.first_moment[0, 0] - sine[0] * m.first_moment[0, 1]
    hy = sine[0] * m.first_moment[0, 0] + cosine[0] * m.first_moment[0, 1]
    rate_squared = state[VELOCITY + 2] * state[VELOCITY + 2]
    rxx, ryy, rtt = m.total_mass, m.total_mass, m.inertia[0]
    rxy, rxt, ryt = 0.0, -hy, hx
    qx = rate_squared * hx
    qy = rate_squared * hy - m.total_mass * m.gravity
    qt = -m.gravity * hx

    for leg in range(N_LEGS):
        t, s, f = 3 * leg + 1, 3 * leg + 2, 3 * leg + 3
        # First moments of thigh, shank and foot, and the vectors to knee and ankle, turned into the world.
        h1x = cosine[t] * m.first_moment[1, 0] - sine[t] * m.first_moment[1, 1]
        h1y = sine[t] * m.first_moment[1, 0] + cosine[t] * m.first_moment[1, 1]
        h2x = cosine[s] * m.first_moment[2, 0] - sine[s] * m.first_moment[2, 1]
        h2y = sine[s] * m.first_moment[2, 0] + cosine[s] * m.first_moment[2, 1]
        h3x = cosine[f] * m.first_moment[3, 0] - sine[f] * m.first_moment[3, 1]
        h3y = sine[f] * m.first_moment[3, 0] + cosine[f] * m.first_moment[3, 1]
        kx, ky = origin[0, s], origin[1, s]
        ax, ay = origin[0, f] - kx, origin[1, f] - ky

        w1, w2, w3 = state[VELOCITY + 2 + t], state[VELOCITY + 2 + s], state[VELOCITY + 2 + f]
        w1s, w2s, w3s = w1 * w1, w2 * w2, w3 * w3
        relative = w1 - state[VELOCITY + 2]

        c11, c22, c33 = m.inertia[1], m.inertia[2], m.inertia[3]
        c12 = kx * h2x + ky * h2y
        c13 = kx * h3x + ky * h3y
        c23 = ax * h3x + ay * h3y
        x12 = kx * h2y - ky * h2x
        x13 = kx * h3y - ky * h3x
        x23 = ax * h3y - ay * h3x
        # Coupling to the root: rows x, y, trunk.
        bx1, bx2, bx3 = -h1y, -h2y, -h3y
        by1, by2, by3 = h1x, h2x, h3x
        bt1 = 0.0

        j = 3 * leg
        d_hip, d_knee, d_ankle = m.joint_damping[0], m.joint_damping[1], m.joint_damping[2]
        hip = state[MUSCLE_TORQUE + j] + state[LIMIT_TORQUE + j] + hip_torque[leg] - d_hip * relative
        knee = state[MUSCLE_TORQUE + j + 1] + state[LIMIT_TORQUE + j + 1] - d_knee * (w2 - w1)
        ankle = state[MUSCLE_TORQUE + j + 2] + state[LIMIT_TORQUE + j + 2] - d_ankle * (w3 - w2)
        d_hip += m.limit_damping[0] if state[LIMIT_TORQUE + j] != 0.0 else 0.0
        d_knee += m.limit_damping[1] if state[LIMIT_TORQUE + j + 1] != 0.0 else 0.0
        d_ankle += m.limit_damping[2] if state[LIMIT_TORQUE + j + 2] != 0.0 else 0.0

        q1 = -m.gravity * h1x + w2s * x12 + w3s * x13 + hip - knee
        q2 = -m.gravity * h2x - w1s * x12 + w3s * x23 + knee - ankle
        q3 = -m.gravity * h3x - w1s * x13 - w2s * x23 + ankle
        qx += w1s * h1x + w2s * h2x + w3s * h3x
        qy += w1s * h1y + w2s * h2y + w3s * h3y
        qt -= hip

        c11 += dt * (d_hip + d_knee)
        c22 += dt * (d_knee + d_ankle)
        c33 += dt * d_ankle
        c12 -= dt * d_knee
        c23 -= dt * d_ankle
        bt1 -= dt * d_hip
        rtt += dt * d_hip

        for i in range(2):
            row = 2 * leg + i
            if contact[row, 3] <= 0.0:
                continue
            px, py = contact[row, 0], contact[row, 1]
            fx, fy = contact[row, 2], contact[row, 3]
            ct, cn = dt * contact[row, 4], dt * contact[row, 5]
            ux, uy = px - kx, py - ky
            vx, vy = ux - ax, uy - ay
            qx += fx
            qy += fy
            q1 += kx * fy - ky * fx
            q2 += ax * fy - ay * fx
            q3 += vx * fy - vy * fx
            rxx += ct
            ryy += cn
            bx1 -= ct * ky
            bx2 -= ct * ay
            bx3 -= ct * vy
            by1 += cn * kx
            by2 += cn * ax
            by3 += cn * vx
            c11 += cn * kx * kx + ct * ky * ky
            c22 += cn * ax * ax + ct * ay * ay
            c33 += cn * vx * vx + ct * vy * vy
            c12 += cn * kx * ax + ct * ky * ay
            c13 += cn * kx * vx + ct * ky * vy
            c23 += cn * ax * vx + ct * ay * vy

        # Inverse of the leg's symmetric block by cofactors.
        i11 = c22 * c33 - c23 * c23
        i12 = c13 * c23 - c12 * c33
        i13 = c12 * c23 - c13 * c22
        scale = 1.0 / (c11 * i11 + c12 * i12 + c13 * i13)
        i11 *= scale
        i12 *= scale
        i13 *= scale
        i22 = (c11 * c33 - c13 * c13) * scale
        i23 = (c12 * c13 - c11 * c23) * scale
        i33 = (c11 * c22 - c12 * c12) * scale

        gx1 = i11 * bx1 + i12 * bx2 + i13 * bx3
        gx2 = i12 * bx1 + i22 * bx2 + i23 * bx3
        gx3 = i13 * bx1 + i23 * bx2 + i33 * bx3
        gy1 = i11 * by1 + i12 * by2 + i13 * by3
        gy2 = i12 * by1 + i22 * by2 + i23 * by3
        gy3 = i13 * by1 + i23 * by2 + i33 * by3
        gt1, gt2, gt3 = i11 * bt1, i12 * bt1, i13 * bt1

        rxx -= gx1 * bx1 + gx2 * bx2 + gx3 * bx3
        rxy -= gx1 * by1 + gx2 * by2 + gx3 * by3
        ryy -= gy1 * by1 + gy2 * by2 + gy3 * by3
        rxt -= gx1 * bt1
        ryt -= gy1 * bt1
        rtt -= gt1 * bt1
        qx -= gx1 * q1 + gx2 * q2 + gx3 * q3
        qy -= gy1 * q1 + gy2 * q2 + gy3 * q3
        qt -= gt1 * q1 + gt2 * q2 + gt3 * q3

        legs[leg, 0] = i11 * q1 + i12 * q2 + i13 * q3
        legs[leg, 1] = i12 * q1 + i22 * q2 + i23 * q3
        legs[leg, 2] = i13 * q1 + i23 * q2 + i33 * q3
        legs[leg, 3], legs[leg, 4], legs[leg, 5] = gx1, gx2, gx3
        legs[leg, 6], legs[leg, 7], legs[leg, 8] = gy1, gy2, gy3
        legs[leg, 9], legs[leg, 10], legs[leg, 11] = gt1, gt2, gt3

    # Root by cofactors, then the legs.
    jxx = ryy * rtt - ryt * ryt
    jxy = rxt * ryt - rxy * rtt
    jxt = rxy * ryt - rxt * ryy
    scale = 1.0 / (rxx * jxx + rxy * jxy + rxt * jxt)
    jyy = rxx * rtt - rxt * rxt
    jyt = rxy * rxt - rxx * ryt
    jtt = rxx * ryy - rxy * rxy
    a[0] = scale * (jxx * qx + jxy * qy + jxt * qt)
    a[1] = scale * (jxy * qx + jyy * qy + jyt * qt)
    a[2] = scale * (jxt * qx + jyt * qy + jtt * qt)
    for leg in range(N_LEGS):
        for i in range(3):
            a[3 + 3 * leg + i] = (
                legs[leg, i] - legs[leg, 3 + i] * a[0] - legs[leg, 6 + i] * a[1] - legs[leg, 9 + i] * a[2]
            )


@kernel
def advance_bodies(state, a, dt):  # type: ignore[no-untyped-def]
    """Semi-implicit Euler: velocities first, then positions with the new velocities."""
    for i in range(N_GENERALISED):
        state[VELOCITY + i] += dt * a[i]
        state[POSITION + i] += dt * state[VELOCITY + i]
