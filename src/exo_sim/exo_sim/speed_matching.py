"""The same gait at another speed, by leaning: to compare with and without assistance at matched speed."""

from __future__ import annotations

from dataclasses import replace

from exo_control.joints import POLICY_PERIOD_S
from exo_sim.disturbance import Disturbance
from exo_sim.gait import Gait
from exo_sim.gait_analysis import WARM_UP_S
from exo_sim.human_model import HumanModel
from exo_sim.walk import Walk, Walker

LEAN_LIMIT_RAD = 0.08
SPEED_TOLERANCE_M_S = 0.003
_BISECTIONS = 12


def steady_speed(walk: Walk) -> float:
    """Return the mean speed after the first 3 s, m/s."""
    steady = walk.since(WARM_UP_S)
    return float(steady.com[-1, 0] - steady.com[0, 0]) / ((len(steady.record) - 1) * POLICY_PERIOD_S)


def walk_at_speed(model: HumanModel, gait: Gait, speed_m_s: float, seconds: float) -> Walk | None:
    """Walk undisturbed at a speed, by bisection over the lean of the trunk.

    Args:
        model: the human.
        gait: its gait.
        speed_m_s: wanted mean speed after the first 3 s.
        seconds: duration of the walk.

    Returns:
        The walk, within 3 mm/s of the speed; None where leaning by up to +-0.08 rad does not reach it.
    """
    slow, fast = LEAN_LIMIT_RAD, -LEAN_LIMIT_RAD
    for _ in range(_BISECTIONS):
        lean = 0.5 * (slow + fast)
        walk = Walker(model, replace(gait, lean_rad=gait.lean_rad + lean)).disturbed(seconds, Disturbance(), 0)
        if walk.fell:  # leaning further than the gait can bear: come back towards upright
            slow, fast = (lean, fast) if lean > 0.0 else (slow, lean)
            continue
        error = steady_speed(walk) - speed_m_s
        if abs(error) < SPEED_TOLERANCE_M_S:
            return walk
        slow, fast = (slow, lean) if error > 0.0 else (lean, fast)
    return None
