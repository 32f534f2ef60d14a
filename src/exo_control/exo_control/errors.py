"""Errors whose message is meant for the user.

The command line prints an ``ExoError`` without a traceback and exits with a non-zero code, so each message
names the thing that is wrong, its value and the fix. Any other exception is a defect of the program.
"""

import difflib
from collections.abc import Iterable


class ExoError(Exception):
    """Base of all errors that the user can act on."""


class ConfigError(ExoError):
    """A configuration file, or a value in it, is missing or invalid."""


class JointError(ExoError):
    """A message names joints that do not fit the exoskeleton."""


class PolicyError(ExoError):
    """A policy is unknown, cannot be loaded or gave an invalid output."""


def choices_hint(word: str, choices: Iterable[str]) -> str:
    """Return ``did you mean 'x'? choices: x, y`` for an error about an unknown word."""
    known = sorted(choices)
    listed = f"choices: {', '.join(known)}"
    nearest = difflib.get_close_matches(word, known, n=1)
    return f"did you mean '{nearest[0]}'? {listed}" if nearest else listed
