"""Reading spirometer exports: CSV of a COSMED K5, or any with the same columns."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import numpy as np

from exo_analysis.respiration import Respiration
from exo_control.errors import ConfigError

TIME, O2, CO2 = "t", "VO2", "VCO2"

TO_ML_MIN = {"mL/min": 1.0, "ml/min": 1.0, "L/min": 1000.0, "l/min": 1000.0, "mL/s": 60.0, "ml/s": 60.0}
"""Units of gas exchange."""

_CLOCK = re.compile(r"^(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:[.,]\d+)?)$")
LARGEST_ML_MIN = 10_000.0
"""No human breathes more: a larger number has another unit than the file says."""


def load_spirometer_file(path: Path) -> Respiration:
    """Read a spirometer export.

    The header is the first row with a column ``t``; a K5 writes the subject's data to the left of it. The row below
    names the units. Separator (comma, semicolon, tab) and decimal point or comma are found out.

    Raises:
        ConfigError: the file is missing, lacks a column, has another unit, or a value that is no number; the message
            names row and column.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}; export it as CSV in UTF-8") from None
    separator = max(";\t,", key=lambda mark: text[:20_000].count(mark))
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=separator)]
    header = next((index for index, row in enumerate(rows) if TIME in row), None)
    if header is None:
        raise ConfigError(f"{path}: no row has a column '{TIME}' (time); is this a spirometer export?")
    columns = {}
    for name in (TIME, O2, CO2):
        found = [index for index, cell in enumerate(rows[header]) if cell == name]
        if len(found) != 1:
            many = f"{len(found)} columns" if found else "no column"
            raise ConfigError(f"{path}: {many} '{name}' in row {header + 1}; export {TIME}, {O2} and {CO2} once each")
        columns[name] = found[0]
    units = rows[header + 1] if len(rows) > header + 1 else []
    factors = {name: _factor(path, name, _cell(units, columns[name]), header + 2) for name in (O2, CO2)}
    values: dict[str, list[float]] = {name: [] for name in columns}
    for number, row in enumerate(rows[header + 2 :], start=header + 3):
        cells = {name: _cell(row, column) for name, column in columns.items()}
        if not any(cells.values()):
            continue  # a K5 leaves a blank row, and goes on on the left only
        values[TIME].append(_seconds(path, number, cells[TIME]))
        for name in (O2, CO2):
            values[name].append(factors[name] * _number(path, number, name, cells[name]))
    return _checked(path, values)


def _checked(path: Path, values: dict[str, list[float]]) -> Respiration:
    time_s, o2, co2 = (np.array(values[name]) for name in (TIME, O2, CO2))
    if len(time_s) < 2:
        raise ConfigError(f"{path}: {len(time_s)} breaths; needs at least two")
    back = np.flatnonzero(np.diff(time_s) <= 0.0)
    if len(back):
        raise ConfigError(f"{path}: time goes back after {time_s[back[0]]:.0f} s; the export mixes two tests")
    for name, gas in ((O2, o2), (CO2, co2)):
        if gas.min() < 0.0 or gas.max() > LARGEST_ML_MIN:
            raise ConfigError(
                f"{path}: {name} from {gas.min():g} to {gas.max():g} mL/min; possible is 0 to {LARGEST_ML_MIN:g}: "
                "does the row of units say what the numbers are?"
            )
    return Respiration(time_s, o2, co2)


def _cell(row: list[str], column: int) -> str:
    return row[column] if column < len(row) else ""


def _factor(path: Path, name: str, unit: str, row: int) -> float:
    if unit not in TO_ML_MIN:
        raise ConfigError(f"{path}: row {row}, {name}: unit '{unit}' is unknown; known are {', '.join(TO_ML_MIN)}")
    return TO_ML_MIN[unit]


def _number(path: Path, row: int, name: str, text: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise ConfigError(f"{path}: row {row}, {name}: '{text}' is no number; remove or mend the row")
    return value


def _seconds(path: Path, row: int, text: str) -> float:
    match = _CLOCK.match(text)
    if match is None:
        return _number(path, row, TIME, text)
    hours, minutes, seconds = match.groups()
    return 3600.0 * int(hours or 0) + 60.0 * int(minutes) + float(seconds.replace(",", "."))
