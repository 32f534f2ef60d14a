"""Unsigned fixed-point fields, as drives put numbers into frames."""

import math


def to_field(value: float, low: float, high: float, bits: int) -> int:
    """Return the field nearest to a value, which is first limited to [low, high].

    A value half-way between two fields takes the lower one, so that zero in a symmetric range becomes 0x7FF.. as in
    the manufacturers' own code. That field stands for half a step below zero: it is the nearest there is.
    """
    steps = (1 << bits) - 1
    limited = min(max(value, low), high)
    return math.ceil((limited - low) / (high - low) * steps - 0.5)


def from_field(field: int, low: float, high: float, bits: int) -> float:
    """Return the value of a field: 0 is ``low``, all ones is ``high``."""
    return low + field * (high - low) / ((1 << bits) - 1)
