"""The figures of one walk with or without assistance, by which policies are compared."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from exo_control.joints import POLICY_PERIOD_S
from exo_sim.engine import layout
from exo_sim.gait_analysis import cost_of_transport
from exo_sim.names import COORDINATES, HIP_MUSCLES, MUSCLES
from exo_sim.walk import Walk

_HIP_MUSCLES = [MUSCLES.index(f"{name}_{side}") for side in "rl" for name in HIP_MUSCLES]
_HIPS = [COORDINATES.index(f"hip_{side}") for side in "rl"]
SHORTEST_S = 2.0
"""A shorter steady part has no figures worth telling: it is not two strides."""


@dataclass(frozen=True)
class WalkFigures:
    """Means over a walk without its warm-up; NaN for a walk that fell, for a stumble is not the gait to compare."""

    seed: int
    seconds: float
    """Up to the fall if there was one, warm-up included."""
    fell: bool
    safety_fault: str
    """Why the safety limiter took the torque away, if it did."""
    speed_mps: float = math.nan
    cot_gross: float = math.nan
    """J/(kg m), after Wang et al. 2012; net is without the basal part."""
    cot_net: float = math.nan
    power_w: float = math.nan
    """Metabolic power, basal part included."""
    a2: float = math.nan
    """Squared activation, mean over all muscles."""
    hip_a2: float = math.nan
    """The same over the muscles that cross the hip."""
    exo_net_w: float = math.nan
    """Mechanical power of the exoskeleton, both hips together."""
    exo_positive_w: float = math.nan
    torque_rms_nm: float = math.nan
    """Root mean square over both hips."""
    torque_peak_nm: float = math.nan


def walk_figures(walk: Walk, warm_up_s: float, seed: int, safety_fault: str = "") -> WalkFigures:
    """Return the figures of a walk.

    Args:
        walk: states after each policy period, and the torque of the exoskeleton in each.
        warm_up_s: time at the start that is left out.
        seed: of its noise and disturbances, to tell the walk by.
        safety_fault: why the safety limiter took the torque away, if it did.
    """
    if walk.fell or walk.seconds < warm_up_s + SHORTEST_S:
        return WalkFigures(seed, walk.seconds, walk.fell, safety_fault)
    steady = walk.since(warm_up_s)
    seconds = (len(steady.record) - 1) * POLICY_PERIOD_S
    speed = float(steady.com[-1, 0] - steady.com[0, 0]) / seconds
    gross, net = cost_of_transport(steady)
    squared = steady.mean_rate(layout.ACTIVATION_SQUARED, layout.N_MUSCLES)
    # The torque is constant in a period, so torque times the change of angle is the work exactly.
    torque = steady.torque_nm[1:]
    power = torque * np.diff(steady.joint()[:, _HIPS], axis=0) / POLICY_PERIOD_S
    return WalkFigures(
        seed,
        walk.seconds,
        walk.fell,
        safety_fault,
        speed_mps=speed,
        cot_gross=gross,
        cot_net=net,
        power_w=gross * steady.arrays.total_mass * speed,
        a2=float(squared.mean()),
        hip_a2=float(squared[_HIP_MUSCLES].mean()),
        exo_net_w=float(power.sum(axis=1).mean()),
        exo_positive_w=float(np.maximum(power, 0.0).sum(axis=1).mean()),
        torque_rms_nm=float(np.sqrt(np.mean(torque**2))),
        torque_peak_nm=float(np.abs(torque).max()),
    )
