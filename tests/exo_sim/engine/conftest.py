"""Fixtures of the engine's tests: kernels called one by one, and MuJoCo in the same pose."""

from collections.abc import Iterator

import mujoco
import numpy as np
import pytest
from numpy.typing import NDArray

from exo_sim.engine import layout
from exo_sim.engine.contact import ground_contact
from exo_sim.engine.dynamics import accelerations
from exo_sim.engine.geometry import joint_torques, muscle_paths, place_segments
from exo_sim.engine.model_arrays import ModelArrays
from exo_sim.human_model import HumanModel
from exo_sim.mujoco_model import mjcf

Floats = NDArray[np.float64]

POSITIONS = slice(layout.POSITION, layout.POSITION + layout.N_GENERALISED)
VELOCITIES = slice(layout.VELOCITY, layout.VELOCITY + layout.N_GENERALISED)
FORCES = slice(layout.FORCE, layout.FORCE + layout.N_MUSCLES)


def _absolute_from_joint() -> Floats:
    """(9, 9) matrix: segment angles are sums of the joint angles above them."""
    matrix = np.eye(9)
    matrix[3:, 2] = 1.0
    for first in (3, 6):
        matrix[first : first + 3, first : first + 3] = np.tril(np.ones((3, 3)))
    return matrix


ABSOLUTE_FROM_JOINT = _absolute_from_joint()


class Mechanics:
    """The engine's kernels with their scratch arrays, for one model."""

    def __init__(self, model: HumanModel, arrays: ModelArrays) -> None:
        self.model, self.arrays = model, arrays
        n = arrays.path_muscle.size
        self.cosine, self.sine = np.empty(layout.N_SEGMENTS), np.empty(layout.N_SEGMENTS)
        self.origin = np.zeros((2, layout.N_SEGMENTS))
        self.path_length, self.arm, self.ends = np.empty(layout.N_MUSCLES), np.zeros((3, n)), np.empty((1, n))
        self.contact = np.zeros((layout.N_CONTACTS, 6))

    @staticmethod
    def state(joint_position: Floats, joint_velocity: Floats) -> Floats:
        """Return a state vector in a pose given as MuJoCo has it: hip x, y, pelvis tilt, joint angles."""
        state = np.zeros(layout.STATE_SIZE)
        state[POSITIONS] = ABSOLUTE_FROM_JOINT @ joint_position
        state[VELOCITIES] = ABSOLUTE_FROM_JOINT @ joint_velocity
        return state

    def place(self, state: Floats) -> None:
        """Compute segment positions and muscle paths."""
        place_segments(self.arrays, state, self.cosine, self.sine, self.origin)
        muscle_paths(self.arrays, self.cosine, self.sine, self.origin, self.path_length, self.arm, self.ends)

    def load(self, state: Floats, in_contact: bool = True) -> None:
        """Compute joint torques and contact forces of a placed state."""
        joint_torques(self.arrays, state, self.arm)
        self.contact[:] = 0.0
        if in_contact:
            ground_contact(self.arrays, state, self.cosine, self.sine, self.origin, self.contact)

    def accelerations(self, state: Floats, hip_torque: Floats, dt: float) -> Floats:
        """Return (9,) accelerations of hip x, y and the segment angles."""
        a, scratch = np.empty(layout.N_GENERALISED), np.empty((layout.N_LEGS, 12))
        accelerations(self.arrays, state, self.cosine, self.sine, self.origin, self.contact, hip_torque, dt, a, scratch)
        return a

    def sphere_centres(self, state: Floats) -> Floats:
        """(4, 2) centres of the contact spheres in the world: heel and toe, right then left, from the model file."""
        ankle = np.array(self.model.joints["ankle"].in_child_m[:2])
        knee_in_thigh = np.array(self.model.joints["knee"].in_parent_m[:2])
        ankle_in_shank = np.array(self.model.joints["ankle"].in_parent_m[:2])
        position = state[POSITIONS]
        centres = []
        for thigh, shank, foot in (position[3:6], position[6:9]):
            at = position[:2] + turn(thigh, knee_in_thigh) + turn(shank, ankle_in_shank)
            centres += [at + turn(foot, np.array(self.model.contact.spheres_m[k]) - ankle) for k in ("heel", "toe")]
        return np.array(centres)


def turn(angle: float, vector: Floats) -> Floats:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([c * vector[0] - s * vector[1], s * vector[0] + c * vector[1]])


class Oracle:
    """MuJoCo on the same model file, without contact and end stops."""

    def __init__(self, model: HumanModel) -> None:
        self.model = mujoco.MjModel.from_xml_string(mjcf(model, contact=False))
        self.model.opt.enableflags |= int(mujoco.mjtEnableBit.mjENBL_ENERGY)
        self.data = mujoco.MjData(self.model)

    def forward(self, state: Floats, tension: Floats | None = None, hip_torque: Floats | None = None) -> mujoco.MjData:
        """Evaluate MuJoCo at a state of the engine and return its data."""
        self.data.qpos[:] = np.linalg.solve(ABSOLUTE_FROM_JOINT, state[POSITIONS])
        self.data.qvel[:] = np.linalg.solve(ABSOLUTE_FROM_JOINT, state[VELOCITIES])
        self.data.ctrl[: layout.N_MUSCLES] = 0.0 if tension is None else tension
        self.data.ctrl[layout.N_MUSCLES :] = 0.0 if hip_torque is None else hip_torque
        mujoco.mj_forward(self.model, self.data)
        return self.data

    def mass_matrix(self) -> Floats:
        """(9, 9) mass matrix in MuJoCo's coordinates at the last state."""
        matrix, column = np.empty((9, 9)), np.empty(9)
        for i, unit in enumerate(np.eye(9)):
            mujoco.mj_mulM(self.model, self.data, column, unit)
            matrix[:, i] = column
        return matrix


@pytest.fixture
def mechanics(model: HumanModel, arrays: ModelArrays) -> Mechanics:
    return Mechanics(model, arrays)


@pytest.fixture
def oracle(model: HumanModel) -> Oracle:
    return Oracle(model)


def _random_states(seed: int, count: int) -> Iterator[Floats]:
    rng = np.random.default_rng(seed)
    low = np.array([-3.0, -3.0, -1.0, -0.5, -2.0, -1.0, -0.5, -2.0, -1.0])
    high = np.array([3.0, 3.0, 1.0, 2.0, 0.0, 0.4, 2.0, 0.0, 0.4])
    for _ in range(count):
        state = Mechanics.state(rng.uniform(low, high), rng.normal(0.0, 4.0, 9))
        state[FORCES] = rng.uniform(0.0, 1.2, layout.N_MUSCLES)
        yield state


@pytest.fixture
def random_states() -> list[Floats]:
    """States all over the range of motion, within the end stops, with random velocities and muscle forces."""
    return list(_random_states(1, 100))
