"""The noise that an agent explores with."""

import numpy as np
from numpy.typing import NDArray

from exo_control.joints import JOINT_NAMES


class ExplorationNoise:
    """Standard normal noise for each walker and joint, correlated from tick to tick (a process of first order).

    A torque that changes its mind every 10 ms moves no leg, and the safety limiter takes most of it away. PPO's
    probabilities stay those of independent noise, which each single draw has (Hollenstein et al. 2024, "Colored
    noise in PPO").
    """

    def __init__(self, walkers: int, correlation: float) -> None:
        """Create the noise; ``correlation`` of a tick with the one before, 0 to below 1."""
        self._shape = (walkers, len(JOINT_NAMES))
        self._correlation = correlation
        self._state: NDArray[np.float64] | None = None

    def draw(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return the noise of the next tick, shape (walkers, 2)."""
        fresh = rng.standard_normal(self._shape)
        if self._state is None:
            self._state = fresh
        else:
            self._state = self._correlation * self._state + np.sqrt(1.0 - self._correlation**2) * fresh
        return self._state
