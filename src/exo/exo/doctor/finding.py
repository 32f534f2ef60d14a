"""What a check has found."""

from dataclasses import dataclass
from enum import Enum


class Level(str, Enum):
    """How much a finding matters."""

    OK = "ok"
    NOTE = "note"
    """Something does not work, or less well, that not everybody needs."""
    PROBLEM = "problem"
    """A simulated person cannot walk, or a trial cannot be recorded."""


@dataclass(frozen=True)
class Finding:
    """One line of the report; ``fix`` is what to type, or what to read, and empty where nothing is wrong."""

    subject: str
    level: Level
    text: str
    fix: str = ""


def ok(subject: str, text: str) -> Finding:
    """Return a finding that needs nothing."""
    return Finding(subject, Level.OK, text)


def note(subject: str, text: str, fix: str) -> Finding:
    """Return a finding that some users want to mend."""
    return Finding(subject, Level.NOTE, text, fix)


def problem(subject: str, text: str, fix: str) -> Finding:
    """Return a finding that has to be mended."""
    return Finding(subject, Level.PROBLEM, text, fix)
