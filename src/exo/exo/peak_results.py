"""The results of an evaluation at one peak torque."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from exo_sim.comparison import ConditionResult
from exo_sim.dofc_tuning import DofcSweep


@dataclass(frozen=True)
class PeakResults:
    """What was walked with one torque cap, next to the same walks without exoskeleton."""

    peak_nm: float
    sweep: DofcSweep
    dofc: ConditionResult
    """With the best setting of the sweep."""
    law: ConditionResult | None
    """The direct bound, if it was walked."""
    policies: list[ConditionResult]

    @property
    def others(self) -> list[ConditionResult]:
        """All but DOFC."""
        return [*([self.law] if self.law else []), *self.policies]

    @property
    def conditions(self) -> list[ConditionResult]:
        """All, in the order of the table."""
        return [self.dofc, *self.others]

    def labelled(self) -> PeakResults:
        """Return the same results with the peak torque in the names of the conditions."""
        return replace(
            self,
            dofc=self._labelled(self.dofc),
            law=self._labelled(self.law) if self.law else None,
            policies=[self._labelled(result) for result in self.policies],
        )

    def _labelled(self, result: ConditionResult) -> ConditionResult:
        condition = result.condition
        return replace(result, condition=replace(condition, name=f"{condition.name}, {self.peak_nm:g} Nm"))

    def comparison(self, result: ConditionResult) -> dict[str, Any]:
        """Return how a condition compares with DOFC and with the law."""
        law = self.law
        return {
            "name": result.condition.name,
            "peak_nm": self.peak_nm,
            "seeds": len(result.walks),
            "seeds_better_than_dofc": result.seeds_better_than(self.dofc),
            "percent_of_law_saving": result.part_of_saving(law) if law and law is not result else None,
        }

    def tuning(self) -> dict[str, Any]:
        """Return the sweep and its best setting as plain values."""
        settings = [asdict(setting) for setting in self.sweep.settings]
        return {"peak_nm": self.peak_nm, "best": asdict(self.sweep.best), "sweep": settings}
