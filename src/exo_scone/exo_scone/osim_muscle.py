"""A muscle of the human model as OpenSim's Millard2012EquilibriumMuscle."""

from __future__ import annotations

from xml.etree import ElementTree

from exo_scone.osim_xml import Element, mirrored, put
from exo_sim.human_model import HumanModel

# Curves of the force-velocity relation as SCONE's H0918v3 shapes them; the rest is Millard et al.'s (2013) default.
FORCE_VELOCITY = {
    "concentric_slope_at_vmax": 0.0,
    "concentric_slope_near_vmax": 0.25,
    "isometric_slope": 5.0,
    "eccentric_slope_at_vmax": 0.0,
    "eccentric_slope_near_vmax": 0.15,
}


def add_muscle(forces: Element, model: HumanModel, name: str, side: str) -> None:
    """Add a muscle of a leg to a ForceSet.

    OpenSim's curves are splines where the model file has closed forms of the same curves (Hyfydy's), so that a muscle's
    force is alike, not equal.
    """
    figures, curves = model.muscles[name], model.muscle
    muscle = ElementTree.SubElement(forces, "Millard2012EquilibriumMuscle", name=f"{name}_{side}")
    put(muscle, "isDisabled", False)
    put(muscle, "min_control", 0.0)
    put(muscle, "max_control", 1.0)
    path = ElementTree.SubElement(muscle, "GeometryPath")
    points = ElementTree.SubElement(ElementTree.SubElement(path, "PathPointSet"), "objects")
    for index, (body, location) in enumerate(figures.path, start=1):
        point = ElementTree.SubElement(points, "PathPoint", name=f"{name}_{side}-P{index}")
        put(point, "location", mirrored(location, side))
        put(point, "body", body if body in ("pelvis", "torso") else f"{body}_{side}")
    put(muscle, "optimal_force", 1.0)
    put(muscle, "max_isometric_force", figures.f_max_n)
    put(muscle, "optimal_fiber_length", figures.l_opt_m)
    put(muscle, "tendon_slack_length", figures.l_slack_m)
    put(muscle, "pennation_angle_at_optimal", figures.pennation_rad)
    put(muscle, "max_contraction_velocity", curves.max_contraction_velocity_lopt_s)
    put(muscle, "fiber_damping", curves.fibre_damping)
    put(muscle, "activation_time_constant", curves.activation_time_s)
    put(muscle, "deactivation_time_constant", curves.deactivation_time_s)
    put(muscle, "minimum_activation", curves.minimum_activation)
    length = ElementTree.SubElement(muscle, "ActiveForceLengthCurve")
    put(length, "minimum_value", 0.0)
    velocity = ElementTree.SubElement(muscle, "ForceVelocityCurve")
    for key, value in FORCE_VELOCITY.items():
        put(velocity, key, value)
    put(velocity, "max_eccentric_velocity_force_multiplier", curves.eccentric_maximum)
