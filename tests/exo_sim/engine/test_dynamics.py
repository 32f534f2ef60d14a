"""Multibody dynamics against MuJoCo, against a dense solution of the implicit step, and by its energy."""

import numpy as np
import pytest

from exo_sim.engine import layout
from exo_sim.engine.dynamics import advance_bodies
from exo_sim.names import COORDINATES

POSITIONS = slice(layout.POSITION, layout.POSITION + layout.N_GENERALISED)
VELOCITIES = slice(layout.VELOCITY, layout.VELOCITY + layout.N_GENERALISED)
FORCES = slice(layout.FORCE, layout.FORCE + layout.N_MUSCLES)

ABSOLUTE_FROM_JOINT = np.eye(9)
ABSOLUTE_FROM_JOINT[3:, 2] = 1.0
for _first in (3, 6):
    ABSOLUTE_FROM_JOINT[_first : _first + 3, _first : _first + 3] = np.tril(np.ones((3, 3)))


@pytest.mark.oracle
def test_accelerations_equal_mujocos(mechanics, oracle, arrays, random_states) -> None:
    rng = np.random.default_rng(4)
    for state in random_states:
        hip_torque = rng.normal(0.0, 20.0, 2)
        mechanics.place(state)
        mechanics.load(state, in_contact=False)
        assert np.all(state[layout.LIMIT_TORQUE : layout.LIMIT_TORQUE + layout.N_JOINTS] == 0.0)
        found = mechanics.accelerations(state, hip_torque, 0.0)
        reference = ABSOLUTE_FROM_JOINT @ oracle.forward(state, state[FORCES] * arrays.f_max, hip_torque).qacc
        assert np.linalg.norm(found - reference) <= 1e-6 * np.linalg.norm(reference)


@pytest.mark.oracle
@pytest.mark.parametrize("dt", [0.0, 1e-3, 5e-3])
def test_implicit_step_solves_the_dense_equations(mechanics, oracle, model, dt) -> None:
    """(M + dt D) a = Q: M and the bias from MuJoCo, Q and D put together from contact points and joints here."""
    rng = np.random.default_rng(5)
    contacts = stops = 0
    for _ in range(60):
        position = rng.uniform(-0.6, 0.6, 9)
        position[[4, 7]] = rng.uniform(-0.8, 0.1, 2)  # now and then beyond the knee's stop
        state = mechanics.state(position, rng.normal(0.0, 1.0, 9))
        state[layout.POSITION + 1] += 0.026 - np.sort(mechanics.sphere_centres(state)[:, 1])[1]
        velocity = state[VELOCITIES]
        hip_torque = rng.normal(0.0, 20.0, 2)
        mechanics.place(state)
        mechanics.load(state)
        found = mechanics.accelerations(state, hip_torque, dt)

        data = oracle.forward(state)
        back = np.linalg.inv(ABSOLUTE_FROM_JOINT)
        force = -back.T @ data.qfrc_bias
        damping = np.zeros((9, 9))
        for index, name in enumerate(COORDINATES[1:]):
            joint = model.joints[name[:-2]]
            jacobian = back[3 + index]
            angle, rate = jacobian @ state[POSITIONS], jacobian @ velocity
            beyond = angle - np.clip(angle, *joint.range_rad)
            coefficient = joint.damping_nm_s_rad + (joint.limit_damping_nm_s_rad if beyond != 0.0 else 0.0)
            torque = -joint.limit_stiffness_nm_rad * beyond - coefficient * rate
            torque += hip_torque[index // 3] if name.startswith("hip") else 0.0
            force += jacobian * torque
            damping += coefficient * np.outer(jacobian, jacobian)
            stops += beyond != 0.0
        for row in np.flatnonzero(mechanics.contact[:, 3] > 0.0):
            leg = row // 2
            chain = [np.zeros(2), *mechanics.origin[:, 3 * leg + 2 : 3 * leg + 4].T, mechanics.contact[row, :2]]
            jacobian = np.zeros((2, 9))
            jacobian[:, :2] = np.eye(2)
            for j in range(3):
                x, y = chain[j + 1] - chain[j]
                jacobian[:, 3 + 3 * leg + j] = (-y, x)
            force += jacobian.T @ mechanics.contact[row, 2:4]
            damping += jacobian.T @ np.diag(mechanics.contact[row, 4:6]) @ jacobian
            contacts += 1
        mass = back.T @ oracle.mass_matrix() @ back
        reference = np.linalg.solve(mass + dt * damping, force)
        assert np.linalg.norm(found - reference) <= 1e-10 * np.linalg.norm(reference)
    assert contacts > 60 and stops > 20


def test_passive_motion_keeps_its_energy_to_first_order(mechanics, oracle) -> None:
    """Without damping, contact and muscles the energy error of semi-implicit Euler shrinks with the step."""
    mechanics.arrays = mechanics.arrays._replace(joint_damping=np.zeros(3))
    rng = np.random.default_rng(6)
    start = mechanics.state(np.append(np.zeros(2), rng.uniform(-0.4, 0.0, 7)), rng.normal(0.0, 1.0, 9))
    rest = np.zeros(2)
    drift = []
    for dt in (1e-3, 5e-4, 2.5e-4):
        state = start.copy()
        energy = [oracle.forward(state).energy.sum()]
        for _ in range(round(0.3 / dt)):
            mechanics.place(state)
            mechanics.contact[:] = 0.0
            advance_bodies(state, mechanics.accelerations(state, rest, dt), dt)
            energy.append(oracle.forward(state).energy.sum())
        drift.append(np.max(np.abs(np.array(energy) - energy[0])))
    kinetic = oracle.forward(start).energy[1]
    assert drift[0] < 0.02 * kinetic
    assert drift[0] / drift[1] == pytest.approx(2.0, rel=0.15)
    assert drift[1] / drift[2] == pytest.approx(2.0, rel=0.15)


def test_free_fall(mechanics, arrays) -> None:
    """In free fall from rest every segment falls together and none turns."""
    state = mechanics.state(np.array([0.0, 5.0, 0.1, 0.3, -0.5, 0.1, -0.2, -0.3, 0.2]), np.zeros(9))
    mechanics.place(state)
    mechanics.load(state)
    found = mechanics.accelerations(state, np.zeros(2), 1e-3)
    assert found == pytest.approx([0.0, -arrays.gravity] + [0.0] * 7, abs=1e-10)


def test_hip_torque_acts_on_trunk_and_thigh_oppositely(mechanics) -> None:
    """Flexion positive: the thigh turns forward (+), the trunk backward of it, and angular momentum stays."""
    state = mechanics.state(np.array([0.0, 5.0, 0.1, 0.3, -0.5, 0.1, -0.2, -0.3, 0.2]), np.zeros(9))
    mechanics.place(state)
    mechanics.load(state)
    idle = mechanics.accelerations(state, np.zeros(2), 0.0)
    pushed = mechanics.accelerations(state, np.array([10.0, 0.0]), 0.0) - idle
    assert pushed[3] > 0.0 > pushed[2]
