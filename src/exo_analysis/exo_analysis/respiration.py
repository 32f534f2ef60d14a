"""Gas exchange breath by breath."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Respiration:
    """Oxygen taken up and carbon dioxide given off, STPD, per breath or averaged; shapes (n,), time rising."""

    time_s: Floats
    o2_ml_min: Floats
    co2_ml_min: Floats
