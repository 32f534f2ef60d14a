"""SCONE's .par files: a parameter per line, with its best value, and mean and standard deviation of the search."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from exo_control.errors import ConfigError


@dataclass(frozen=True)
class Parameter:
    """A line of a .par file. SCONE's models take ``best``; its optimiser starts at ``mean``."""

    name: str
    best: float
    mean: float
    std: float


def format_par(parameters: Iterable[Parameter]) -> str:
    """Return the text of a .par file; numbers are written in full, so that reading gives them back."""
    return "".join(f"{p.name:<40}\t{p.best!r}\t{p.mean!r}\t{p.std!r}\n" for p in parameters)


def write_par(path: Path, parameters: Iterable[Parameter]) -> None:
    """Write a .par file.

    Raises:
        ConfigError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(format_par(parameters), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from None


def read_par(path: Path) -> list[Parameter]:
    """Read a .par file.

    Raises:
        ConfigError: the file cannot be read, or a line is not `name best mean std`; names file, line and reason.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot read the file: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not a text file in UTF-8: {error.reason} at byte {error.start}") from None
    return parse_par(text, str(path))


def parse_par(text: str, origin: str) -> list[Parameter]:
    """Return the parameters in the text of a .par file; ``origin`` is what errors call it.

    Raises:
        ConfigError: as ``read_par``.
    """
    found: dict[str, Parameter] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        words = line.split()
        if not words:
            continue
        where = f"{origin}:{number}"
        if len(words) != 4:
            raise ConfigError(f"{where}: has {len(words)} words; needs `name best mean std`")
        name, *numbers = words
        if name in found:
            raise ConfigError(f"{where}: parameter '{name}' is given twice")
        found[name] = Parameter(name, *(_number(word, f"{where}: parameter '{name}'") for word in numbers))
    if not found:
        raise ConfigError(f"{origin}: has no parameter; needs lines `name best mean std`")
    return list(found.values())


def _number(word: str, where: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ConfigError(f"{where}: '{word}' is no finite number")
    return value
