"""What a gait survives, and whether its figures depend on the integration step."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Any

from exo_sim.assisted_walk import AssistedWalker
from exo_sim.disturbance import Disturbance
from exo_sim.gait import Gait
from exo_sim.gait_analysis import describe
from exo_sim.human_interface import DEFAULT_PHYSICS_STEP_S
from exo_sim.human_model import HumanModel
from exo_sim.walk import Walker

LONG_WALK_S = 60.0
DISTURBED_WALK_S = 20.0
DISTURBED_WALKS = 20
TORQUE_NM = 8.0
PUSH_M_S = 0.3
FIRST_SEED = 1_000_000
"""Far from the seeds a search draws from, so that the disturbances are unseen."""


def survivors(walker: Walker | AssistedWalker, disturbance: Disturbance, pool: Executor | None = None) -> int:
    """Return how many of 20 walks of 20 s are survived under unseen disturbances.

    Args:
        walker: that walks.
        disturbance: of each walk.
        pool: whose threads call the walker, where it can walk several at once.
    """

    def survives(seed: int) -> bool:
        return not walker.disturbed(DISTURBED_WALK_S, disturbance, seed).fell

    return sum((pool.map if pool else map)(survives, range(FIRST_SEED, FIRST_SEED + DISTURBED_WALKS)))


def figures(walker: Walker | AssistedWalker, pool: Executor | None = None) -> dict[str, Any]:
    """Return the figures of a 60 s walk, and the walks survived; arguments as for ``survivors``."""
    found = describe(walker.disturbed(LONG_WALK_S, Disturbance(), FIRST_SEED))
    found["survived_of_20_at_8_nm"] = survivors(walker, Disturbance(torque_nm=TORQUE_NM), pool)
    found["survived_of_20_pushes"] = survivors(walker, Disturbance(push_m_s=PUSH_M_S), pool)
    return found


def certify(model: HumanModel, gait: Gait) -> dict[str, Any]:
    """Return the same figures in our engine, and the changes when the time step is halved (%)."""
    found = figures(Walker(model, gait))
    fine = describe(Walker(model, gait, DEFAULT_PHYSICS_STEP_S / 2).disturbed(LONG_WALK_S, Disturbance(), FIRST_SEED))
    for name in ("speed_mps", "cot_gross"):
        found[f"{name}_change_at_half_step_percent"] = 100.0 * (fine[name] / found[name] - 1.0)
    return found
