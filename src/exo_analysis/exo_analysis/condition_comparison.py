"""All conditions of a study against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

from exo_analysis.paired_comparison import PairedComparison, compare_paired, correct_for_several
from exo_control.errors import ExoError

DOUBTFUL_P = 0.05
"""Below this the differences do not look normal, and the signed-rank test is the one to read."""


@dataclass(frozen=True)
class ConditionComparison:
    """A paired comparison of two conditions, or of one with zero."""

    first: str
    second: str | None
    """None: the first one holds changes, which are compared with zero."""
    result: PairedComparison
    p_holm: float
    """Corrected for all comparisons of the study."""

    @property
    def label(self) -> str:
        """What is compared."""
        return self.first if self.second is None else f"{self.first} - {self.second}"

    @property
    def looks_normal(self) -> bool:
        """Whether nothing speaks against the t-test."""
        return self.result.normality_p is None or self.result.normality_p >= DOUBTFUL_P

    def row(self) -> dict[str, Any]:
        """Return plain values."""
        return {"first": self.first, "second": self.second, **asdict(self.result), "p_holm": self.p_holm}


def compare_conditions(conditions: Mapping[str, Sequence[float]], changes: bool) -> list[ConditionComparison]:
    """Compare each condition with each other one.

    Args:
        conditions: numbers by name, those of one subject at the same place in each.
        changes: the numbers are changes already: compare each condition with zero too.

    Raises:
        ExoError: there is nothing to compare, or a comparison is not possible.
    """
    pairs: list[tuple[str, str | None]] = [(name, None) for name in conditions] if changes else []
    pairs += list(combinations(conditions, 2))
    if not pairs:
        raise ExoError("one condition; give another to compare with, or --changes for zero")
    found = [
        compare_paired(conditions[first], conditions[second] if second is not None else None) for first, second in pairs
    ]
    corrected = correct_for_several([comparison.p for comparison in found])
    return [
        ConditionComparison(first, second, result, p_holm)
        for (first, second), result, p_holm in zip(pairs, found, corrected, strict=True)
    ]
