"""Net metabolic rates of the conditions of a trial, from the rates of its phases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from exo_analysis.metabolic_rate import net_change_percent

STAND, WALK = "stand", "walk"
FREE = "free"
"""The condition that the others are compared with."""


@dataclass(frozen=True)
class PhaseRate:
    """Metabolic rate in the steady part of a phase."""

    kind: str
    condition: str
    gross_w_kg: float


@dataclass(frozen=True)
class NetRate:
    """Net metabolic rate of a condition, mean over its phases."""

    phases: int
    net_w_kg: float
    change_percent: float | None
    """Against walking free, negative saves; None for that itself, and where the trial has no such phase."""


def standing_rate(phases: Sequence[PhaseRate]) -> float | None:
    """Return the mean metabolic rate of the standing phases, W/kg; None if there are none."""
    rates = [phase.gross_w_kg for phase in phases if phase.kind == STAND]
    return fmean(rates) if rates else None


def net_rates(phases: Sequence[PhaseRate]) -> dict[str, NetRate]:
    """Return the net rate of each walking condition; net is what walking takes above standing (paper, protocol).

    Empty without a standing phase.

    Raises:
        ExoError: walking free takes no more than standing.
    """
    stand = standing_rate(phases)
    if stand is None:
        return {}
    gross: dict[str, list[float]] = {}
    for phase in phases:
        if phase.kind == WALK:
            gross.setdefault(phase.condition, []).append(phase.gross_w_kg)
    free = fmean(gross[FREE]) if FREE in gross else None
    changes = {
        condition: net_change_percent(fmean(rates), free, stand)
        for condition, rates in gross.items()
        if free is not None and condition != FREE
    }
    return {
        condition: NetRate(len(rates), fmean(rates) - stand, changes.get(condition))
        for condition, rates in gross.items()
    }
