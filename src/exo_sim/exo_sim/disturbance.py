"""Random hip torques and pushes a gait has to survive."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exo_control.joints import POLICY_PERIOD_S
from exo_sim.engine.model_arrays import Floats

HOLD_S = 0.25
"""A random torque is held this long."""

PUSH_INTERVAL_S = 4.0
FIRST_PUSH_S = 3.0


@dataclass(frozen=True)
class Disturbance:
    """Uniform random torque of +-torque_nm at each hip, new every 0.25 s, and pushes of +-push_m_s every 4 s."""

    torque_nm: float = 0.0
    push_m_s: float = 0.0

    def draw(self, periods: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Return hip torques (periods, 2) in Nm and velocity changes (periods,) in m/s."""
        hold = round(HOLD_S / POLICY_PERIOD_S)
        values = rng.uniform(-1.0, 1.0, size=(-(-periods // hold), 2))
        torque = self.torque_nm * np.repeat(values, hold, axis=0)[:periods]
        push = np.zeros(periods)
        first, interval = round(FIRST_PUSH_S / POLICY_PERIOD_S), round(PUSH_INTERVAL_S / POLICY_PERIOD_S)
        times = np.arange(first, periods, interval)
        if times.size and self.push_m_s > 0.0:
            jitter = rng.integers(0, interval // 2, size=times.size)
            at = np.minimum(times + jitter, periods - 1)
            push[at] = self.push_m_s * rng.choice([-1.0, 1.0], size=times.size)
        return np.ascontiguousarray(torque), push
