"""Metabolic rate from respiration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exo_analysis.respiration import Respiration
from exo_control.errors import ExoError

Floats = NDArray[np.float64]

O2_J_PER_ML, CO2_J_PER_ML = 16.58, 4.51
"""Brockway (1987), Hum Nutr Clin Nutr 41C:463, without the term of urinary nitrogen, which is below 1 %."""

AEROBIC_RATIO = 1.0
"""Respiratory exchange ratio above which the effort is not aerobic, and the equation does not hold."""

STEADY_STATE_S = 180.0
"""The last three minutes of a condition; the response to a new load takes about as long to settle."""

FEWEST_BREATHS = 10


def metabolic_power_w(respiration: Respiration) -> Floats:
    """Return the metabolic power of each breath, W, shape (n,): 16.58 VO2 + 4.51 VCO2, in ml/s."""
    return (O2_J_PER_ML * respiration.o2_ml_min + CO2_J_PER_ML * respiration.co2_ml_min) / 60.0


@dataclass(frozen=True)
class SteadyState:
    """Metabolic rate over the end of a condition."""

    mean_w_kg: float
    sd_w_kg: float
    """Of the breaths."""
    slope_w_kg_min: float
    """What it still changes by, W/kg per minute: far from zero says that the condition was too short."""
    breaths: int
    respiratory_exchange_ratio: float
    """VCO2 over VO2; above 1 the effort is not aerobic, and the equation does not hold."""


def steady_state(
    respiration: Respiration, begin_s: float, end_s: float, mass_kg: float, window_s: float = STEADY_STATE_S
) -> SteadyState:
    """Return the metabolic rate over the last part of a condition.

    Args:
        respiration: of the whole trial.
        begin_s: start of the condition, s of the respiration's time.
        end_s: its end.
        mass_kg: body mass.
        window_s: length of the last part.

    Raises:
        ExoError: the condition is shorter than the window, or has too few breaths in it.
    """
    if not mass_kg > 0.0:
        raise ExoError(f"mass_kg = {mass_kg:g}: needs a number above 0")
    if end_s - begin_s < window_s:
        raise ExoError(f"condition of {end_s - begin_s:.0f} s: needs at least the window of {window_s:.0f} s")
    inside = (respiration.time_s > end_s - window_s) & (respiration.time_s <= end_s)
    count = int(inside.sum())
    if count < FEWEST_BREATHS:
        raise ExoError(
            f"{count} breaths from {end_s - window_s:.0f} to {end_s:.0f} s: needs {FEWEST_BREATHS}; the respiration "
            f"covers {respiration.time_s[0]:.0f} to {respiration.time_s[-1]:.0f} s"
        )
    rate = metabolic_power_w(respiration)[inside] / mass_kg
    slope_per_s = np.polyfit(respiration.time_s[inside], rate, 1)[0]
    return SteadyState(
        mean_w_kg=float(rate.mean()),
        sd_w_kg=float(rate.std(ddof=1)),
        slope_w_kg_min=float(60.0 * slope_per_s),
        breaths=count,
        respiratory_exchange_ratio=float(respiration.co2_ml_min[inside].sum() / respiration.o2_ml_min[inside].sum()),
    )


def net_change_percent(condition_w_kg: float, free_w_kg: float, stand_w_kg: float) -> float:
    """Return the change of the net metabolic rate that a condition makes against walking free, %; negative saves.

    Net is what walking takes above standing (paper, protocol).

    Raises:
        ExoError: walking free takes no more than standing.
    """
    if free_w_kg <= stand_w_kg:
        raise ExoError(
            f"walking free takes {free_w_kg:.2f} W/kg and standing {stand_w_kg:.2f} W/kg: the phases may be mixed up"
        )
    return 100.0 * ((condition_w_kg - stand_w_kg) / (free_w_kg - stand_w_kg) - 1.0)
