"""What is measured of a body at one moment, and the mixture of two."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from exo_sim.engine.model_arrays import Floats
from exo_sim.human_interface import Human


@dataclass(frozen=True)
class BodyState:
    """Measurements of a simulated human; shapes, orders and units are those of ``Human``."""

    joint_position_rad: Floats
    joint_velocity_rad_s: Floats
    muscle_torque_nm: Floats
    joint_limit_torque_nm: Floats
    ground_reaction_n: Floats
    com_position_m: Floats
    com_velocity_m_s: Floats
    activation: Floats
    muscle_metabolic_power_w: Floats
    metabolic_power_w: Floats
    """Shape (), basal part included."""

    @classmethod
    def of(cls, human: Human, forward_m: float) -> BodyState:
        """Measure a human who began ``forward_m`` ahead of the origin."""
        values = {field.name: np.asarray(getattr(human, field.name)) for field in fields(cls)}
        values["com_position_m"] = values["com_position_m"] + np.array([forward_m, 0.0])
        return cls(**values)

    def eased(self, other: BodyState, share: float, share_rate: float) -> BodyState:
        """Return this state mixed with a share of another, 0 to 1, that grows by ``share_rate`` per second.

        Velocities are the rates of the mixed positions.
        """
        mixed = {
            field.name: (1.0 - share) * getattr(self, field.name) + share * getattr(other, field.name)
            for field in fields(self)
        }
        joints, com = other.joint_position_rad - self.joint_position_rad, other.com_position_m - self.com_position_m
        mixed["joint_velocity_rad_s"] = mixed["joint_velocity_rad_s"] + share_rate * joints
        mixed["com_velocity_m_s"] = mixed["com_velocity_m_s"] + share_rate * com
        return BodyState(**mixed)
