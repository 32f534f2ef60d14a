"""The human model as a MuJoCo model (MJCF): an oracle for the engine's mechanics and the yardstick of its speed."""

from __future__ import annotations

from typing import Any, Literal
from xml.etree import ElementTree

from exo_sim.human_model import HumanModel, Joint
from exo_sim.names import LEG_MUSCLES, SIDES

Actuation = Literal["force", "muscle"]

_PARENTS = (("hip", "femur"), ("knee", "tibia"), ("ankle", "calcn"))
_MUSCLE_RANGE = (0.5, 1.6)
"""Fibre lengths over optimal length that MuJoCo's muscles are scaled by; they only fix optimal and slack length."""


def mjcf(model: HumanModel, actuation: Actuation = "force", physics_step_s: float = 0.001, contact: bool = True) -> str:
    """Return the human model as MJCF text. Frames are the model file's: x forward, y up, z to the right.

    The generalised coordinates are hip x and y (m), then pelvis tilt and the joint angles in the order of
    names.COORDINATES (rad). Muscles are spatial tendons through the points of the file, in the order of names.MUSCLES;
    a motor per hip comes after them.

    Args:
        model: the human model.
        actuation: "force" lets each control be the tension of a tendon in N; "muscle" gives MuJoCo's own muscles
            (activation dynamics, Hill curves, rigid tendon) with the lengths and forces of the file.
        physics_step_s: time step.
        contact: whether the feet meet the ground and the joints their end stops. MuJoCo's soft constraints stand in for
            both there: alike in stiffness, not equal to the file's laws.
    """
    root = ElementTree.Element("mujoco", model=model.name)
    _add(root, "compiler", angle="radian", inertiafromgeom=False, balanceinertia=False)
    option = _add(root, "option", gravity=(0.0, -model.gravity_m_s2, 0.0), timestep=physics_step_s, jacobian="dense")
    if not contact:
        _add(option, "flag", contact="disable", limit="disable")
    world = _add(root, "worldbody")
    _add(world, "geom", name="ground", type="plane", size=(0, 0, 1), zaxis=(0, 1, 0), conaffinity=1, contype=0)

    hip = model.joints["hip"].in_parent_m
    pelvis = _add(world, "body", name="pelvis", pos=(-hip[0], -hip[1], 0.0))
    _add(pelvis, "joint", name="forward", type="slide", axis=(1, 0, 0))
    _add(pelvis, "joint", name="up", type="slide", axis=(0, 1, 0))
    _add(pelvis, "joint", name="pelvis_tilt", type="hinge", axis=(0, 0, 1), pos=(hip[0], hip[1], 0.0))
    _add_inertia(pelvis, model, "pelvis")
    torso = _add(pelvis, "body", name="torso", pos=model.joints["lumbar"].in_parent_m)
    _add_inertia(torso, model, "torso")

    elements = {"pelvis": pelvis, "torso": torso}
    for side in SIDES:
        parent = pelvis
        for joint, body in _PARENTS:
            parent = _add_segment(parent, model, joint, body, side)
            elements[f"{body}_{side}"] = parent
        for name, centre in model.contact.spheres_m.items():
            _add(
                parent,
                "geom",
                name=f"{name}_{side}",
                type="sphere",
                size=(model.contact.radius_m,),
                pos=(*centre, 0.0),
                friction=(model.contact.static_friction, 0.0, 0.0),
                contype=1,
                conaffinity=0,
            )
    _add_muscles(root, elements, model, actuation)
    return ElementTree.tostring(root, encoding="unicode")


def _add(parent: ElementTree.Element, tag: str, **attributes: Any) -> ElementTree.Element:
    def text(value: Any) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str):
            return value
        return " ".join(repr(float(x)) for x in value) if isinstance(value, tuple) else repr(value)

    return ElementTree.SubElement(parent, tag, {key: text(value) for key, value in attributes.items()})


def _mirror(point: tuple[float, float, float], side: str) -> tuple[float, float, float]:
    return point if side == "r" else (point[0], point[1], -point[2])


def _add_inertia(parent: ElementTree.Element, model: HumanModel, body: str) -> None:
    figures = model.bodies[body]
    # Only the moment about z matters in the plane; MuJoCo wants all three.
    inertia = (figures.inertia_kg_m2,) * 3
    _add(parent, "inertial", pos=(*figures.com_m, 0.0), mass=figures.mass_kg, diaginertia=inertia)


def _add_segment(
    parent: ElementTree.Element, model: HumanModel, joint_name: str, body_name: str, side: str
) -> ElementTree.Element:
    joint: Joint = model.joints[joint_name]
    in_parent, in_child = _mirror(joint.in_parent_m, side), _mirror(joint.in_child_m, side)
    position = tuple(a - b for a, b in zip(in_parent, in_child, strict=True))
    body = _add(parent, "body", name=f"{body_name}_{side}", pos=position)
    _add(
        body,
        "joint",
        name=f"{joint_name}_{side}",
        type="hinge",
        axis=(0, 0, 1),
        pos=in_child,
        damping=joint.damping_nm_s_rad,
        limited=True,
        range=joint.range_rad,
    )
    _add_inertia(body, model, body_name)
    return body


def _add_muscles(
    root: ElementTree.Element, elements: dict[str, ElementTree.Element], model: HumanModel, actuation: Actuation
) -> None:
    tendons, actuators = _add(root, "tendon"), _add(root, "actuator")
    curves = model.muscle
    for side in SIDES:
        for name in LEG_MUSCLES:
            muscle = model.muscles[name]
            tendon = _add(tendons, "spatial", name=f"{name}_{side}")
            for index, (body, point) in enumerate(muscle.path):
                site = f"{name}_{side}_{index}"
                owner = elements[body if body in elements else f"{body}_{side}"]
                _add(owner, "site", name=site, pos=_mirror(point, side))
                _add(tendon, "site", site=site)
            if actuation == "force":
                _add(actuators, "general", name=f"{name}_{side}", tendon=f"{name}_{side}", gainprm=(-1.0,))
                continue
            low, high = (muscle.l_slack_m + x * muscle.l_opt_m for x in _MUSCLE_RANGE)
            _add(
                actuators,
                "muscle",
                name=f"{name}_{side}",
                tendon=f"{name}_{side}",
                force=muscle.f_max_n,
                range=_MUSCLE_RANGE,
                lengthrange=(low, high),
                vmax=curves.max_contraction_velocity_lopt_s,
                fvmax=curves.eccentric_maximum,
                timeconst=(curves.activation_time_s, curves.deactivation_time_s),
            )
    for side in SIDES:
        _add(actuators, "motor", name=f"exo_hip_{side}", joint=f"hip_{side}")
