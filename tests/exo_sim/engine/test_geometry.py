"""Muscle paths against MuJoCo's spatial tendons, and torques of muscles and end stops."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from exo_sim.engine import layout
from exo_sim.names import COORDINATES

MUSCLE_TORQUES = slice(layout.MUSCLE_TORQUE, layout.MUSCLE_TORQUE + layout.N_JOINTS)
LIMIT_TORQUES = slice(layout.LIMIT_TORQUE, layout.LIMIT_TORQUE + layout.N_JOINTS)


@pytest.mark.oracle
def test_musculotendon_lengths_equal_mujocos(mechanics, oracle, random_states) -> None:
    for state in random_states:
        mechanics.place(state)
        assert_allclose(mechanics.path_length, oracle.forward(state).ten_length, rtol=0, atol=1e-12)


@pytest.mark.oracle
def test_moment_arms_equal_mujocos(mechanics, oracle, arrays) -> None:
    rng = np.random.default_rng(2)
    for muscle in range(layout.N_MUSCLES):
        state = mechanics.state(rng.uniform(-0.4, 0.0, 9), np.zeros(9))
        state[layout.FORCE + muscle] = 1.0 / arrays.f_max[muscle]  # 1 N: the torque is the moment arm
        mechanics.place(state)
        mechanics.load(state, in_contact=False)
        tension = np.zeros(layout.N_MUSCLES)
        tension[muscle] = 1.0
        reference = oracle.forward(state, tension).qfrc_actuator[3:]
        assert np.any(reference != 0.0)
        assert_allclose(state[MUSCLE_TORQUES], reference, rtol=0, atol=1e-12)


def test_moment_arms_are_the_derivative_of_length(mechanics, arrays) -> None:
    rng = np.random.default_rng(3)
    position, step = rng.uniform(-0.4, 0.0, 9), 1e-6
    for j in range(layout.N_JOINTS):
        lengths = []
        for sign in (1.0, -1.0):
            moved = position.copy()
            moved[3 + j] += sign * step
            mechanics.place(mechanics.state(moved, np.zeros(9)))
            lengths.append(mechanics.path_length.copy())
        derivative = (lengths[0] - lengths[1]) / (2.0 * step)
        for muscle in range(layout.N_MUSCLES):
            state = mechanics.state(position, np.zeros(9))
            state[layout.FORCE + muscle] = 1.0 / arrays.f_max[muscle]
            mechanics.place(state)
            mechanics.load(state, in_contact=False)
            assert state[layout.MUSCLE_TORQUE + j] == pytest.approx(-derivative[muscle], abs=1e-8)


def test_muscles_of_one_leg_do_not_load_the_other(mechanics) -> None:
    state = mechanics.state(np.zeros(9), np.zeros(9))
    state[layout.FORCE : layout.FORCE + layout.N_LEG_MUSCLES] = 1.0  # right leg
    mechanics.place(state)
    mechanics.load(state, in_contact=False)
    torque = state[MUSCLE_TORQUES]
    assert np.all(torque[:3] != 0.0) and np.all(torque[3:] == 0.0)


@pytest.mark.parametrize("coordinate", COORDINATES[1:])
@pytest.mark.parametrize("beyond", [-0.2, -1e-3, 0.0, 1e-3, 0.2])
@pytest.mark.parametrize("rate", [-3.0, 2.0])
def test_end_stop_is_a_damped_spring_outside_the_range_only(mechanics, model, coordinate, beyond, rate) -> None:
    index = COORDINATES.index(coordinate)
    joint = model.joints[coordinate[:-2]]
    position, velocity = np.zeros(9), np.zeros(9)
    position[[4, 7]] = -0.5  # knees within their range
    edge = joint.range_rad[1] if beyond > 0.0 else joint.range_rad[0]
    position[2 + index] = edge + beyond if beyond != 0.0 else 0.5 * sum(joint.range_rad)
    velocity[2 + index] = rate
    state = mechanics.state(position, velocity)
    mechanics.place(state)
    mechanics.load(state, in_contact=False)
    expected = np.zeros(layout.N_JOINTS)
    if beyond != 0.0:
        expected[index - 1] = -joint.limit_stiffness_nm_rad * beyond - joint.limit_damping_nm_s_rad * rate
    assert_allclose(state[LIMIT_TORQUES], expected, rtol=1e-9, atol=1e-9)
