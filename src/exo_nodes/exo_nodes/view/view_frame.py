"""What the live page shows of a moment, as plain numbers for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from exo_nodes.human_joints import to_coordinates
from exo_nodes.topics import HUMAN_JOINTS
from exo_nodes.view.gait_phase import GaitPhase
from exo_sim.body_figure import BodyFigure
from exo_sim.human_model import HumanModel
from exo_sim.names import LEG_MUSCLES, MUSCLES

if TYPE_CHECKING:
    from exo_nodes.view.newest_state import NewestState

Floats = NDArray[np.float64]

SAFETY_KEYS = ("state", "rules", "fault", "gain", "level", "late_commands", "late_ticks")
_HIPS = [[name for name, _, _ in HUMAN_JOINTS].index(f"{side}_hip_flexion") for side in ("right", "left")]


class FrameMaker:
    """Turns states into frames of the page."""

    def __init__(self, model: HumanModel) -> None:
        """Prepare the figure of a person, scaled to the subject."""
        self._figure = BodyFigure(model)
        self._weight_n = model.mass_kg * model.gravity_m_s2
        self._phases = (GaitPhase(), GaitPhase())
        strength = np.sqrt([model.muscles[name].f_max_n for name in LEG_MUSCLES] * 2)
        self.about = {
            "height_m": model.reference.height_m,
            "foot_radius_m": self._figure.foot_radius_m,
            "muscles": list(MUSCLES),
            "muscle_width": _plain(strength / strength.max()),
        }
        """What stays the same from frame to frame."""

    def frame(self, state: NewestState) -> dict[str, Any]:
        """Return the frame of a state; call it in the order of time. Lengths in m, to the millimetre."""
        time_s = state.stamp_ns * 1e-9
        points = self._figure.place(to_coordinates(state.position_rad), state.com_m)
        for phase, (_, up) in zip(self._phases, state.ground_n, strict=True):
            phase.update(time_s, up / self._weight_n)
        pressure_m = self._figure.pressure_forward_m(points)
        return {
            "t": round(time_s, 3),
            "trunk": _plain(points.trunk),
            "legs": _plain(points.legs),
            "muscles": [_plain(path) for path in points.muscles],
            "activation": _plain(state.activation),
            "ground": _plain(np.column_stack([pressure_m, state.ground_n])),
            "hip_deg": _plain(np.degrees(state.position_rad[_HIPS])),
            "torque_nm": _plain(state.torque_nm),
            "command_nm": _plain(state.command_nm),
            "stance": [phase.in_stance for phase in self._phases],
            "cycle": [phase.percent(time_s) for phase in self._phases],
            "speed_m_s": round(state.speed_m_s, 3),
            "power_w": round(state.metabolic_power_w, 1),
            "safety": {key: state.safety.get(key, "") for key in SAFETY_KEYS},
        }


def _plain(values: Floats) -> Any:
    """Return lists; what is not finite, such as the command of a policy that has failed, becomes null."""
    return np.where(np.isfinite(values), np.round(values, 3).astype(object), np.array(None)).tolist()
