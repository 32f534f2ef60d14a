"""Where each quantity stands in the engine's flat state vector.

One vector per simulated human: copying it copies the human, and a batch of humans is a matrix.
"""

from __future__ import annotations

from exo_sim.names import COORDINATES, LEG_MUSCLES, MUSCLES, SENSED_COORDINATES, SIDES

N_SEGMENTS = 7
"""Trunk, then thigh, shank and foot of the right and of the left leg."""
N_GENERALISED = 2 + N_SEGMENTS
N_MUSCLES = len(MUSCLES)
N_LEG_MUSCLES = len(LEG_MUSCLES)
N_LEGS = len(SIDES)
N_CONTACTS = 2 * N_LEGS
N_JOINTS = len(COORDINATES) - 1

CONTROL_PERIOD_S = 0.005
"""Reflexes and their sensor history run at this period (SCONE's fixed_control_step_size)."""

# Sensors of one leg, as the reflexes see them.
SENSOR_LENGTH = 0
SENSOR_VELOCITY = SENSOR_LENGTH + N_LEG_MUSCLES
SENSOR_FORCE = SENSOR_VELOCITY + N_LEG_MUSCLES
SENSOR_POSITION = SENSOR_FORCE + N_LEG_MUSCLES
SENSOR_SPEED = SENSOR_POSITION + len(SENSED_COORDINATES)
N_LEG_SENSORS = SENSOR_SPEED + len(SENSED_COORDINATES)
N_SENSORS = N_LEGS * N_LEG_SENSORS

HISTORY_LENGTH = 16
"""Sensor samples kept: delays reach up to 15 control periods, 75 ms. A power of two: it is a ring with a bit mask."""

_sizes = {
    "STEP": 1,  # physics steps since the start
    "POSITION": N_GENERALISED,  # hip x, y (m), absolute segment angles (rad)
    "VELOCITY": N_GENERALISED,
    "FIBRE": N_MUSCLES,  # fibre length along the tendon, m
    "ACTIVATION": N_MUSCLES,
    "EXCITATION": N_MUSCLES,
    "FIBRE_LENGTH": N_MUSCLES,  # over optimal length
    "FIBRE_VELOCITY": N_MUSCLES,  # optimal lengths per second, lengthening positive
    "FORCE": N_MUSCLES,  # musculotendon force over maximum isometric force
    "LIMIT_TORQUE": N_JOINTS,  # of the joint stops, Nm
    "MUSCLE_TORQUE": N_JOINTS,
    "GROUND_FORCE": 2 * N_LEGS,  # forward, upward per leg, N
    "GAIT_STATE": N_LEGS,
    "MUSCLE_ENERGY": N_MUSCLES,  # metabolic energy since the start, J
    "ACTIVATION_SQUARED": N_MUSCLES,  # time integral, s
    "ACTIVATION_CUBED": 1,  # time integral of the sum over muscles, s
    "KNEE_LIMIT": 1,  # time integral of the mean absolute knee stop torque, Nm s
    "OVERLOAD": 1,  # time integral of ground reaction above 1.2 body weight, summed over legs, s
    "ANKLE_OVERRANGE": 1,  # time integral of squared ankle angle outside -60..20 degrees, mean of legs, deg^2 s
    "HIP_OVEREXTENSION": 1,  # time integral of squared hip angle below -25 degrees, mean of legs, deg^2 s
    "TILT_SQUARED": 1,  # time integral, rad^2 s
    "HISTORY": HISTORY_LENGTH * N_SENSORS,
}

_offsets: dict[str, int] = {}
_next = 0
for _name, _size in _sizes.items():
    _offsets[_name] = _next
    _next += _size

STATE_SIZE = _next

STEP = _offsets["STEP"]
POSITION = _offsets["POSITION"]
VELOCITY = _offsets["VELOCITY"]
FIBRE = _offsets["FIBRE"]
ACTIVATION = _offsets["ACTIVATION"]
EXCITATION = _offsets["EXCITATION"]
FIBRE_LENGTH = _offsets["FIBRE_LENGTH"]
FIBRE_VELOCITY = _offsets["FIBRE_VELOCITY"]
FORCE = _offsets["FORCE"]
LIMIT_TORQUE = _offsets["LIMIT_TORQUE"]
MUSCLE_TORQUE = _offsets["MUSCLE_TORQUE"]
GROUND_FORCE = _offsets["GROUND_FORCE"]
GAIT_STATE = _offsets["GAIT_STATE"]
MUSCLE_ENERGY = _offsets["MUSCLE_ENERGY"]
ACTIVATION_SQUARED = _offsets["ACTIVATION_SQUARED"]
ACTIVATION_CUBED = _offsets["ACTIVATION_CUBED"]
KNEE_LIMIT = _offsets["KNEE_LIMIT"]
OVERLOAD = _offsets["OVERLOAD"]
ANKLE_OVERRANGE = _offsets["ANKLE_OVERRANGE"]
HIP_OVEREXTENSION = _offsets["HIP_OVEREXTENSION"]
TILT_SQUARED = _offsets["TILT_SQUARED"]
HISTORY = _offsets["HISTORY"]
