"""The reflex engine: gait states, delayed sensors, and rules given as tables (SCONE's semantics)."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from exo_sim.engine.compiled import kernel
from exo_sim.engine.layout import (
    EXCITATION,
    FIBRE_LENGTH,
    FIBRE_VELOCITY,
    FORCE,
    GAIT_STATE,
    GROUND_FORCE,
    HISTORY,
    HISTORY_LENGTH,
    N_LEG_MUSCLES,
    N_LEG_SENSORS,
    N_LEGS,
    N_MUSCLES,
    N_SENSORS,
    POSITION,
    SENSOR_FORCE,
    SENSOR_LENGTH,
    SENSOR_POSITION,
    SENSOR_SPEED,
    SENSOR_VELOCITY,
    VELOCITY,
)

LAST_SAMPLE = HISTORY_LENGTH - 1

EARLY_STANCE, LATE_STANCE, LIFTOFF, SWING, LANDING, UNKNOWN = 0, 1, 2, 3, 4, 5


class ReflexArrays(NamedTuple):
    """A reflex controller as a table: one row per term, gain * (sensor(t - delay) - offset) or a constant."""

    stance_load: float  # leg load over body weight above which a leg is in stance
    muscle: NDArray[np.int64]  # (n,) muscle of the leg that is excited
    states: NDArray[np.int64]  # (n,) bit k: active in gait state k
    sensor: NDArray[np.int64]  # (n,) sensor of the same leg, or -1 for a constant
    gain: NDArray[np.float64]  # (n,)
    offset: NDArray[np.float64]  # (n,)
    rectified: NDArray[np.float64]  # (n,) 1 where sensor - offset counts only above zero
    delay: NDArray[np.int64]  # (n,) whole control periods
    fraction: NDArray[np.float64]  # (n,) rest of the delay, in control periods
    gate_position: NDArray[np.int64]  # (n,) coordinate sensor that can switch the term off, or -1
    gate_above: NDArray[np.float64]  # (n,) off above this angle (rad) while it grows


@kernel
def next_gait_state(present, load, other_load, sag, other_sag, leg_length, threshold):  # type: ignore[no-untyped-def]
    """Next gait state of a leg (SCONE's GaitStateController).

    Args:
        present: its gait state.
        load, other_load: |ground reaction| over body weight of this and of the other leg.
        sag, other_sag: x of the foot's centre of mass minus x of the pelvis's, m.
        leg_length: m.
        threshold: stance load threshold.
    """
    passed = other_load > threshold and sag < other_sag  # the other leg carries load in front of this one
    if present == UNKNOWN:
        if load > threshold:
            return LIFTOFF if passed else (LATE_STANCE if sag < 0.0 else EARLY_STANCE)
        return LANDING if sag > 0.0 else SWING
    if present == EARLY_STANCE:
        if passed:
            return LIFTOFF
        return LATE_STANCE if sag < 0.0 else EARLY_STANCE
    if present == LATE_STANCE:
        return LIFTOFF if passed or sag < -leg_length else LATE_STANCE
    if present == LIFTOFF:
        return SWING if load <= threshold else LIFTOFF
    if present == SWING:
        if load > threshold:
            return EARLY_STANCE if sag > other_sag else SWING
        return LANDING if sag > 0.0 else SWING
    return EARLY_STANCE if load > threshold else LANDING


@kernel
def update_gait_states(m, state, cosine, sine, origin, threshold):  # type: ignore[no-untyped-def]
    """Advance both legs' gait states from the present loads and foot positions."""
    weight = m.total_mass * m.gravity
    pelvis = cosine[0] * m.pelvis_com[0] - sine[0] * m.pelvis_com[1]
    load = (
        math.hypot(state[GROUND_FORCE], state[GROUND_FORCE + 1]) / weight,
        math.hypot(state[GROUND_FORCE + 2], state[GROUND_FORCE + 3]) / weight,
    )
    sag = (
        origin[0, 3] + cosine[3] * m.foot_com[0] - sine[3] * m.foot_com[1] - pelvis,
        origin[0, 6] + cosine[6] * m.foot_com[0] - sine[6] * m.foot_com[1] - pelvis,
    )
    right = next_gait_state(int(state[GAIT_STATE]), load[0], load[1], sag[0], sag[1], m.leg_length, threshold)
    left = next_gait_state(int(state[GAIT_STATE + 1]), load[1], load[0], sag[1], sag[0], m.leg_length, threshold)
    state[GAIT_STATE] = right
    state[GAIT_STATE + 1] = left


@kernel
def record_sensors(m, state, sample):  # type: ignore[no-untyped-def]
    """Write the present sensor values of both legs as one sample of the history."""
    row = HISTORY + (sample & LAST_SAMPLE) * N_SENSORS
    tilt, tilt_rate = state[POSITION + 2], state[VELOCITY + 2]
    x, y = m.pelvis_origin
    forward = math.cos(tilt) * x - math.sin(tilt) * y  # of the pelvis from the hip
    forward_rate = -(math.sin(tilt) * x + math.cos(tilt) * y) * tilt_rate
    for leg in range(N_LEGS):
        base = row + leg * N_LEG_SENSORS
        for i in range(N_LEG_MUSCLES):
            muscle = leg * N_LEG_MUSCLES + i
            state[base + SENSOR_LENGTH + i] = state[FIBRE_LENGTH + muscle]
            state[base + SENSOR_VELOCITY + i] = state[FIBRE_VELOCITY + muscle]
            state[base + SENSOR_FORCE + i] = state[FORCE + muscle]
        state[base + SENSOR_POSITION] = tilt
        state[base + SENSOR_SPEED] = tilt_rate
        for j in range(3):
            lower = 2 + 3 * leg + j + 1
            upper = lower - 1 if j > 0 else 2
            state[base + SENSOR_POSITION + 1 + j] = state[POSITION + lower] - state[POSITION + upper]
            state[base + SENSOR_SPEED + 1 + j] = state[VELOCITY + lower] - state[VELOCITY + upper]
        state[base + SENSOR_POSITION + 4] = state[POSITION] + forward
        state[base + SENSOR_SPEED + 4] = state[VELOCITY] + forward_rate


@kernel
def fill_history(state):  # type: ignore[no-untyped-def]
    """Make every past sample equal to the first: before the start nothing moved."""
    for sample in range(1, HISTORY_LENGTH):
        for i in range(N_SENSORS):
            state[HISTORY + sample * N_SENSORS + i] = state[HISTORY + i]


@kernel
def excite(m, r, state, sample):  # type: ignore[no-untyped-def]
    """Write the excitations: the sum of all active terms, clamped to [minimum activation, 1]."""
    for i in range(N_MUSCLES):
        state[EXCITATION + i] = 0.0
    for leg in range(N_LEGS):
        bit = 1 << int(state[GAIT_STATE + leg])
        for k in range(r.muscle.size):
            if r.states[k] & bit == 0:
                continue
            now = HISTORY + ((sample - r.delay[k]) & LAST_SAMPLE) * N_SENSORS + leg * N_LEG_SENSORS
            before = HISTORY + ((sample - r.delay[k] - 1) & LAST_SAMPLE) * N_SENSORS + leg * N_LEG_SENSORS
            value = 1.0
            if r.sensor[k] >= 0:
                gate = r.gate_position[k]
                if gate >= 0:
                    rate = gate + SENSOR_SPEED - SENSOR_POSITION
                    if state[now + gate] > r.gate_above[k] and state[now + rate] > 0.0:
                        continue
                sensed = state[now + r.sensor[k]]
                if r.fraction[k] > 0.0:
                    sensed += r.fraction[k] * (state[before + r.sensor[k]] - sensed)
                value = sensed - r.offset[k]
                if r.rectified[k] > 0.0:
                    value = max(value, 0.0)
            state[EXCITATION + leg * N_LEG_MUSCLES + r.muscle[k]] += r.gain[k] * value
    for i in range(N_MUSCLES):
        state[EXCITATION + i] = min(max(state[EXCITATION + i], m.minimum_activation), 1.0)
