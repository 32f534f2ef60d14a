"""The human model as the arrays and numbers the kernels read."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from exo_sim.engine.layout import N_LEG_MUSCLES
from exo_sim.human_model import HumanModel
from exo_sim.names import LEG_MUSCLES

Floats = NDArray[np.float64]
Indices = NDArray[np.uint64]
"""Unsigned: Numba tests signed ones for being negative."""

SEGMENT_OF = {"pelvis": 0, "torso": 0, "femur": 1, "tibia": 2, "calcn": 3}
"""Segment that a body belongs to: pelvis and torso are one."""

_JOINT_ABOVE = {1: "hip", 2: "knee", 3: "ankle"}


class ModelArrays(NamedTuple):
    """Everything the kernels need of a human model. Segment 0 is the trunk; 1, 2, 3 thigh, shank, foot of a leg."""

    total_mass: float
    gravity: float
    first_moment: Floats  # (4, 2) kg m: mass times centre of mass of each segment with all that hangs on its end
    length: Floats  # (4, 2) m: vector to the next joint
    inertia: Floats  # (4,) kg m^2 about the upper joint, the hanging mass at the end included
    pelvis_origin: Floats  # (2,) m from the hip
    pelvis_com: Floats  # (2,) m from the hip
    foot_com: Floats  # (2,) m from the ankle
    leg_length: float
    joint_damping: Floats  # (3,)
    limit_low: Floats  # (3,) rad
    limit_high: Floats
    limit_stiffness: Floats
    limit_damping: Floats
    sphere: Floats  # (2, 2) m from the ankle: heel, toe
    radius: float
    contact_stiffness: float
    dissipation: float
    static_friction: float
    dynamic_friction: float
    viscous_friction: float
    transition_velocity: float
    path_muscle: Indices  # (n,) muscle of each path segment that crosses a joint, both legs
    path_upper: Indices  # (n,) segment index 0..6 of its upper point
    path_lower: Indices
    path_knee: Indices  # (n,) segments whose upper joint is the knee and the ankle of its leg
    path_ankle: Indices
    path_upper_point: Floats  # (2, n) m from the segment's upper joint
    path_lower_point: Floats  # (2, n)
    path_z_squared: Floats  # (n,) m^2
    path_joint: Floats  # (3, n) 1 where the segment crosses hip, knee, ankle
    path_constant: Floats  # (18,) m: length of the path segments that cross no joint
    f_max: Floats  # (18,) N
    l_opt: Floats
    l_slack: Floats
    fibre_height: Floats  # (18,) m: fibre length times sine of pennation, constant
    muscle_mass: Floats  # (18,) kg
    basal_power: float  # W
    max_velocity: float
    fibre_damping: float
    tendon_quadratic: float
    tendon_linear: float
    passive_cubic: float
    passive_quadratic: float
    length_cubic: float
    length_quadratic: float
    length_low: float
    length_high: float
    concentric: float
    eccentric_maximum: float
    eccentric: float
    activation_time: float
    deactivation_time: float
    minimum_activation: float
    slow_twitch: float


BASAL_W_KG = 1.51
"""Basal metabolic power per body mass (SCONE's Wang2012 EffortMeasure)."""


def _origin(model: HumanModel, body: str) -> Floats:
    """Origin of the frame a body's points are given in, relative to the upper joint of its segment (x, y, z)."""
    hip = np.array(model.joints["hip"].in_parent_m)
    if body == "pelvis":
        return -hip
    if body == "torso":
        return np.array(model.joints["lumbar"].in_parent_m) - hip
    z = {"femur": ("hip",), "tibia": ("hip", "knee"), "calcn": ("hip", "knee", "ankle")}[body]
    shift = -np.array(model.joints[z[-1]].in_child_m)
    # Depths (z) are summed from the hip, so that distances between points of two segments come out right.
    shift[2] = sum(model.joints[j].in_parent_m[2] * (j != "hip") - model.joints[j].in_child_m[2] for j in z)
    return shift


def point_on_segment(model: HumanModel, body: str, point: tuple[float, float, float]) -> Floats:
    """Return a body's point relative to the upper joint of its segment: x, y, and z from the hip outward; (3,) m."""
    return _origin(model, body) + np.array(point)


def model_arrays(model: HumanModel) -> ModelArrays:
    """Turn a human model into the arrays of the engine."""
    bodies, joints, contact, curves = model.bodies, model.joints, model.contact, model.muscle

    mass = np.zeros(4)
    com = np.zeros((4, 2))
    central_inertia = np.zeros(4)
    members = {0: ("pelvis", "torso"), 1: ("femur",), 2: ("tibia",), 3: ("calcn",)}
    for segment, names in members.items():
        centres = [point_on_segment(model, n, (*bodies[n].com_m, 0.0))[:2] for n in names]
        masses = [bodies[n].mass_kg for n in names]
        mass[segment] = sum(masses)
        com[segment] = sum(m * p for m, p in zip(masses, centres, strict=True)) / mass[segment]
        central_inertia[segment] = sum(
            bodies[n].inertia_kg_m2 + m * float(np.sum((p - com[segment]) ** 2))
            for n, m, p in zip(names, masses, centres, strict=True)
        )
    length = np.zeros((4, 2))
    length[1] = joints["knee"].in_parent_m[:2]
    length[2] = joints["ankle"].in_parent_m[:2]
    hanging = np.array([0.0, mass[2] + mass[3], mass[3], 0.0])
    first_moment = mass[:, None] * com + hanging[:, None] * length
    inertia = central_inertia + mass * np.sum(com**2, axis=1) + hanging * np.sum(length**2, axis=1)

    path: dict[str, list[float | int]] = {k: [] for k in ("muscle", "upper", "lower", "ux", "uy", "lx", "ly", "z2")}
    crosses: list[tuple[float, float, float]] = []
    constant = np.zeros(2 * N_LEG_MUSCLES)
    for leg in range(2):
        for index, name in enumerate(LEG_MUSCLES):
            muscle = leg * N_LEG_MUSCLES + index
            points = model.muscles[name].path
            for (body_a, point_a), (body_b, point_b) in itertools.pairwise(points):
                a, b = point_on_segment(model, body_a, point_a), point_on_segment(model, body_b, point_b)
                upper, lower = SEGMENT_OF[body_a], SEGMENT_OF[body_b]
                if upper == lower:
                    constant[muscle] += np.linalg.norm(b - a)
                    continue
                path["muscle"].append(muscle)
                path["upper"].append(upper + 3 * leg * (upper > 0))
                path["lower"].append(lower + 3 * leg)
                for key, value in (("ux", a[0]), ("uy", a[1]), ("lx", b[0]), ("ly", b[1])):
                    path[key].append(float(value))
                path["z2"].append(float(b[2] - a[2]) ** 2)
                crosses.append(tuple(float(upper < j <= lower) for j in _JOINT_ABOVE))  # type: ignore[arg-type]

    lower_segment = np.array(path["lower"], dtype=np.uint64)

    def both(values: list[float]) -> Floats:
        return np.array(values * 2)

    muscles = [model.muscles[name] for name in LEG_MUSCLES]
    hip_knee_ankle = [joints[j] for j in ("hip", "knee", "ankle")]
    ankle = np.array(joints["ankle"].in_child_m[:2])
    return ModelArrays(
        total_mass=model.mass_kg,
        gravity=model.gravity_m_s2,
        first_moment=first_moment,
        length=length,
        inertia=inertia,
        pelvis_origin=_origin(model, "pelvis")[:2].copy(),
        pelvis_com=point_on_segment(model, "pelvis", (*bodies["pelvis"].com_m, 0.0))[:2].copy(),
        foot_com=com[3].copy(),
        leg_length=float(np.linalg.norm(length[1]) + np.linalg.norm(length[2])),
        joint_damping=np.array([j.damping_nm_s_rad for j in hip_knee_ankle]),
        limit_low=np.array([(j.range_rad or (0.0, 0.0))[0] for j in hip_knee_ankle]),
        limit_high=np.array([(j.range_rad or (0.0, 0.0))[1] for j in hip_knee_ankle]),
        limit_stiffness=np.array([j.limit_stiffness_nm_rad for j in hip_knee_ankle]),
        limit_damping=np.array([j.limit_damping_nm_s_rad for j in hip_knee_ankle]),
        sphere=np.array([np.array(contact.spheres_m[k]) - ankle for k in ("heel", "toe")]),
        radius=contact.radius_m,
        contact_stiffness=contact.stiffness,
        dissipation=contact.dissipation_s_m,
        static_friction=contact.static_friction,
        dynamic_friction=contact.dynamic_friction,
        viscous_friction=contact.viscous_friction_s_m,
        transition_velocity=contact.transition_velocity_m_s,
        path_muscle=np.array(path["muscle"], dtype=np.uint64),
        path_upper=np.array(path["upper"], dtype=np.uint64),
        path_lower=lower_segment,
        path_knee=(lower_segment - 1) // 3 * 3 + 2,
        path_ankle=(lower_segment - 1) // 3 * 3 + 3,
        path_upper_point=np.array([path["ux"], path["uy"]]),
        path_lower_point=np.array([path["lx"], path["ly"]]),
        path_z_squared=np.array(path["z2"]),
        path_joint=np.ascontiguousarray(np.array(crosses).T),
        path_constant=constant,
        f_max=both([m.f_max_n for m in muscles]),
        l_opt=both([m.l_opt_m for m in muscles]),
        l_slack=both([m.l_slack_m for m in muscles]),
        fibre_height=both([m.l_opt_m * float(np.sin(m.pennation_rad)) for m in muscles]),
        muscle_mass=both([m.f_max_n / curves.specific_tension_pa * curves.density_kg_m3 * m.l_opt_m for m in muscles]),
        basal_power=BASAL_W_KG * model.mass_kg,
        max_velocity=curves.max_contraction_velocity_lopt_s,
        fibre_damping=curves.fibre_damping,
        tendon_quadratic=curves.tendon_quadratic,
        tendon_linear=curves.tendon_linear,
        passive_cubic=curves.passive_cubic,
        passive_quadratic=curves.passive_quadratic,
        length_cubic=curves.force_length_cubic,
        length_quadratic=curves.force_length_quadratic,
        length_low=curves.force_length_zeros[0],
        length_high=curves.force_length_zeros[1],
        concentric=curves.concentric_curvature,
        eccentric_maximum=curves.eccentric_maximum,
        eccentric=curves.eccentric_curvature,
        activation_time=curves.activation_time_s,
        deactivation_time=curves.deactivation_time_s,
        minimum_activation=curves.minimum_activation,
        slow_twitch=curves.slow_twitch_fraction,
    )
