"""Strides from the hip encoders alone: what a device without foot switches knows of the gait."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from exo_control.errors import ExoError

Floats = NDArray[np.float64]

CUT_OFF_HZ = 6.0
"""Of the low-pass filter, without delay: what walking moves faster is noise (Winter 2009)."""

SHORTEST_STRIDE_S, LONGEST_STRIDE_S = 0.6, 2.5
LEAST_RANGE_RAD = 0.2
"""Hips that move less stand."""

LEAST_PROMINENCE = 0.4
"""Of a peak of flexion, over the range of the hip: what is lower is a ripple."""


@dataclass(frozen=True)
class HipStrides:
    """Strides of one leg, from one peak of hip flexion, shortly before heel strike, to the next."""

    peaks_s: Floats
    """Times of the peaks, shape (strides + 1,)."""
    range_rad: Floats
    """Range of the hip in each stride, shape (strides,)."""

    @property
    def stride_s(self) -> Floats:
        """Duration of each stride, shape (strides,)."""
        return np.diff(self.peaks_s)

    @property
    def cadence_steps_min(self) -> float:
        """Steps of both legs per minute."""
        return float(120.0 / self.stride_s.mean())


def find_strides(time_s: Floats, hip_rad: Floats) -> HipStrides:
    """Find the strides of a leg.

    Args:
        time_s: (n,) evenly spaced.
        hip_rad: (n,) hip angle, flexion positive.

    Raises:
        ExoError: too short for two strides, or the hip does not walk.
    """
    if len(time_s) != len(hip_rad):
        raise ExoError(f"{len(time_s)} times and {len(hip_rad)} angles; needs one angle per time")
    if len(time_s) < 2 or time_s[-1] - time_s[0] < 2.0 * LONGEST_STRIDE_S:
        raise ExoError(f"strides need {2.0 * LONGEST_STRIDE_S:g} s of walking or more")
    period_s = float(np.median(np.diff(time_s)))
    smooth = smoothed(hip_rad, period_s)
    span = float(np.percentile(smooth, 95) - np.percentile(smooth, 5))
    if span < LEAST_RANGE_RAD:
        raise ExoError(f"the hip moves {span:.2f} rad; walking moves it by {LEAST_RANGE_RAD} rad or more")
    stride_s = _stride_time(smooth, period_s)
    peaks, _ = signal.find_peaks(
        smooth, distance=max(round(0.6 * stride_s / period_s), 1), prominence=LEAST_PROMINENCE * span
    )
    if len(peaks) < 3:
        raise ExoError(f"{len(peaks)} peaks of hip flexion; two strides have three")
    ranges = [float(np.ptp(smooth[first : last + 1])) for first, last in itertools.pairwise(peaks)]
    return HipStrides(np.array([_vertex(time_s, smooth, peak) for peak in peaks]), np.array(ranges))


def smoothed(angle_rad: Floats, period_s: float) -> Floats:
    """Return an angle, shape (n,), every ``period_s``, without what walking does not move; without delay."""
    smooth: Floats = signal.sosfiltfilt(signal.butter(2, CUT_OFF_HZ, fs=1.0 / period_s, output="sos"), angle_rad)
    return smooth


def _stride_time(angle_rad: Floats, period_s: float) -> float:
    """Return the lag at which the motion is most like itself."""
    # Not divided by the overlap, so that of one stride and two, which are equally alike, one wins.
    centred = angle_rad - angle_rad.mean()
    autocorrelation = signal.correlate(centred, centred, mode="full", method="fft")[len(centred) - 1 :]
    first = round(SHORTEST_STRIDE_S / period_s)
    last = min(round(LONGEST_STRIDE_S / period_s), len(centred) // 2)
    return (first + int(np.argmax(autocorrelation[first:last]))) * period_s


def _vertex(time_s: Floats, angle_rad: Floats, peak: int) -> float:
    """Return the time of a peak between samples: the vertex of the parabola through three of them."""
    before, at, after = angle_rad[peak - 1 : peak + 2]
    curvature = before - 2.0 * at + after
    shift = 0.5 * (before - after) / curvature if curvature < 0.0 else 0.0
    return float(time_s[peak] + shift * (time_s[peak + 1] - time_s[peak]))


def step_asymmetry_percent(right: HipStrides, left: HipStrides) -> float:
    """Return how much longer the step that ends on the left is than the one that ends on the right, % of a stride.

    Zero is even walking: each leg swings half a stride after the other.

    Raises:
        ExoError: no stride of the right leg has a peak of the left within.
    """
    parts = []
    for begin, end in itertools.pairwise(right.peaks_s):
        inside = left.peaks_s[(left.peaks_s >= begin) & (left.peaks_s < end)]
        if len(inside) == 1:
            parts.append((inside[0] - begin) / (end - begin))
    if not parts:
        raise ExoError("no stride of the right leg has one peak of the left within; are these of one walk?")
    return float(100.0 * (2.0 * np.mean(parts) - 1.0))
