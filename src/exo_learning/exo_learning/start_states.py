"""Where walks begin: any moment of a steady walk without assistance."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np

from exo_control.joints import POLICY_PERIOD_S
from exo_learning.errors import TrainingError
from exo_learning.walker_batch import Body, WalkerBatch
from exo_safety.limiter import SafetyLimiter
from exo_safety.limits import SafetyLimits
from exo_sim.engine.model_arrays import Floats
from exo_sim.human_interface import FALL_HEIGHT

LEAD_IN_S = 10.0
"""Length of the walk that the starts are taken from."""

STARTS_S = (3.0, 6.0)
"""The part of it that they are taken from: after the limiter's soft start, at least two strides long."""


@dataclass(frozen=True)
class StartStates:
    """Moments of a walk without assistance, with the limiter that has watched it."""

    states: Floats  # (m, layout.STATE_SIZE)
    first_tick: int  # policy periods walked by the first
    limiters: list[SafetyLimiter]
    speed_m_s: float  # the gait's own
    cost_of_transport: float  # likewise, net, J/(kg m)

    def limiter(self, index: int) -> SafetyLimiter:
        """Return a limiter that has seen the walk up to a moment, started, with its soft start done if time allowed."""
        return copy_limiter(self.limiters[index])


def copy_limiter(limiter: SafetyLimiter) -> SafetyLimiter:
    """Return an independent copy; the limits, which never change, are shared."""
    limits = limiter._limits
    return copy.deepcopy(limiter, {id(limits): limits})


def record_starts(body: Body, limits: SafetyLimits, name: str, walker: WalkerBatch | None = None) -> StartStates:
    """Walk without assistance, the limiter at work, and keep the moments that walks may start from.

    Args:
        body: who walks.
        limits: of the limiter.
        name: of the walker, for the error.
        walker: a batch of this body alone, of another engine; our own by default.

    Raises:
        TrainingError: it falls, or leaves the limits, without any assistance.
    """
    walker = walker or WalkerBatch([body], [1])
    limiter = SafetyLimiter(limits)
    limiter.start()
    zero, no_push = np.zeros((1, 2)), np.zeros(1)
    first, last = (round(time / POLICY_PERIOD_S) for time in STARTS_S)
    height = walker.com_height_m[0]
    states, limiters, forward, energy = [], [], [], []
    for tick in range(round(LEAD_IN_S / POLICY_PERIOD_S)):
        now_s = float(walker.time_s[0])
        if first <= tick < last:
            states.append(walker.states[0].copy())
            limiters.append(copy_limiter(limiter))
        result = limiter.apply(zero[0], walker.hip_position_rad[0], walker.hip_velocity_rad_s[0], now_s, 0.0, 0.0)
        if result.fault is not None or not walker.com_height_m[0] > FALL_HEIGHT * height:
            reason = result.fault_text or "it falls"
            raise TrainingError(f"{name} cannot walk without assistance: {reason} after {now_s:.2f} s")
        forward.append(float(walker.com_forward_m[0]))
        energy.append(float(walker.muscle_energy_j[0] / walker.mass_kg[0]))
        walker.step(zero, no_push)
    distance = forward[-1] - forward[first]
    speed = distance / ((len(forward) - 1 - first) * POLICY_PERIOD_S)
    return StartStates(np.stack(states), first, limiters, speed, (energy[-1] - energy[first]) / distance)
