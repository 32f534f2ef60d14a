"""A table of measurements: a row per subject, or per seed of one walker, and a column per condition."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from exo_control.errors import ConfigError

SUBJECT, SEED = "subject", "seed"


@dataclass(frozen=True)
class SubjectTable:
    """One number per subject and condition."""

    subjects: list[str]
    conditions: Mapping[str, list[float]]
    """By name, in the order of the subjects."""
    row: str = SUBJECT
    """What a row is of: SUBJECT, or SEED of noise and disturbances on one walker."""


def load_subject_table(path: Path) -> SubjectTable:
    """Read a CSV file with a header; its first column is ``subject`` or ``seed``, each further one a condition.

    Raises:
        ConfigError: the file is missing, the header is another, a subject is there twice, or a cell is no finite
            number; the message names row and column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [[cell.strip() for cell in row] for row in csv.reader(file) if any(row)]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None
    header = rows[0] if rows else []
    if len(header) < 2 or header[0] not in (SUBJECT, SEED):
        raise ConfigError(
            f"{path}: row 1 is '{','.join(header)}'; needs {SUBJECT} or {SEED}, and a column per condition"
        )
    names = header[1:]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigError(f"{path}: row 1 has the condition '{twice}' more than once; give each another name")
    subjects: list[str] = []
    conditions: dict[str, list[float]] = {name: [] for name in names}
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(header):
            raise ConfigError(f"{path}: row {number} has {len(row)} cells, row 1 has {len(header)}")
        if row[0] in subjects:
            raise ConfigError(f"{path}: row {number}: {header[0]} '{row[0]}' is there already; one row per {header[0]}")
        subjects.append(row[0])
        for name, cell in zip(names, row[1:], strict=True):
            conditions[name].append(_number(path, number, name, cell))
    return SubjectTable(subjects, conditions, header[0])


def save_subject_table(table: SubjectTable, path: Path) -> None:
    """Write a table as ``load_subject_table`` reads it, with six significant digits."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([table.row, *table.conditions])
        for row, subject in enumerate(table.subjects):
            writer.writerow([subject, *(f"{values[row]:.6g}" for values in table.conditions.values())])


def _number(path: Path, row: int, name: str, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ConfigError(f"{path}: row {row}, {name}: '{cell}' is no number; leave the row out, or mend the cell")
    return value
