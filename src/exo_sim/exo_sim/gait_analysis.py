"""What a walk looks like: speed, cost of transport, gait cycles and likeness to able-bodied walking."""

from __future__ import annotations

import csv
import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from exo_analysis.gait_cycles import CYCLE_PERCENT
from exo_analysis.similarity import normalised_cross_correlation
from exo_control.config_files import config_path
from exo_control.errors import ConfigError
from exo_control.joints import POLICY_PERIOD_S
from exo_sim.engine import layout
from exo_sim.engine.model_arrays import Floats
from exo_sim.names import COORDINATES
from exo_sim.walk import Walk

CONTACT_BW = 0.05
"""Vertical ground reaction over body weight above which a foot is on the ground."""

SHORTEST_SWING_S = 0.15
WARM_UP_S = 3.0
"""Left out of every figure: the walk comes from a prescribed pose."""


@dataclass(frozen=True)
class Norm:
    """Able-bodied adult level walking over the gait cycle (0..100 %, heel strike to heel strike), rad."""

    hip: Floats
    knee: Floats
    ankle: Floats
    hip_sd: Floats
    knee_sd: Floats
    ankle_sd: Floats


def load_norm() -> Norm:
    """Load the human gait curves of config/human/normative_gait.csv (flexion and dorsiflexion positive)."""
    path = config_path("human", "normative_gait.csv")
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    columns = {key: np.radians([float(row[key]) for row in rows]) for key in rows[0] if key.endswith("_deg")}
    if len(rows) != CYCLE_PERCENT.size:
        raise ConfigError(f"{path}: has {len(rows)} rows, needs {CYCLE_PERCENT.size} (0 to 100 % of the gait cycle)")
    names = ("hip", "knee", "ankle")
    return Norm(
        *(columns[f"{name}_mean_deg"] for name in names),
        *(columns[f"{name}_sd_deg"] for name in names),
    )


def heel_strikes(vertical_bw: Floats) -> Floats:
    """Return the indices at which a foot lands after a swing of at least 0.15 s; vertical_bw (n,)."""
    loaded = vertical_bw > CONTACT_BW
    swing = round(SHORTEST_SWING_S / POLICY_PERIOD_S)
    rising = np.flatnonzero(loaded[1:] & ~loaded[:-1]) + 1
    return np.array([i for i in rising if i >= swing and not loaded[i - swing : i].any()], dtype=np.int64)


def cycles(values: Floats, strikes: Floats) -> Floats:
    """Cut (n,) values at the heel strikes and resample each cycle to 0..100 %: (cycles, 101)."""
    cut = []
    for first, last in itertools.pairwise(strikes):
        phase = np.linspace(first, last, CYCLE_PERCENT.size)
        cut.append(np.interp(phase, np.arange(len(values)), values))
    return np.array(cut).reshape(-1, CYCLE_PERCENT.size)


def ground_reaction_peaks(vertical_bw: Floats) -> tuple[float, float, float]:
    """Return first peak, valley between and second peak of a mean vertical ground reaction over the cycle (101,).

    The halves of stance are searched for their maxima; valley is the least value between them. A curve without
    two peaks has a valley equal to the smaller maximum.
    """
    loaded = vertical_bw > CONTACT_BW
    strike = int(np.argmax(loaded))
    # The first stretch only: at the end of the cycle the next stance begins.
    off = strike + int(np.argmin(loaded[strike:])) if not loaded[strike:].all() else len(loaded)
    middle = strike + (off - 1 - strike) // 2
    first = strike + int(np.argmax(vertical_bw[strike : middle + 1]))
    second = middle + int(np.argmax(vertical_bw[middle:off]))
    valley = float(vertical_bw[first : second + 1].min())
    return float(vertical_bw[first]), valley, float(vertical_bw[second])


def mean_cycles(walk: Walk, leg: int = 0) -> dict[str, Floats]:
    """Return gait cycles (cycles, 101) of one leg (0 right, 1 left).

    Keys: hip, knee, ankle (rad, flexion and dorsiflexion positive), hip_velocity (rad/s), grf_forward, grf_vertical
    (body weights), hip_torque (Nm, of the exoskeleton).
    """
    position, velocity = walk.joint(), walk.joint(layout.VELOCITY)
    force = walk.ground_reaction_bw[:, leg]
    strikes = heel_strikes(force[:, 1])
    side = "rl"[leg]
    index = {name: COORDINATES.index(f"{name}_{side}") for name in ("hip", "knee", "ankle")}
    signals = {
        "hip": position[:, index["hip"]],
        "knee": -position[:, index["knee"]],
        "ankle": position[:, index["ankle"]],
        "hip_velocity": velocity[:, index["hip"]],
        "grf_forward": force[:, 0],
        "grf_vertical": force[:, 1],
        "hip_torque": walk.torque_nm[:, leg],
    }
    return {name: cycles(signal, strikes) for name, signal in signals.items()}


def cost_of_transport(walk: Walk) -> tuple[float, float]:
    """Return gross and net cost of transport, J/(kg m) (Wang et al. 2012 as in SCONE; net is without basal power)."""
    distance = float(walk.com[-1, 0] - walk.com[0, 0])
    seconds = (len(walk.record) - 1) * POLICY_PERIOD_S
    energy = walk.part(layout.MUSCLE_ENERGY, layout.N_MUSCLES)
    muscles = float((energy[-1] - energy[0]).sum())
    mass = walk.arrays.total_mass
    per = mass * max(abs(distance), 1.0)
    return (muscles + walk.arrays.basal_power * seconds) / per, muscles / per


def describe(walk: Walk) -> dict[str, Any]:
    """Return the figures of a walk as plain numbers, the first 3 s left out."""
    steady = walk.since(WARM_UP_S) if walk.seconds > 2.0 * WARM_UP_S else walk
    result: dict[str, Any] = {"seconds": round(walk.seconds, 3), "fell": walk.fell}
    seconds = (len(steady.record) - 1) * POLICY_PERIOD_S
    gross, net = cost_of_transport(steady)
    result["speed_mps"] = float(steady.com[-1, 0] - steady.com[0, 0]) / seconds
    result["cot_gross"], result["cot_net"] = gross, net
    result["metabolic_power_w"] = gross * steady.arrays.total_mass * result["speed_mps"]
    result["mean_squared_activation"] = float(steady.mean_rate(layout.ACTIVATION_SQUARED, layout.N_MUSCLES).mean())
    result["knee_limit_nm"] = float(steady.mean_rate(layout.KNEE_LIMIT)[0])
    right = mean_cycles(steady)
    if len(right["hip"]) < 1:
        return result
    mean = {name: values.mean(axis=0) for name, values in right.items()}
    norm = load_norm()
    strikes = heel_strikes(steady.ground_reaction_bw[:, 0, 1])
    stride = float(np.diff(strikes).mean()) * POLICY_PERIOD_S
    norm_velocity = np.gradient(norm.hip, stride / (CYCLE_PERCENT.size - 1))
    result["wren_r"] = {
        "hip": normalised_cross_correlation(mean["hip"], norm.hip),
        "knee": normalised_cross_correlation(mean["knee"], norm.knee),
        "ankle": normalised_cross_correlation(mean["ankle"], norm.ankle),
        "hip_velocity": normalised_cross_correlation(mean["hip_velocity"], norm_velocity),
    }
    result["stride_s"] = stride
    # 100 % of a cycle is 0 % of the next.
    result["stance_percent"] = float(100.0 * np.mean(right["grf_vertical"][:, :-1] > CONTACT_BW))
    first, valley, second = ground_reaction_peaks(mean["grf_vertical"])
    result["grf_peaks_bw"] = [first, second]
    result["grf_valley_bw"] = valley
    for name in ("hip", "knee", "ankle"):
        result[f"{name}_range_deg"] = [float(np.degrees(mean[name].min())), float(np.degrees(mean[name].max()))]
    return result
