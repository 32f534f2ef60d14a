"""All paired comparisons of a table's conditions, corrected for their number."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

from exo_analysis.paired_comparison import PairedComparison, compare_paired, correct_for_several
from exo_analysis.subject_table import SubjectTable
from exo_control.errors import ConfigError

DOUBTFUL_P = 0.05
"""Below this the differences do not look normal, and the signed-rank test is the one to read."""


@dataclass(frozen=True)
class ConditionComparison:
    """One condition against another, or against zero."""

    first: str
    second: str | None
    """None for zero."""
    found: PairedComparison
    p_holm: float
    """Corrected for all comparisons of the table (Holm 1979)."""

    @property
    def looks_normal(self) -> bool:
        """Whether the t-test's assumption stands; with too few subjects for a check, it is not in doubt."""
        return self.found.normality_p is None or self.found.normality_p >= DOUBTFUL_P

    def row(self) -> dict[str, Any]:
        """Return plain values."""
        return {"first": self.first, "second": self.second, **asdict(self.found), "p_holm": self.p_holm}


def compare_table(table: SubjectTable, changes: bool = False) -> list[ConditionComparison]:
    """Compare each condition with each other.

    Args:
        table: a number per subject and condition.
        changes: the numbers are changes: compare each condition with zero too.

    Raises:
        ConfigError: there is one condition only, and nothing to compare it with.
        ExoError: a comparison has too few subjects, or differences that are all equal.
    """
    pairs: list[tuple[str, str | None]] = [(name, None) for name in table.conditions] if changes else []
    pairs += list(combinations(table.conditions, 2))
    if not pairs:
        raise ConfigError("one condition; give another to compare with, or --changes for zero")
    found = [
        compare_paired(table.conditions[first], table.conditions[second] if second is not None else None)
        for first, second in pairs
    ]
    corrected = correct_for_several([comparison.p for comparison in found])
    return [
        ConditionComparison(first, second, comparison, p_holm)
        for (first, second), comparison, p_holm in zip(pairs, found, corrected, strict=True)
    ]
