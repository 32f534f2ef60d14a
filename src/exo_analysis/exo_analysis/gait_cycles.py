"""Signals over the gait cycle: cut at events, resampled, averaged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exo_analysis.hip_strides import LONGEST_STRIDE_S, SHORTEST_STRIDE_S
from exo_control.errors import ExoError

Floats = NDArray[np.float64]

CYCLE_PERCENT = np.arange(101.0)
"""Where a gait cycle is sampled, % from one event of a leg to the next of the same kind."""

LONGEST_GAP_S = 0.05
"""A stride with a longer gap between samples is left out: interpolated over it, a peak would be cut off."""


@dataclass(frozen=True)
class MeanCycle:
    """A signal over the gait cycle, averaged over strides."""

    mean: Floats  # (101,)
    sd: Floats  # (101,), with n - 1; zero of one stride
    strides: int


def whole_strides(events_s: Floats, time_s: Floats) -> Floats:
    """Return begin and end, shape (strides, 2), of the strides between events that samples cover without a gap.

    Args:
        events_s: (n,) times of one kind of event of one leg, increasing, such as heel strikes.
        time_s: (m,) times of the samples, increasing.
    """
    strides = np.stack([events_s[:-1], events_s[1:]], axis=1) if len(events_s) > 1 else np.empty((0, 2))
    seconds = strides[:, 1] - strides[:, 0]
    return covered(strides[(seconds >= SHORTEST_STRIDE_S) & (seconds <= LONGEST_STRIDE_S)], time_s)


def covered(strides: Floats, time_s: Floats) -> Floats:
    """Return those strides, shape (strides, 2), that samples at times (m,) cover without a gap."""
    if not len(time_s):
        return strides[:0]
    good = (strides[:, 0] >= time_s[0]) & (strides[:, 1] <= time_s[-1])
    gaps = np.flatnonzero(np.diff(time_s) > LONGEST_GAP_S)
    # A gap lies in a stride if it ends after the stride begins and begins before the stride ends.
    first, last = (
        np.searchsorted(time_s[gaps + 1], strides[:, 0], "right"),
        np.searchsorted(time_s[gaps], strides[:, 1]),
    )
    whole: Floats = strides[good & (first >= last)]
    return whole


def mean_cycle(time_s: Floats, values: Floats, strides: Floats) -> MeanCycle:
    """Return the mean of a signal over the gait cycle.

    Args:
        time_s: (n,) increasing.
        values: (n,) the signal.
        strides: (strides, 2) begin and end of each, s.

    Raises:
        ExoError: there is no stride.
    """
    if not len(strides):
        raise ExoError("no whole stride: a mean over the gait cycle needs one")
    at = strides[:, :1] + (strides[:, 1:] - strides[:, :1]) * CYCLE_PERCENT / CYCLE_PERCENT[-1]
    cycles = np.interp(at.ravel(), time_s, values).reshape(at.shape)
    sd = cycles.std(axis=0, ddof=1) if len(cycles) > 1 else np.zeros(CYCLE_PERCENT.size)
    return MeanCycle(cycles.mean(axis=0), sd, len(cycles))
