"""One call per policy period: physics, muscles, reflexes, contact and metabolics."""

from __future__ import annotations

import math

import numpy as np

from exo_sim.engine.compiled import kernel
from exo_sim.engine.contact import ground_contact
from exo_sim.engine.dynamics import accelerations, advance_bodies
from exo_sim.engine.geometry import joint_torques, muscle_paths, place_segments
from exo_sim.engine.layout import (
    ACTIVATION,
    ACTIVATION_CUBED,
    ACTIVATION_SQUARED,
    ANKLE_OVERRANGE,
    EXCITATION,
    GAIT_STATE,
    GROUND_FORCE,
    HIP_OVEREXTENSION,
    KNEE_LIMIT,
    LIMIT_TORQUE,
    N_CONTACTS,
    N_GENERALISED,
    N_LEGS,
    N_MUSCLES,
    N_SEGMENTS,
    OVERLOAD,
    POSITION,
    STEP,
    TILT_SQUARED,
)
from exo_sim.engine.metabolics import spend_energy
from exo_sim.engine.muscle import advance_muscles, equilibrate_fibres, muscle_forces
from exo_sim.engine.reflexes import UNKNOWN, excite, fill_history, record_sensors, update_gait_states

OVERLOAD_BW = 1.2
ANKLE_RANGE_DEG = (-60.0, 20.0)
HIP_EXTENSION_DEG = -25.0
"""The exoskeleton fades its torque out beyond a little more extension than this (config/safety/limits.yaml)."""


@kernel
def account(m, state, dt):  # type: ignore[no-untyped-def]
    """Add the last control period to the running integrals an objective is made of."""
    spend_energy(m, state, dt)
    for i in range(N_MUSCLES):
        a = state[ACTIVATION + i]
        state[ACTIVATION_SQUARED + i] += dt * a * a
        state[ACTIVATION_CUBED] += dt * a * a * a
    weight = m.total_mass * m.gravity
    for leg in range(N_LEGS):
        state[KNEE_LIMIT] += 0.5 * dt * abs(state[LIMIT_TORQUE + 3 * leg + 1])
        load = math.hypot(state[GROUND_FORCE + 2 * leg], state[GROUND_FORCE + 2 * leg + 1]) / weight
        state[OVERLOAD] += dt * max(load - OVERLOAD_BW, 0.0)
        foot = POSITION + 2 + 3 * leg + 3
        ankle = math.degrees(state[foot] - state[foot - 1])
        beyond = max(ankle - ANKLE_RANGE_DEG[1], 0.0) + min(ankle - ANKLE_RANGE_DEG[0], 0.0)
        state[ANKLE_OVERRANGE] += 0.5 * dt * beyond * beyond
        hip = math.degrees(state[foot - 2] - state[POSITION + 2])
        state[HIP_OVEREXTENSION] += 0.5 * dt * min(hip - HIP_EXTENSION_DEG, 0.0) ** 2
    state[TILT_SQUARED] += dt * state[POSITION + 2] ** 2


@kernel
def sense(m, state):  # type: ignore[no-untyped-def]
    """Evaluate lengths, forces and contact of the present state without advancing it.

    Returns:
        The scratch arrays a step reads: cosine, sine, origin, arm, contact, fibre_rate.
    """
    cosine, sine = np.empty(N_SEGMENTS), np.empty(N_SEGMENTS)
    origin = np.zeros((2, N_SEGMENTS))
    arm = np.empty((3, m.path_muscle.size))
    ends = np.empty((1, m.path_muscle.size))
    path_length, fibre_rate = np.empty(N_MUSCLES), np.empty(N_MUSCLES)
    contact = np.zeros((N_CONTACTS, 6))
    place_segments(m, state, cosine, sine, origin)
    muscle_paths(m, cosine, sine, origin, path_length, arm, ends)
    muscle_forces(m, state, path_length, fibre_rate)
    joint_torques(m, state, arm)
    ground_contact(m, state, cosine, sine, origin, contact)
    return cosine, sine, origin, arm, contact, fibre_rate


@kernel
def start(m, r, state):  # type: ignore[no-untyped-def]
    """Bring muscles, gait states and reflexes of a freshly placed human to rest with each other.

    POSITION and VELOCITY are given; activations settle to what the reflexes ask for at the first instant.
    """
    cosine, sine = np.empty(N_SEGMENTS), np.empty(N_SEGMENTS)
    origin = np.zeros((2, N_SEGMENTS))
    path_length = np.empty(N_MUSCLES)
    ends = np.empty((1, m.path_muscle.size))
    arm = np.empty((3, m.path_muscle.size))
    place_segments(m, state, cosine, sine, origin)
    muscle_paths(m, cosine, sine, origin, path_length, arm, ends)
    for i in range(N_MUSCLES):
        state[ACTIVATION + i] = m.minimum_activation
    for leg in range(N_LEGS):
        state[GAIT_STATE + leg] = UNKNOWN
    for _ in range(8):  # fibre lengths depend on activations, which depend on the sensed lengths and forces
        equilibrate_fibres(m, state, path_length)
        sense(m, state)
        update_gait_states(m, state, cosine, sine, origin, r.stance_load)
        record_sensors(m, state, 0)
        fill_history(state)
        excite(m, r, state, 0)
        for i in range(N_MUSCLES):
            state[ACTIVATION + i] = state[EXCITATION + i]
    equilibrate_fibres(m, state, path_length)
    sense(m, state)
    state[STEP] = 0.0


@kernel
def advance(m, r, state, hip_torque, dt, steps, steps_per_control):  # type: ignore[no-untyped-def]
    """Advance the human by a number of physics steps under constant hip torques.

    Args:
        m: the model arrays.
        r: the reflex arrays.
        state: the state vector, changed in place.
        hip_torque: (2,) exoskeleton torque at the right and left hip, Nm, flexion positive.
        dt: physics step, s.
        steps: number of physics steps.
        steps_per_control: physics steps per control period of the reflexes.
    """
    cosine, sine = np.empty(N_SEGMENTS), np.empty(N_SEGMENTS)
    origin = np.zeros((2, N_SEGMENTS))
    arm = np.empty((3, m.path_muscle.size))
    ends = np.empty((1, m.path_muscle.size))
    path_length, fibre_rate = np.empty(N_MUSCLES), np.empty(N_MUSCLES)
    contact = np.zeros((N_CONTACTS, 6))
    a = np.empty(N_GENERALISED)
    legs = np.empty((N_LEGS, 12))
    step = int(state[STEP])
    for _ in range(steps):
        place_segments(m, state, cosine, sine, origin)
        muscle_paths(m, cosine, sine, origin, path_length, arm, ends)
        muscle_forces(m, state, path_length, fibre_rate)
        joint_torques(m, state, arm)
        ground_contact(m, state, cosine, sine, origin, contact)
        if step % steps_per_control == 0:
            sample = step // steps_per_control
            update_gait_states(m, state, cosine, sine, origin, r.stance_load)
            record_sensors(m, state, sample)
            excite(m, r, state, sample)
            account(m, state, dt * steps_per_control)
        advance_muscles(m, state, fibre_rate, dt)
        accelerations(m, state, cosine, sine, origin, contact, hip_torque, dt, a, legs)
        advance_bodies(state, a, dt)
        step += 1
    state[STEP] = step
