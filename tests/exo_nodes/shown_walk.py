"""States of a walk in the engine, as those who only look get them from the topics."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from exo_nodes.human_joints import from_coordinates
from exo_nodes.stamps import tick_ns
from exo_sim.gait import load_gait
from exo_sim.human import SimulatedHuman
from exo_sim.human_model import load_human_model


@dataclass
class ShownState:
    """The same attributes as NewestState."""

    stamp_ns: int
    position_rad: np.ndarray
    com_m: np.ndarray
    speed_m_s: float
    ground_n: np.ndarray
    activation: np.ndarray
    metabolic_power_w: float
    torque_nm: np.ndarray
    command_nm: np.ndarray
    safety: dict[str, str]


def shown_walk(seconds: float, every: int = 3) -> Iterator[ShownState]:
    """Yield every third state of a walk, with a made-up torque."""
    gait = load_gait("two_state")
    human = SimulatedHuman(load_human_model(gait.human), gait)
    safety = {"state": "active", "rules": "power rate", "fault": "none", "gain": "1.0", "level": "0.8"}
    for tick in range(round(100 * seconds)):
        torque = 8.0 * np.sin(human.hip_position_rad[::-1])
        if tick % every == 0:
            yield ShownState(
                tick_ns(tick),
                from_coordinates(human.joint_position_rad),
                human.com_position_m,
                float(human.com_velocity_m_s[0]),
                human.ground_reaction_n,
                human.activation,
                human.metabolic_power_w,
                torque,
                1.1 * torque,
                safety | {"late_ticks": "0", "late_commands": "2"},
            )
        human.step(torque)
