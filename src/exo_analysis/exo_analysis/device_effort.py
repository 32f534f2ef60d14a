"""Torque, power and work of the device."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exo_control.errors import ExoError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DeviceEffort:
    """What the device gave; both legs together where it is power or work."""

    torque_rms_nm: float
    torque_peak_nm: float
    power_net_w: float
    power_positive_w: float
    """Mean of what each leg gave while it drove."""
    power_negative_w: float
    work_net_j: float


def device_effort(torque_nm: Floats, velocity_rad_s: Floats, period_s: float) -> DeviceEffort:
    """Return torque, power and work of a walk.

    Args:
        torque_nm: (n, 2) torque that acted up to each state.
        velocity_rad_s: (n, 2) hip velocities, flexion positive.
        period_s: time from one state to the next.

    Raises:
        ExoError: other shapes, or fewer than two states.
    """
    if torque_nm.shape != velocity_rad_s.shape or torque_nm.ndim != 2 or len(torque_nm) < 2:
        raise ExoError(f"torques {torque_nm.shape}, velocities {velocity_rad_s.shape}: needs two of (n, 2), n >= 2")
    power = torque_nm[1:] * 0.5 * (velocity_rad_s[1:] + velocity_rad_s[:-1])
    return DeviceEffort(
        torque_rms_nm=float(np.sqrt(np.mean(torque_nm**2))),
        torque_peak_nm=float(np.abs(torque_nm).max()),
        power_net_w=float(power.sum(axis=1).mean()),
        power_positive_w=float(np.maximum(power, 0.0).sum(axis=1).mean()),
        power_negative_w=float(np.minimum(power, 0.0).sum(axis=1).mean()),
        work_net_j=float(power.sum() * period_s),
    )
