"""The human model as an OpenSim model file, with the exoskeleton's actuators.

In the format of OpenSim 3, which OpenSim 4 reads as well, as SCONE's own models are.
"""

from __future__ import annotations

import math
from xml.etree import ElementTree

from exo_scone.engines import GROUND_JOINT, scone_coordinate
from exo_scone.exo_actuators import EXO_PEAK_NM, PUSH_PEAK_N
from exo_scone.osim_muscle import add_muscle
from exo_scone.osim_xml import Element, mirrored, named, objects, put
from exo_sim.human_model import HumanModel, Joint
from exo_sim.names import LEG_MUSCLES, SIDES

FILE_VERSION = "30000"
JOINTS = (("hip", "pelvis", "femur"), ("knee", "femur", "tibia"), ("ankle", "tibia", "calcn"))
TRANSITION_DEG = 0.01
"""Over which an end stop's stiffness sets in; ours sets in at once."""


def osim(model: HumanModel) -> str:
    """Return the text of the .osim file; all moments of inertia are those about z, which alone matter in the plane."""
    document = ElementTree.Element("OpenSimDocument", Version=FILE_VERSION)
    root = named(document, "Model", model.name)
    put(root, "length_units", "meters")
    put(root, "force_units", "N")
    put(root, "gravity", (0.0, -model.gravity_m_s2, 0.0))
    bodies = objects(root, "BodySet")
    _add_body(bodies, model, "ground", None)
    _add_ground_joint(_add_body(bodies, model, "pelvis", "pelvis"))
    _add_joint(_add_body(bodies, model, "torso", "torso"), "WeldJoint", "back", "pelvis", model.joints["lumbar"], "r")
    for side in SIDES:
        for joint, parent, child in JOINTS:
            body = _add_body(bodies, model, f"{child}_{side}", child)
            parent_name = parent if parent == "pelvis" else f"{parent}_{side}"
            pin = _add_joint(body, "PinJoint", f"{joint}_{side}", parent_name, model.joints[joint], side)
            low, high = model.joints[joint].range_rad or (0.0, 0.0)
            _add_coordinate(objects(pin, "CoordinateSet"), scone_coordinate(f"{joint}_{side}"), "rotational", low, high)
    forces = objects(root, "ForceSet")
    for side in SIDES:
        for name in LEG_MUSCLES:
            add_muscle(forces, model, name, side)
    _add_forces(forces, model)
    _add_contact_geometry(objects(root, "ContactGeometrySet"), model)
    ElementTree.indent(document, "\t")
    return '<?xml version="1.0" encoding="UTF-8" ?>\n' + ElementTree.tostring(document, encoding="unicode") + "\n"


def _add_body(bodies: Element, model: HumanModel, name: str, kind: str | None) -> Element:
    body = named(bodies, "Body", name)
    figures = model.bodies[kind] if kind else None
    put(body, "mass", figures.mass_kg if figures else 0.0)
    put(body, "mass_center", (*figures.com_m, 0.0) if figures else (0.0, 0.0, 0.0))
    for axis in ("xx", "yy", "zz"):
        put(body, f"inertia_{axis}", figures.inertia_kg_m2 if figures else 0.0)
    for axis in ("xy", "xz", "yz"):
        put(body, f"inertia_{axis}", 0.0)
    return body


def _add_joint(body: Element, kind: str, name: str, parent: str, joint: Joint, side: str) -> Element:
    element = named(ElementTree.SubElement(body, "Joint"), kind, name)
    put(element, "parent_body", parent)
    put(element, "location_in_parent", mirrored(joint.in_parent_m, side))
    put(element, "orientation_in_parent", (0.0, 0.0, 0.0))
    put(element, "location", mirrored(joint.in_child_m, side))
    put(element, "orientation", (0.0, 0.0, 0.0))
    return element


def _add_ground_joint(pelvis: Element) -> None:
    at_origin = Joint(parent="ground", child="pelvis", in_parent_m=(0.0, 0.0, 0.0))
    joint = _add_joint(pelvis, "CustomJoint", GROUND_JOINT, "ground", at_origin, "r")
    coordinates = objects(joint, "CoordinateSet")
    _add_coordinate(coordinates, "pelvis_tilt", "rotational", -math.pi / 2.0, math.pi / 2.0)
    _add_coordinate(coordinates, "pelvis_tx", "translational", -1e3, 1e3)
    _add_coordinate(coordinates, "pelvis_ty", "translational", -1.0, 2.0)
    transform = ElementTree.SubElement(joint, "SpatialTransform")
    axes = (
        ("rotation1", "pelvis_tilt", (0.0, 0.0, 1.0)),
        ("rotation2", "", (1.0, 0.0, 0.0)),
        ("rotation3", "", (0.0, 1.0, 0.0)),
        ("translation1", "pelvis_tx", (1.0, 0.0, 0.0)),
        ("translation2", "pelvis_ty", (0.0, 1.0, 0.0)),
        ("translation3", "", (0.0, 0.0, 1.0)),
    )
    for name, coordinate, direction in axes:
        axis = named(transform, "TransformAxis", name)
        put(axis, "coordinates", coordinate)
        put(axis, "axis", direction)
        function = ElementTree.SubElement(axis, "function")
        if coordinate:
            put(ElementTree.SubElement(function, "LinearFunction"), "coefficients", (1.0, 0.0))
        else:
            put(ElementTree.SubElement(function, "Constant"), "value", 0.0)


def _add_coordinate(coordinates: Element, name: str, motion: str, low: float, high: float) -> None:
    coordinate = named(coordinates, "Coordinate", name)
    put(coordinate, "motion_type", motion)
    put(coordinate, "range", (low, high))
    put(coordinate, "clamped", False)
    put(coordinate, "locked", False)


def _add_forces(forces: Element, model: HumanModel) -> None:
    """Add contact, end stops and damping of the joints, and the actuators of exoskeleton and push."""
    contact = model.contact
    for side in SIDES:
        force = named(forces, "HuntCrossleyForce", f"foot_{side}")
        holder = named(force, "HuntCrossleyForce::ContactParametersSet", "contact_parameters")
        surfaces = ElementTree.SubElement(
            ElementTree.SubElement(holder, "objects"), "HuntCrossleyForce::ContactParameters"
        )
        put(surfaces, "geometry", f"platform heel_{side} toe_{side}")
        put(surfaces, "stiffness", contact.plane_strain_modulus_pa)
        put(surfaces, "dissipation", contact.dissipation_s_m)
        put(surfaces, "static_friction", contact.static_friction)
        put(surfaces, "dynamic_friction", contact.dynamic_friction)
        put(surfaces, "viscous_friction", contact.viscous_friction_s_m)
        put(force, "transition_velocity", contact.transition_velocity_m_s)
    for side in SIDES:
        for name, _, _ in JOINTS:
            _add_stop(forces, model.joints[name], f"{name}_{side}")
    for side in SIDES:
        _add_actuator(forces, f"exo_hip_{side}", scone_coordinate(f"hip_{side}"), EXO_PEAK_NM)
    _add_actuator(forces, "push", "pelvis_tx", PUSH_PEAK_N)


def _add_stop(forces: Element, joint: Joint, coordinate: str) -> None:
    low, high = joint.range_rad or (0.0, 0.0)
    stop = named(forces, "CoordinateLimitForce", f"stop_{coordinate}")
    put(stop, "coordinate", scone_coordinate(coordinate))
    for side, limit in (("upper", high), ("lower", low)):
        put(stop, f"{side}_stiffness", math.radians(joint.limit_stiffness_nm_rad))  # Nm per degree
        put(stop, f"{side}_limit", math.degrees(limit))
    put(stop, "damping", math.radians(joint.limit_damping_nm_s_rad))
    put(stop, "transition", TRANSITION_DEG)
    damper = named(forces, "SpringGeneralizedForce", f"damping_{coordinate}")
    put(damper, "coordinate", scone_coordinate(coordinate))
    put(damper, "stiffness", 0.0)
    put(damper, "rest_length", 0.0)
    put(damper, "viscosity", joint.damping_nm_s_rad)


def _add_actuator(forces: Element, name: str, coordinate: str, peak: float) -> None:
    actuator = named(forces, "CoordinateActuator", name)
    put(actuator, "isDisabled", False)
    put(actuator, "min_control", -1.0)
    put(actuator, "max_control", 1.0)
    put(actuator, "coordinate", coordinate)
    put(actuator, "optimal_force", peak)


def _add_contact_geometry(geometries: Element, model: HumanModel) -> None:
    ground = named(geometries, "ContactHalfSpace", "platform")
    put(ground, "body_name", "ground")
    put(ground, "location", (0.0, 0.0, 0.0))
    put(ground, "orientation", (0.0, 0.0, -math.pi / 2.0))
    for side in SIDES:
        for name, centre in model.contact.spheres_m.items():
            sphere = named(geometries, "ContactSphere", f"{name}_{side}")
            put(sphere, "body_name", f"calcn_{side}")
            put(sphere, "location", (*centre, 0.0))
            put(sphere, "orientation", (0.0, 0.0, 0.0))
            put(sphere, "radius", model.contact.radius_m)
