"""Foot contact against Simbody's closed form, and the velocity of the contact point against differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exo_sim.engine import layout
from exo_sim.engine.contact import friction_slope, normal_force

POSITIONS = slice(layout.POSITION, layout.POSITION + layout.N_GENERALISED)
VELOCITIES = slice(layout.VELOCITY, layout.VELOCITY + layout.N_GENERALISED)


def simbody_normal(model, depth: float, rate: float) -> float:
    """Simbody's HuntCrossleyForce of a sphere on a half space, both of the same material."""
    half = 0.5 * model.contact.plane_strain_modulus_pa ** (2.0 / 3.0)
    hertz = 4.0 / 3.0 * half * depth * np.sqrt(model.contact.radius_m * half * depth)
    return max(hertz * (1.0 + 1.5 * model.contact.dissipation_s_m * rate), 0.0)


def simbody_friction(model, normal: float, speed: float) -> float:
    c = model.contact
    ratio = speed / c.transition_velocity_m_s
    stribeck = c.dynamic_friction + 2.0 * (c.static_friction - c.dynamic_friction) / (1.0 + ratio**2)
    return normal * (min(ratio, 1.0) * stribeck + c.viscous_friction_s_m * speed)


@given(depth=st.floats(0.0, 0.03), rate=st.floats(-3.0, 3.0))
def test_normal_force(model, arrays, depth, rate) -> None:
    assert normal_force(arrays, depth, rate) == pytest.approx(simbody_normal(model, depth, rate), rel=1e-12, abs=1e-12)


@given(depth=st.floats(-1.0, 0.0), rate=st.floats(-3.0, 3.0))
def test_no_force_above_the_ground(arrays, depth, rate) -> None:
    assert normal_force(arrays, depth, rate) == 0.0


@given(depth=st.floats(0.0, 0.03), rate=st.floats(-3.0, 3.0))
def test_ground_never_pulls(arrays, depth, rate) -> None:
    assert normal_force(arrays, depth, rate) >= 0.0


@given(speed=st.floats(0.0, 5.0))
def test_friction(model, arrays, speed) -> None:
    assert friction_slope(arrays, speed) * speed == pytest.approx(simbody_friction(model, 1.0, speed), rel=1e-12)


def material_point(mechanics, state, row: int, offset, dt: float):
    """Where the point of the foot that is at sphere centre + offset now is after dt at the present velocities."""
    moved = state.copy()
    moved[POSITIONS] += dt * state[VELOCITIES]
    turned = dt * state[layout.VELOCITY + 5 + 3 * (row // 2)]
    c, s = np.cos(turned), np.sin(turned)
    centre = mechanics.sphere_centres(moved)[row]
    return centre + np.array([c * offset[0] - s * offset[1], s * offset[0] + c * offset[1]])


def test_forces_act_halfway_into_the_overlap_at_the_velocity_of_the_foot(mechanics, model) -> None:
    rng = np.random.default_rng(7)
    touching = 0
    for _ in range(60):
        state = mechanics.state(rng.uniform(-0.5, 0.5, 9), rng.normal(0.0, 0.7, 9))
        lowest_two = np.sort(mechanics.sphere_centres(state)[:, 1])[1]
        state[layout.POSITION + 1] += model.contact.radius_m - rng.uniform(0.0, 0.006) - lowest_two
        mechanics.place(state)
        mechanics.load(state)
        ground = np.zeros(4)
        for row, centre in enumerate(mechanics.sphere_centres(state)):
            depth = model.contact.radius_m - centre[1]
            if depth <= 0.0:
                assert np.all(mechanics.contact[row, 2:] == 0.0)
                continue
            point = np.array([centre[0], -0.5 * depth])
            h = 1e-6
            ahead, behind = (material_point(mechanics, state, row, point - centre, dt) for dt in (h, -h))
            velocity = (ahead - behind) / (2.0 * h)
            normal = simbody_normal(model, depth, -velocity[1])
            friction = -np.sign(velocity[0]) * simbody_friction(model, normal, abs(velocity[0]))
            assert mechanics.contact[row, :2] == pytest.approx(point - state[POSITIONS][:2], abs=1e-12)
            assert mechanics.contact[row, 2:4] == pytest.approx([friction, normal], rel=1e-6, abs=1e-6)
            ground[2 * (row // 2) : 2 * (row // 2) + 2] += mechanics.contact[row, 2:4]
            touching += normal > 0.0
        assert state[layout.GROUND_FORCE : layout.GROUND_FORCE + 4] == pytest.approx(ground, rel=1e-12)
    assert touching > 40


def test_damping_coefficients_are_the_slopes_of_the_forces(mechanics, model) -> None:
    """Tangential: secant of friction over velocity; normal: derivative of the normal force with approach speed."""
    state = mechanics.state(np.zeros(9), np.zeros(9))
    state[layout.VELOCITY : layout.VELOCITY + 2] = (0.4, -0.1)
    state[layout.POSITION + 1] = 0.027 - mechanics.sphere_centres(state)[:, 1].min()
    mechanics.place(state)
    mechanics.load(state)
    depth = 0.003
    slope = (simbody_normal(model, depth, 0.1 + 1e-6) - simbody_normal(model, depth, 0.1 - 1e-6)) / 2e-6
    for row in mechanics.contact:
        assert row[4] == pytest.approx(-row[2] / 0.4, rel=1e-9)
        assert row[5] == pytest.approx(slope, rel=1e-6)
