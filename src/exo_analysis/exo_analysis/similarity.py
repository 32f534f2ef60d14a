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
