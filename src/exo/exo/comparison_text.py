"""Paired comparisons as lines of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exo_analysis.condition_comparison import ConditionComparison


def comparison_text(comparisons: Sequence[ConditionComparison], pairs: str = "subjects") -> str:
    """Return a table with a heading, a line per comparison, and a last one that says what p is.

    Args:
        comparisons: at least one.
        pairs: what the pairs are of.
    """
    lines = [f"{'':36}{'mean':>8}{'SD':>8}{'95 % interval':>20}{'t':>7}{'p':>8}{'Holm':>8}{'g':>7}{'Wilcoxon':>10}"]
    for comparison in comparisons:
        found = comparison.result
        low, high = found.confidence_interval
        line = f"{comparison.label:36}{found.mean:8.2f}{found.sd:8.2f}{f'{low:.2f} to {high:.2f}':>20}{found.t:7.2f}"
        line += f"{found.p:8.3f}{comparison.p_holm:8.3f}{found.effect_size_corrected:7.2f}{found.wilcoxon_p:10.3f}"
        lines.append(line + ("" if comparison.looks_normal else "  not normal: read the signed-rank test"))
    lines.append(f"{comparisons[0].result.subjects} {pairs}; p is two-sided.")
    return "\n".join(lines)
