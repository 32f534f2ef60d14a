"""What a gait survives, and whether its figures depend on the integration step."""

from __future__ import annotations

from typing import Any

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


def survivors(walker: Walker, disturbance: Disturbance) -> int:
    """Return how many of 20 walks of 20 s are survived under unseen disturbances."""
    walks = (walker.disturbed(DISTURBED_WALK_S, disturbance, FIRST_SEED + i) for i in range(DISTURBED_WALKS))
    return sum(not walk.fell for walk in walks)


def certify(model: HumanModel, gait: Gait) -> dict[str, Any]:
    """Return the figures of a 60 s walk, the walks survived, and the changes when the time step is halved (%)."""
    walker = Walker(model, gait)
    figures = describe(walker.disturbed(LONG_WALK_S, Disturbance(), FIRST_SEED))
    fine = describe(Walker(model, gait, DEFAULT_PHYSICS_STEP_S / 2).disturbed(LONG_WALK_S, Disturbance(), FIRST_SEED))
    figures["survived_of_20_at_8_nm"] = survivors(walker, Disturbance(torque_nm=TORQUE_NM))
    figures["survived_of_20_pushes"] = survivors(walker, Disturbance(push_m_s=PUSH_M_S))
    for name in ("speed_mps", "cot_gross"):
        figures[f"{name}_change_at_half_step_percent"] = 100.0 * (fine[name] / figures[name] - 1.0)
    return figures
