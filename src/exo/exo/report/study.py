"""A study: subjects, or seeds of one walker, under several conditions, as on the page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev

from exo.report.figures import Picture, study_panel
from exo.report.study_record import StudyRecord, study_record
from exo.report.table import Table, text
from exo_analysis.condition_comparison import ConditionComparison, compare_conditions
from exo_analysis.subject_table import SUBJECT, SubjectTable, load_subject_table
from exo_control.errors import ExoError

SIGNIFICANT_DIGITS = 3
MOST_DECIMALS = 6


@dataclass(frozen=True)
class Study:
    """A study and its statistics."""

    name: str
    rows: str
    """What its numbers are of, with how many: 20 subjects."""
    tables: list[Table]
    """Numbers, comparisons and falls; those that there are."""
    picture: Picture | None
    """None of a study without numbers."""
    found: Sequence[ConditionComparison]
    """Empty where there is nothing to estimate an error from."""
    no_statistics: str
    """Why nothing is compared, if so."""
    record: StudyRecord

    @property
    def notes(self) -> list[str]:
        """What a reader has to know before believing the numbers."""
        return [*([self.no_statistics] if self.no_statistics else []), *self.record.notes]


def load_study(path: Path, changes: bool) -> Study:
    """Read and compare a study.

    Args:
        path: CSV file: subject or seed, then a column per condition.
        changes: the numbers are changes already.

    Raises:
        ConfigError: the file is no such table.
    """
    table = load_subject_table(path)
    found: list[ConditionComparison] = []
    no_statistics = ""
    try:
        found = compare_conditions(table.conditions, changes)
    except ExoError as error:  # the numbers are worth a look without it
        no_statistics = f"no statistics: {error}"
    rows = f"{len(table.subjects)} {table.row}{'' if len(table.subjects) == 1 else 's'}"
    record = study_record(path)
    tables = [_subjects(table, rows), *([_comparisons(table, found)] if found else [])]
    tables += [_falls(record)] if record.falls else []
    picture = study_panel("by condition, mean ± SD", dict(table.conditions), rows) if table.subjects else None
    return Study(path.name, rows, tables, picture, found, no_statistics, record)


def decimals_for(values: Iterable[float]) -> int:
    """Return how many decimals show the largest of the numbers with three significant digits."""
    largest = max((abs(value) for value in values), default=0.0)
    before = math.floor(math.log10(largest)) + 1 if largest > 0.0 else 1
    return min(max(SIGNIFICANT_DIGITS - before, 0), MOST_DECIMALS)


def _subjects(table: SubjectTable, count: str) -> Table:
    digits = decimals_for(value for values in table.conditions.values() for value in values)
    rows = [
        [subject, *(text(values[index], digits) for values in table.conditions.values())]
        for index, subject in enumerate(table.subjects)
    ]
    if len(rows) > 1:
        spread = (f"{text(mean(each), digits)} ± {text(stdev(each), digits)}" for each in table.conditions.values())
        rows.append(["mean ± SD", *spread])
    return Table([table.row, *table.conditions], rows, f"Numbers of each {table.row}: {count}.")


def _falls(record: StudyRecord) -> Table:
    rows = [[condition, str(count), str(record.walks)] for condition, count in record.falls.items()]
    return Table(["condition", "falls", "walks"], rows, "Falls. A seed with one counts for no condition of its walker.")


def _comparisons(table: SubjectTable, found: Sequence[ConditionComparison]) -> Table:
    rows = []
    digits = max(2, decimals_for(number for each in found for number in (each.result.mean, each.result.sd)))
    for each in found:
        result = each.result
        low, high = result.confidence_interval
        rows.append(
            [
                each.label,
                f"{text(result.mean, digits)} ± {text(result.sd, digits)}",
                f"{text(low, digits)} to {text(high, digits)}",
                text(result.t),
                _p(result.p),
                _p(each.p_holm),
                text(result.effect_size_corrected),
                _p(result.wilcoxon_p),
                "" if each.looks_normal else "not normal: read the signed-rank test",
            ]
        )
    caption = (
        f"Paired t-tests, two-sided, n = {len(table.subjects)} {table.row}s; Holm's correction for {len(found)} "
        "comparisons; g is Hedges' effect size; the last p is of the signed-rank test."
    )
    if table.row != SUBJECT:
        caption += f" The {table.row}s are of one walker: p tells the conditions apart for it, not for a population."
    columns = ["comparison", "mean ± SD", "95 % interval", "t", "p", "p (Holm)", "g", "p (signed rank)", "note"]
    if all(not row[-1] for row in rows):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    return Table(columns, rows, caption)


def _p(value: float | None) -> str:
    return "< 0.001" if value is not None and value < 0.001 else text(value, 3)
