"""Tables of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """Texts in rows and columns; the first column names the row."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str
    colours: Sequence[str] = ()
    """Of a mark before each row's name; none if empty."""


NOTHING = "–"


def text(value: float | None, digits: int = 2, signed: bool = False) -> str:
    """Return a number as it is shown; a dash for None."""
    if value is None:
        return NOTHING
    shown = f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}"
    return shown.replace("-", "−")
