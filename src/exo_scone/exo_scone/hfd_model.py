"""The human model as a Hyfydy model file, with the exoskeleton as joint motors of the hips.

Body frames are at the centres of mass there, so that points are shifted by them. Written after Hyfydy's manual and
SCONE's own H0918v3.hfd.
"""

from __future__ import annotations

import math

from exo_scone.engines import scone_coordinate
from exo_scone.exo_actuators import EXO_PEAK_NM
from exo_scone.osim_xml import mirrored
from exo_scone.zml import Block, Node, vector, zml
from exo_sim.human_model import HumanModel, Joint
from exo_sim.names import LEG_MUSCLES, SIDES

JOINT_STIFFNESS_N_M = 1e6
"""Of the constraints that hold the bodies together; SCONE's value."""

JOINTS = (("hip", "pelvis", "femur"), ("knee", "femur", "tibia"), ("ankle", "tibia", "calcn"))
STOP_DEPTH_RAD = 0.05
"""Beyond an end stop where damping is as ours: Hyfydy's stop is -k beyond (1 + c rate), so that it grows with depth."""

Point = tuple[float, float, float]


def hfd(model: HumanModel) -> str:
    """Return the text of the .hfd file."""
    nodes: list[Node] = [_material(model), ("model_options", [("joint_stiffness", JOINT_STIFFNESS_N_M)])]
    nodes.append(("body", [("name", "ground"), ("mass", 0), ("inertia", vector(0.0, 0.0, 0.0))]))
    nodes.append(_body(model, "pelvis", "pelvis", [("pos", vector(*_centre(model, "pelvis")))]))
    for side in SIDES:
        for joint, parent, child in JOINTS:
            parent_name = parent if parent == "pelvis" else f"{parent}_{side}"
            block = _joint(model, joint, f"{joint}_{side}", parent, parent_name, child, side)
            nodes.append(_body(model, f"{child}_{side}", child, [("joint", block)]))
    back = _joint(model, "lumbar", "back", "pelvis", "pelvis", "torso", "r")
    nodes.append(_body(model, "torso", "torso", [("joint", back)]))
    nodes += [_muscle(model, name, side) for side in SIDES for name in LEG_MUSCLES]
    nodes += [_motor(model, f"hip_{side}") for side in SIDES]
    nodes += _contact_geometry(model)
    nodes += _dofs(model)
    return zml([("model", nodes)])


def _centre(model: HumanModel, body: str) -> Point:
    return (*model.bodies[body].com_m, 0.0)


def _shifted(model: HumanModel, body: str, point: Point, side: str) -> Block:
    """Return a point of OpenSim's body frame in the frame of the centre of mass."""
    x, y, z = mirrored(point, side)
    centre = _centre(model, body)
    return vector(x - centre[0], y - centre[1], z)


def _material(model: HumanModel) -> Node:
    contact = model.contact
    stiffness = (4.0 / 3.0 * math.sqrt(contact.radius_m) * contact.plane_strain_modulus_pa) ** (2.0 / 3.0)
    lines: list[Node] = [
        ("name", "default_material"),
        ("static_friction", contact.static_friction),
        ("dynamic_friction", contact.dynamic_friction),
        ("stiffness", stiffness),
        ("damping", contact.dissipation_s_m),
    ]
    return "material", lines


def _body(model: HumanModel, name: str, kind: str, more: Block) -> Node:
    figures = model.bodies[kind]
    inertia = vector(*(figures.inertia_kg_m2,) * 3)  # only the one about z matters in the plane
    return "body", [("name", name), ("mass", figures.mass_kg), ("inertia", inertia), *more]


def _joint(model: HumanModel, key: str, name: str, parent: str, parent_name: str, child: str, side: str) -> Block:
    joint: Joint = model.joints[key]
    low, high = (math.degrees(angle) for angle in joint.range_rad or (0.0, 0.0))
    lines: list[Node] = [
        ("name", name),
        ("parent", parent_name),
        ("pos_in_parent", _shifted(model, parent, joint.in_parent_m, side)),
        ("pos_in_child", _shifted(model, child, joint.in_child_m, side)),
    ]
    if joint.range_rad is not None:
        lines.append(("limit_stiffness", joint.limit_stiffness_nm_rad))
        lines.append(("limit_damping", joint.limit_damping_nm_s_rad / (joint.limit_stiffness_nm_rad * STOP_DEPTH_RAD)))
    lines.append(("limits", [("x", "0..0"), ("y", "0..0"), ("z", f"{low:.6g}..{high:.6g}")]))
    return lines


def _muscle(model: HumanModel, name: str, side: str) -> Node:
    figures = model.muscles[name]
    points = []
    for body, point in figures.path:
        owner = body if body in ("pelvis", "torso") else f"{body}_{side}"
        position = zml([("pos", _shifted(model, body, point, side))]).replace("\n", " ").replace("\t", "")
        points.append((f"{{ body = {owner} {position}}}", ""))
    lines: list[Node] = [
        ("name", f"{name}_{side}"),
        ("max_isometric_force", figures.f_max_n),
        ("optimal_fiber_length", figures.l_opt_m),
        ("tendon_slack_length", figures.l_slack_m),
        ("pennation_angle", figures.pennation_rad),
        ("path [", ""),
        *points,
        ("]", ""),
    ]
    return "point_path_muscle", lines


def _motor(model: HumanModel, joint: str) -> Node:
    damping = model.joints[joint[:-2]].damping_nm_s_rad
    return "joint_motor", [("joint", joint), ("max_torque", EXO_PEAK_NM), ("stiffness", 0), ("damping", damping)]


def _contact_geometry(model: HumanModel) -> list[Node]:
    normal = ("normal", vector(-1.0, 0.0, 0.0))
    place: list[Node] = [("body", "ground"), ("pos", vector(0.0, 0.0, 0.0)), ("ori", vector(0.0, 0.0, -90.0))]
    nodes: list[Node] = [("geometry", [("name", "platform"), ("type", "plane"), normal, *place])]
    for side in SIDES:
        for name, centre in model.contact.spheres_m.items():
            lines: list[Node] = [
                ("name", f"{name}_{side}"),
                ("type", "sphere"),
                ("radius", model.contact.radius_m),
                ("body", f"calcn_{side}"),
                ("pos", _shifted(model, "calcn", (*centre, 0.0), side)),
            ]
            nodes.append(("geometry", lines))
    return nodes


def _dofs(model: HumanModel) -> list[Node]:
    nodes: list[Node] = [
        ("dof", [("name", "pelvis_tilt"), ("source", "pelvis_rz"), ("range", "-90..90")]),
        ("dof", [("name", "pelvis_tx"), ("source", "pelvis_tx"), ("range", "-1000..1000")]),
        ("dof", [("name", "pelvis_ty"), ("source", "pelvis_ty"), ("range", "-1..2"), ("default", 1)]),
    ]
    for side in SIDES:
        for joint, _, _ in JOINTS:
            low, high = (math.degrees(angle) for angle in model.joints[joint].range_rad or (0.0, 0.0))
            lines: list[Node] = [
                ("name", scone_coordinate(f"{joint}_{side}")),
                ("source", f"{joint}_rz_{side}"),
                ("range", f"{low:.6g}..{high:.6g}"),
            ]
            nodes.append(("dof", lines))
    return nodes
