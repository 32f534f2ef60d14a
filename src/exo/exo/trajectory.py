"""The course of a walk, recorded or simulated, in the same arrays: what figures and plots are made from."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from exo.trial_recording import SIDES, Recording
from exo_control.joints import POLICY_PERIOD_S
from exo_nodes import topics
from exo_nodes.human_joints import from_coordinates, to_coordinates
from exo_sim.engine import layout
from exo_sim.gait_analysis import WARM_UP_S, cycles, heel_strikes
from exo_sim.walk import Walk

Floats = NDArray[np.float64]

JOINTS = tuple(name for name, _, _ in topics.HUMAN_JOINTS)
_HIPS = [JOINTS.index(f"{side}_hip_flexion") for side in SIDES]


@dataclass(frozen=True)
class Trajectory:
    """States 10 ms apart; SI units, flexion positive."""

    position_rad: Floats  # (n, 7) in the order of JOINTS
    velocity_rad_s: Floats  # (n, 7)
    com_m: Floats  # (n, 2) forward, up
    ground_n: Floats  # (n, 2, 2) right and left foot; forward, up
    activation: Floats  # (n, 18)
    power_w: Floats  # (n, 2) metabolic power of the whole body and of its muscles, mean up to the state
    torque_nm: Floats  # (n, 2) of the device, right and left, that acted up to the state

    @property
    def seconds(self) -> float:
        """Time from the first to the last state."""
        return (len(self.com_m) - 1) * POLICY_PERIOD_S

    def part(self, from_s: float, seconds: float) -> Trajectory:
        """Return a part of the trajectory, from a time after its first state on."""
        first = round(from_s / POLICY_PERIOD_S)
        last = first + round(seconds / POLICY_PERIOD_S) + 1
        return Trajectory(*(getattr(self, field.name)[first:last] for field in fields(self)))

    def steady(self) -> Trajectory:
        """Return the trajectory without its start from a prescribed pose, as far as it is long enough for that."""
        first = round(WARM_UP_S / POLICY_PERIOD_S) if self.seconds > 2.0 * WARM_UP_S else 0
        return Trajectory(*(getattr(self, field.name)[first:] for field in fields(self)))

    @property
    def coordinates_rad(self) -> Floats:
        """(n, 7) angles in the order and with the signs of exo_sim.names.COORDINATES."""
        return to_coordinates(self.position_rad)

    @property
    def hip_position_rad(self) -> Floats:
        """(n, 2) of the right and left hip."""
        return self.position_rad[:, _HIPS]

    @property
    def hip_velocity_rad_s(self) -> Floats:
        """(n, 2) of the right and left hip."""
        return self.velocity_rad_s[:, _HIPS]

    def gait_cycles(self, values: Floats, weight_n: float) -> Floats:
        """Cut (n,) values into strides of the right leg, 0 to 100 %: (strides, 101)."""
        return cycles(values, heel_strikes(self.ground_n[:, 0, 1] / weight_n))


def from_recording(recording: Recording) -> Trajectory:
    """Return the trajectory of a recorded trial."""
    at = recording.stamps_ns
    power = recording.metabolic_power.at(at).reshape(len(at), -1)
    ground = [recording.ground_reaction(side).at(at).reshape(-1, 2) for side in SIDES]
    return Trajectory(
        position_rad=recording.human_position.at(at),
        velocity_rad_s=recording.human_velocity.at(at),
        com_m=recording.centre_of_mass.at(at),
        ground_n=np.stack(ground, axis=1),
        activation=recording.activation.at(at),
        power_w=np.stack([power[:, 0], power[:, 1:].sum(axis=1)], axis=1),
        torque_nm=recording.applied_torque.at(at),
    )


def from_walk(walk: Walk) -> Trajectory:
    """Return the trajectory of a walk in the engine."""
    energy = walk.part(layout.MUSCLE_ENERGY, layout.N_MUSCLES).sum(axis=1)
    muscles = np.diff(energy, prepend=0.0) / POLICY_PERIOD_S
    return Trajectory(
        position_rad=from_coordinates(walk.joint()),
        velocity_rad_s=from_coordinates(walk.joint(layout.VELOCITY)),
        com_m=walk.com,
        ground_n=walk.ground_reaction_bw * walk.arrays.total_mass * walk.arrays.gravity,
        activation=walk.part(layout.ACTIVATION, layout.N_MUSCLES),
        power_w=np.stack([muscles + walk.arrays.basal_power, muscles], axis=1),
        torque_nm=walk.torque_nm,
    )
