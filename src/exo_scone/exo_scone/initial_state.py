"""The start of a walk as SCONE's state file: the model's pose; the gait's offsets are parameters there."""

from __future__ import annotations

import math

from exo_scone.engines import scone_coordinate
from exo_scone.zml import Block, Node
from exo_sim.engine import layout
from exo_sim.engine.model_arrays import model_arrays
from exo_sim.gait import Gait
from exo_sim.human import initial_state
from exo_sim.human_model import HumanModel
from exo_sim.names import COORDINATES


def initial_state_block(model: HumanModel, gait: Gait) -> Block:
    """Return what the state file holds: ``values`` and ``velocities`` of all coordinates.

    Our pose is that of the hip joint's centre, SCONE's that of the pelvis frame, which moves otherwise where the pelvis
    turns. The height is the one at which the ground carries the body weight, as SCONE finds it too (initial_load).
    """
    arrays = model_arrays(model)
    start = initial_state(model, arrays, gait.reflex_arrays(), gait)
    pose = model.initial_pose
    tilt, tilt_rate = start[layout.POSITION + 2], start[layout.VELOCITY + 2]
    x, y = arrays.pelvis_origin
    forward = math.cos(tilt) * x - math.sin(tilt) * y
    up = math.sin(tilt) * x + math.cos(tilt) * y
    values: list[Node] = [(scone_coordinate(name), pose.position_rad[name]) for name in COORDINATES]
    values[1:1] = [("pelvis_tx", 0.0), ("pelvis_ty", float(start[layout.POSITION + 1] + up))]
    rates: list[Node] = [(scone_coordinate(name), pose.velocity_rad_s[name]) for name in COORDINATES]
    rates[1:1] = [
        ("pelvis_tx", float(pose.forward_velocity_m_s - tilt_rate * up)),
        ("pelvis_ty", float(pose.vertical_velocity_m_s + tilt_rate * forward)),
    ]
    return [("values", values), ("velocities", rates)]
