"""How alike two curves are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exo_control.errors import ExoError

Floats = NDArray[np.float64]


def normalised_cross_correlation(a: Floats, b: Floats) -> float:
    """Return sum(a b) / sqrt(sum(a^2) sum(b^2)) at zero lag (Wren et al. 2006), shapes (n,)."""
    return float(np.dot(a, b) / np.sqrt(np.dot(a, a) * np.dot(b, b)))


@dataclass(frozen=True)
class Likeness:
    """The best likeness of two curves over all lags."""

    r: float
    """Normalised cross-correlation, -1 to 1."""
    lag: int
    """Samples by which ``b`` is later than ``a``."""


def best_likeness(a: Floats, b: Floats, most_lag: int) -> Likeness:
    """Return the largest normalised cross-correlation with ``b`` moved by at most so many samples; shapes (n,).

    Only what overlaps is compared.

    Raises:
        ExoError: unequal lengths, or a lag that leaves less than half of the curves to compare.
    """
    if a.shape != b.shape or a.ndim != 1:
        raise ExoError(f"curves of shapes {a.shape} and {b.shape}; likeness needs two of one length")
    if not 0 <= most_lag <= len(a) // 2:
        raise ExoError(f"lag of {most_lag} samples: needs 0 to {len(a) // 2}, half of the curves")
    likeness = []
    for lag in range(-most_lag, most_lag + 1):
        overlap_a, overlap_b = a[max(-lag, 0) : len(a) - max(lag, 0)], b[max(lag, 0) : len(b) - max(-lag, 0)]
        likeness.append(Likeness(normalised_cross_correlation(overlap_a, overlap_b), lag))
    # Of equally good ones the shortest lag: a constant has no other.
    return max(likeness, key=lambda found: (round(found.r, 12), -abs(found.lag)))


def best_cycle_likeness(a: Floats, b: Floats) -> Likeness:
    """Return the largest normalised cross-correlation of two curves over one cycle with ``b`` moved round it.

    Args:
        a: (n,) over a whole cycle, whose last sample is where the next one begins.
        b: the same of another curve.

    Raises:
        ExoError: unequal lengths, fewer than three samples, or a curve of zeros.
    """
    if a.shape != b.shape or a.ndim != 1 or len(a) < 3:
        raise ExoError(f"curves of shapes {a.shape} and {b.shape}; likeness needs two of one length, 3 or more")
    once_a, once_b = a[:-1], b[:-1]
    norm = np.sqrt(np.dot(once_a, once_a) * np.dot(once_b, once_b))
    if norm == 0.0:
        raise ExoError("a curve is zero throughout: it is like no other")
    half = len(once_a) // 2
    found = [
        Likeness(float(np.dot(once_a, np.roll(once_b, -lag)) / norm), lag) for lag in range(-half, len(once_a) - half)
    ]
    return max(found, key=lambda likeness: (round(likeness.r, 12), -abs(likeness.lag)))
