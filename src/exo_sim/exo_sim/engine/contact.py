"""Foot-ground contact: Hunt-Crossley spheres with Stribeck and viscous friction (Simbody's HuntCrossleyForce)."""

from __future__ import annotations

import math

from exo_sim.engine.compiled import inlined, kernel
from exo_sim.engine.layout import GROUND_FORCE, N_LEGS, POSITION, VELOCITY


@inlined
def normal_force(m, depth, rate):  # type: ignore[no-untyped-def]
    """Normal force (N) at a depth (m, > 0 inside the ground) growing at a rate (m/s)."""
    d = max(depth, 0.0)
    return max(m.contact_stiffness * d * math.sqrt(d) * (1.0 + 1.5 * m.dissipation * rate), 0.0)


@inlined
def friction_slope(m, speed):  # type: ignore[no-untyped-def]
    """Friction coefficient over sliding speed, s/m; finite at rest."""
    ratio = speed / m.transition_velocity
    stribeck = m.dynamic_friction + 2.0 * (m.static_friction - m.dynamic_friction) / (1.0 + ratio * ratio)
    return stribeck / max(speed, m.transition_velocity) + m.viscous_friction


@kernel
def ground_contact(m, state, cosine, sine, origin, contact):  # type: ignore[no-untyped-def]
    """Forces of the four contact spheres.

    Args:
        m: the model arrays.
        state: the state vector; GROUND_FORCE is written.
        cosine, sine, origin: from place_segments.
        contact: (4, 6) out per sphere: point relative to the hip (x, y), force (x, y), damping of the tangential
            and of the normal direction (N s/m), for the implicit step.
    """
    for leg in range(N_LEGS):
        forward, upward = 0.0, 0.0
        foot = 3 * leg + 3
        for i in range(2):
            row = 2 * leg + i
            x = origin[0, foot] + cosine[foot] * m.sphere[i, 0] - sine[foot] * m.sphere[i, 1]
            y = origin[1, foot] + sine[foot] * m.sphere[i, 0] + cosine[foot] * m.sphere[i, 1]
            depth = m.radius - (state[POSITION + 1] + y)
            if depth <= 0.0:
                contact[row, 2:6] = 0.0
                continue
            y += 0.5 * depth - m.radius  # halfway into the overlap, where two equal materials meet
            vx, vy = state[VELOCITY], state[VELOCITY + 1]
            ux, uy = x, y
            for j in range(3):  # thigh, shank, foot: each turns what hangs on its upper joint
                segment = 3 * leg + j + 1
                rate = state[VELOCITY + 2 + segment]
                if j < 2:
                    rx = origin[0, segment + 1] - origin[0, segment] * (j > 0)
                    ry = origin[1, segment + 1] - origin[1, segment] * (j > 0)
                    ux -= rx
                    uy -= ry
                else:
                    rx, ry = ux, uy
                vx -= rate * ry
                vy += rate * rx
            normal = normal_force(m, depth, -vy)
            slope = normal * friction_slope(m, abs(vx))
            contact[row, 0] = x
            contact[row, 1] = y
            contact[row, 2] = -slope * vx
            contact[row, 3] = normal
            contact[row, 4] = slope
            contact[row, 5] = (
                1.5 * m.dissipation * m.contact_stiffness * depth * math.sqrt(depth) if normal > 0.0 else 0.0
            )
            forward += contact[row, 2]
            upward += normal
        state[GROUND_FORCE + 2 * leg] = forward
        state[GROUND_FORCE + 2 * leg + 1] = upward
