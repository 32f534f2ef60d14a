"""What assistance changes: each condition against walking without exoskeleton on the same disturbances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from exo_sim.evaluation import Condition
from exo_sim.walk_figures import WalkFigures

Pair = tuple[WalkFigures, WalkFigures]
"""The walk under a condition and the one without exoskeleton, of one seed; neither fell."""

CHANGES = {
    "cot_gross_change": "cot_gross",
    "cot_net_change": "cot_net",
    "power_change": "power_w",
    "a2_change": "a2",
    "hip_a2_change": "hip_a2",
    "speed_change": "speed_mps",
}
"""Changes of a row of the result, in percent, and the figures they are of."""

_MEANS = [field.name for field in fields(WalkFigures) if field.name not in ("seed", "seconds", "fell", "safety_fault")]


def paired(walks: Sequence[WalkFigures], reference: Sequence[WalkFigures]) -> list[Pair]:
    """Return the pairs of walks on the same seed of which neither fell."""
    pairs = zip(walks, reference, strict=True)
    return [(walk, other) for walk, other in pairs if not (walk.fell or other.fell)]


def mean(walks: Sequence[WalkFigures], name: str) -> float | None:
    """Return the mean of a figure over walks, or None if there is no walk."""
    return float(np.mean([getattr(walk, name) for walk in walks])) if walks else None


def change_percent(pairs: Sequence[Pair], name: str) -> float | None:
    """Return the change of the mean of a figure, in percent of no exoskeleton; negative is less. None without pairs."""
    value, base = mean([walk for walk, _ in pairs], name), mean([other for _, other in pairs], name)
    return None if value is None or not base else 100.0 * (value / base - 1.0)


@dataclass(frozen=True)
class ConditionResult:
    """The walks of a condition and those without exoskeleton on the same seeds."""

    condition: Condition
    walks: Sequence[WalkFigures]
    reference: Sequence[WalkFigures]

    @property
    def pairs(self) -> list[Pair]:
        """The pairs that means and changes are taken over."""
        return paired(self.walks, self.reference)

    @property
    def falls(self) -> int:
        """Number of walks that ended in a fall."""
        return sum(walk.fell for walk in self.walks)

    @property
    def safety_faults(self) -> int:
        """Number of walks in which the safety limiter took the torque away for good."""
        return sum(bool(walk.safety_fault) for walk in self.walks)

    def change(self, name: str) -> float | None:
        """Return the change of a figure in percent of no exoskeleton, over the pairs."""
        return change_percent(self.pairs, name)

    def row(self) -> dict[str, Any]:
        """Return the row of the result table."""
        kept = [walk for walk, _ in self.pairs]
        return {
            "name": self.condition.name,
            "peak_nm": self.condition.peak_nm,
            **{key: self.change(figure) for key, figure in CHANGES.items()},
            "exo_net_w": mean(kept, "exo_net_w"),
            "torque_rms_nm": mean(kept, "torque_rms_nm"),
            "falls": self.falls,
        }

    def figures(self) -> dict[str, Any]:
        """Return the means of all figures and the walks they come from, one entry per seed."""
        kept = [walk for walk, _ in self.pairs]
        return {
            "name": self.condition.name,
            "policy": self.condition.policy,
            "parameters": dict(self.condition.parameters),
            "seeds_compared": len(kept),
            "safety_faults": self.safety_faults,
            **{name: mean(kept, name) for name in _MEANS},
            "walks": [asdict(walk) for walk in self.walks],
        }

    def seeds_better_than(self, other: ConditionResult) -> int:
        """Return on how many seeds the net cost of transport is lower; a fall is never better, and worse than none."""
        pairs = zip(self.walks, other.walks, strict=True)
        return sum(not a.fell and (b.fell or a.cot_net < b.cot_net) for a, b in pairs)

    def part_of_saving(self, other: ConditionResult) -> float | None:
        """Return the saving of net cost of transport in percent of another condition's; None if that saves nothing."""
        mine, theirs = self.change("cot_net"), other.change("cot_net")
        return (
            None if mine is None or theirs is None or theirs >= 0.0 else 100.0 * mine / theirs + 0.0
        )  # 0.0 turns -0 into 0


def notes(results: Sequence[ConditionResult], largest_speed_change_percent: float) -> list[str]:
    """Return what a reader has to know before believing the changes."""
    lines = []
    for result in results:
        name, seeds, kept = result.condition.name, len(result.walks), len(result.pairs)
        speed = result.change("speed_mps")
        if speed is not None and abs(speed) > largest_speed_change_percent:
            lines.append(
                f"{name}: speed {speed:+.1f} %, more than {largest_speed_change_percent:g} % off: "
                "part of the change is that of walking at another speed"
            )
        if kept < seeds:
            lines.append(
                f"{name}: {result.falls} of {seeds} walks fell; means and changes are of the {kept} seeds "
                "without a fall, with and without exoskeleton"
            )
        if result.safety_faults and result.condition.peak_nm:  # without exoskeleton there is no torque to take away
            fault = next(walk.safety_fault for walk in result.walks if walk.safety_fault)
            lines.append(
                f"{name}: in {result.safety_faults} of {seeds} walks the safety limiter took the torque away: {fault}"
            )
    return lines
