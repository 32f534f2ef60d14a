"""Comparisons of conditions that the same subjects went through, and the correction for several of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from exo_control.errors import ExoError

Floats = NDArray[np.float64]

CONFIDENCE = 0.95
FEWEST_SUBJECTS = 2
FEWEST_FOR_NORMALITY = 3
"""The Shapiro-Wilk test needs as many."""


@dataclass(frozen=True)
class PairedComparison:
    """A paired t-test of differences against zero, with what is needed to judge it; units are those of the data."""

    subjects: int
    mean: float
    sd: float
    """Of the differences, with n - 1."""
    confidence_interval: tuple[float, float]
    """95 % for the mean."""
    t: float
    degrees_of_freedom: int
    p: float
    """Two-sided."""
    effect_size: float
    """Cohen's d of paired data: mean over SD of the differences."""
    effect_size_corrected: float
    """Hedges' g: without the bias of small samples."""
    normality_p: float | None
    """Of the Shapiro-Wilk test; a small one says that the differences are not normal. None below three subjects."""
    wilcoxon_p: float
    """Two-sided, of the signed-rank test, which does not assume normality; exact where it can be."""


def compare_paired(first: Sequence[float], second: Sequence[float] | None = None) -> PairedComparison:
    """Compare two conditions, or differences with zero.

    Args:
        first: one number per subject.
        second: of the same subjects in the same order; without it ``first`` are differences already.

    Raises:
        ExoError: unequal lengths, fewer than two subjects, a number that is not finite, or differences that are all
            equal: a test has nothing to estimate its error from.
    """
    differences = _finite(first, "first")
    if second is not None:
        other = _finite(second, "second")
        if len(other) != len(differences):
            raise ExoError(f"{len(differences)} and {len(other)} subjects; a paired comparison needs the same subjects")
        differences = differences - other
    count = len(differences)
    if count < FEWEST_SUBJECTS:
        raise ExoError(f"{count} subjects; a paired comparison needs at least {FEWEST_SUBJECTS}")
    mean, sd = float(differences.mean()), float(differences.std(ddof=1))
    if sd <= 1e-12 * max(np.abs(differences).max(), 1e-300):
        raise ExoError(f"all {count} differences are {mean:g}; a test needs differences that vary")
    test = stats.ttest_1samp(differences, 0.0)
    interval = test.confidence_interval(CONFIDENCE)
    freedom = count - 1
    effect = mean / sd
    return PairedComparison(
        subjects=count,
        mean=mean,
        sd=sd,
        confidence_interval=(float(interval.low), float(interval.high)),
        t=float(test.statistic),
        degrees_of_freedom=freedom,
        p=float(test.pvalue),
        effect_size=effect,
        effect_size_corrected=effect * (1.0 - 3.0 / (4.0 * freedom - 1.0)),
        normality_p=float(stats.shapiro(differences).pvalue) if count >= FEWEST_FOR_NORMALITY else None,
        wilcoxon_p=float(stats.wilcoxon(differences).pvalue),
    )


def correct_for_several(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for several comparisons (Holm 1979), in the same order.

    Holds the chance of any false finding at the level of one test, whatever the comparisons have to do with each other.

    Raises:
        ExoError: a value is no probability.
    """
    values = np.asarray(p_values, dtype=np.float64)
    if not np.all((values >= 0.0) & (values <= 1.0)):
        raise ExoError(f"p-values {values.tolist()}: each needs to be from 0 to 1")
    order = np.argsort(values, kind="stable")
    steps = values[order] * np.arange(len(values), 0, -1)
    corrected = np.empty_like(values)
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return [float(value) for value in corrected]


def _finite(values: Sequence[float], name: str) -> Floats:
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1 or not np.all(np.isfinite(numbers)):
        raise ExoError(f"{name}: {numbers.tolist()}; needs one finite number per subject")
    return numbers
