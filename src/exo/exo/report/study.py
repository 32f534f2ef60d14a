"""A study: subjects under several conditions, as on the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev

from exo.report.figures import Picture, study_panel
from exo.report.table import Table, text
from exo_analysis.condition_comparison import ConditionComparison, compare_conditions
from exo_analysis.subject_table import SubjectTable, load_subject_table
from exo_control.errors import ConfigError, ExoError


@dataclass(frozen=True)
class Study:
    """A study and its statistics."""

    name: str
    subjects: Table
    comparisons: Table
    picture: Picture
    found: Sequence[ConditionComparison]


def load_study(path: Path, changes: bool) -> Study:
    """Read and compare a study.

    Args:
        path: CSV file: subject, then a column per condition.
        changes: the numbers are changes already.

    Raises:
        ConfigError: the file, or a comparison of what is in it, is not possible.
    """
    table = load_subject_table(path)
    try:
        found = compare_conditions(table.conditions, changes)
    except ExoError as error:
        raise ConfigError(f"{path}: {error}") from None
    picture = study_panel("by condition, mean ± SD", dict(table.conditions), table.subjects)
    return Study(path.name, _subjects(table), _comparisons(table, found), picture, found)


def _subjects(table: SubjectTable) -> Table:
    rows = [
        [subject, *(text(values[index], 1) for values in table.conditions.values())]
        for index, subject in enumerate(table.subjects)
    ]
    rows.append(
        ["mean ± SD", *(f"{text(mean(each), 1)} ± {text(stdev(each), 1)}" for each in table.conditions.values())]
    )
    return Table(["subject", *table.conditions], rows, f"Numbers of each subject, n = {len(table.subjects)}.")


def _comparisons(table: SubjectTable, found: Sequence[ConditionComparison]) -> Table:
    rows = []
    for each in found:
        result = each.result
        low, high = result.confidence_interval
        rows.append(
            [
                each.label,
                f"{text(result.mean)} ± {text(result.sd)}",
                f"{text(low)} to {text(high)}",
                text(result.t),
                text(result.p, 3),
                text(each.p_holm, 3),
                text(result.effect_size_corrected),
                text(result.wilcoxon_p, 3),
                "" if each.looks_normal else "not normal: read the signed-rank test",
            ]
        )
    caption = (
        f"Paired t-tests, two-sided, n = {len(table.subjects)} subjects; Holm's correction for {len(found)} "
        "comparisons; g is Hedges' effect size; the last p is of the signed-rank test."
    )
    columns = ["comparison", "mean ± SD", "95 % interval", "t", "p", "p (Holm)", "g", "p (signed rank)", "note"]
    if all(not row[-1] for row in rows):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    return Table(columns, rows, caption)
