"""What stands between a number and its effect: delays of whole ticks, and the bandwidth of the drives."""

import math

import numpy as np
from numpy.typing import NDArray

from exo_control.joints import POLICY_PERIOD_S

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class TickDelay:
    """Delays rows of numbers by whole ticks, each row by its own number."""

    def __init__(self, rows: int, width: int, most_ticks: int) -> None:
        """Create a delay of 0 ticks for all rows; ``most_ticks`` is the longest that ``reset`` may ask for."""
        self._ring: Floats = np.zeros((most_ticks + 1, rows, width))
        self._ticks: Indices = np.zeros(rows, dtype=np.intp)
        self._newest = 0
        self._rows = np.arange(rows)

    def reset(self, rows: Indices, ticks: Indices, value: Floats) -> None:
        """Set the delay of some rows, (k,) ticks, as if ``value``, (k, width), had been there for ever."""
        self._ticks[rows] = ticks
        self._ring[:, rows] = value

    def push(self, values: Floats) -> Floats:
        """Take in this tick's values, (rows, width), and return the delayed ones."""
        length = len(self._ring)
        self._newest = (self._newest + 1) % length
        self._ring[self._newest] = values
        return self._ring[(self._newest - self._ticks) % length, self._rows]


class Actuator:
    """Drives with a delay and a first-order lag: dy/dt = 2 pi f (u - y). Ideal with no delay and no bandwidth."""

    def __init__(self, rows: int, most_ticks: int) -> None:
        self._delay = TickDelay(rows, 2, most_ticks)
        self._torque: Floats = np.zeros((rows, 2))
        self._gain: Floats = np.ones((rows, 1))

    def reset(self, rows: Indices, delay_ticks: Indices, bandwidth_hz: Floats) -> None:
        """Begin anew without torque: delays (k,) in ticks, bandwidths (k,) in Hz, infinite for ideal torque."""
        zero = np.zeros((len(rows), 2))
        self._delay.reset(rows, delay_ticks, zero)
        self._torque[rows] = zero
        self._gain[rows] = 1.0 - np.exp(-2.0 * math.pi * bandwidth_hz * POLICY_PERIOD_S)[:, np.newaxis]

    def torque(self, command_nm: Floats) -> Floats:
        """Return the torque that acts in this tick, (rows, 2) Nm, for the drives' command (rows, 2)."""
        self._torque = self._torque + self._gain * (self._delay.push(command_nm) - self._torque)
        return self._torque.copy()
