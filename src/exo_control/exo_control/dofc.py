"""Delayed output feedback control of the hips (Lim et al. 2019, IEEE Transactions on Robotics)."""

import math
from collections import deque
from typing import ClassVar

import numpy as np

from exo_control.joints import TORQUE_CEILING_NM
from exo_control.policy import Parameter, Vector

MAX_GAP_S = 0.1
"""Longest pause between ticks that the delay line bridges, s: a tenth of a stride."""


class DelayLine:
    """Value of a signal a fixed time ago, interpolated between time-stamped samples, so ticks may be irregular."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self._samples: deque[tuple[float, float]] = deque()

    def clear(self) -> None:
        """Forget all samples."""
        self._samples.clear()

    def push(self, time_s: float, value: float) -> float | None:
        """Add a sample and return the value one delay ago, or None while the line is still filling.

        A pause longer than ``MAX_GAP_S`` or a clock that went back starts the line anew; a sample with the
        time of the last one replaces it.
        """
        samples = self._samples
        if samples and not 0.0 <= time_s - samples[-1][0] <= MAX_GAP_S:
            samples.clear()
        if samples and samples[-1][0] == time_s:
            samples.pop()
        samples.append((time_s, value))
        target = time_s - self._delay_s
        while len(samples) > 1 and samples[1][0] <= target:
            samples.popleft()
        start, first = samples[0]
        if target < start:
            return None
        if len(samples) == 1:
            return first
        end, second = samples[1]
        return first + (second - first) * (target - start) / (end - start)


class DofcPolicy:
    """Delayed output feedback control.

    With y = sin q_r - sin q_l, flexion positive, tau_r = -gain y(t - delay) and tau_l = -tau_r, clipped at the
    peak torque. A delay of about a fifth of the stride turns the minus into a push along the leg's motion; the
    other sign works against the muscles. No torque while the delay line fills.
    """

    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("delay_s", 0.2, 0.0, 1.0, "s", "delay of the feedback; the paper's trials used 0.2 s"),
        Parameter("gain_nm", 8.0, 0.0, 120.0, "Nm", "torque per unit of sin q_r - sin q_l"),
        Parameter("peak_torque_nm", 8.0, 0.0, TORQUE_CEILING_NM, "Nm", "torque at which the command is clipped"),
        Parameter("smoothing_s", 0.0, 0.0, 0.2, "s", "time constant of a one-pole low-pass on y; 0 switches it off"),
    )

    def __init__(self, delay_s: float, gain_nm: float, peak_torque_nm: float, smoothing_s: float) -> None:
        """Create the controller from values of ``parameters``."""
        self.name = "dofc"
        self._gain_nm = gain_nm
        self._peak_nm = peak_torque_nm
        self._smoothing_s = smoothing_s
        self._line = DelayLine(delay_s)
        self._smoothed: tuple[float, float] | None = None  # time and value of the low-pass

    def reset(self) -> None:
        """Empty the delay line and the low-pass."""
        self._line.clear()
        self._smoothed = None

    def torque(self, position: Vector, velocity: Vector, time_s: float) -> Vector:
        """Return the hip torques, shape (2,), Nm.

        An angle or time that is not finite gives zero torque and starts the delay line anew.
        """
        right, left = map(float, position)
        if not (math.isfinite(right) and math.isfinite(left) and math.isfinite(time_s)):
            self.reset()
            return np.zeros(2)
        y = self._smooth(math.sin(right) - math.sin(left), time_s)
        delayed = self._line.push(time_s, y)
        if delayed is None:
            return np.zeros(2)
        torque = min(max(-self._gain_nm * delayed, -self._peak_nm), self._peak_nm)
        return np.array([torque, -torque])

    def _smooth(self, y: float, time_s: float) -> float:
        if self._smoothing_s == 0.0:
            return y
        if self._smoothed is not None:
            last_s, last = self._smoothed
            if 0.0 <= time_s - last_s <= MAX_GAP_S:
                y += (last - y) * math.exp(-(time_s - last_s) / self._smoothing_s)
        self._smoothed = (time_s, y)
        return y
