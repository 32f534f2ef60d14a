"""The human model file: schema, loading and scaling to a subject."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated

from pydantic import Field, Strict, model_validator

from exo_control.config_files import ConfigModel, config_path, load_config
from exo_control.errors import ConfigError
from exo_sim.names import COORDINATES, LEG_MUSCLES

MASS_RANGE_KG = (40.0, 130.0)
HEIGHT_RANGE_M = (1.4, 2.1)
STRENGTH_RANGE = (0.5, 1.5)

# YAML has lists only, so tuples are read leniently; their numbers are not.
Point2 = Annotated[tuple[float, float], Strict(False)]
Point3 = Annotated[tuple[float, float, float], Strict(False)]
PathPoint = Annotated[tuple[str, Point3], Strict(False)]


class Reference(ConfigModel):
    """Body mass and height the figures of the file belong to."""

    mass_kg: float = Field(ge=MASS_RANGE_KG[0], le=MASS_RANGE_KG[1])
    height_m: float = Field(ge=HEIGHT_RANGE_M[0], le=HEIGHT_RANGE_M[1])


class Body(ConfigModel):
    """A rigid segment; the inertia is about z through the centre of mass."""

    mass_kg: float = Field(gt=0)
    com_m: Point2
    inertia_kg_m2: float = Field(gt=0)


class Joint(ConfigModel):
    """A pin joint about z with a linear end stop; a weld when it has no range."""

    parent: str
    child: str
    in_parent_m: Point3
    in_child_m: Point3 = (0.0, 0.0, 0.0)
    range_rad: Point2 | None = None
    limit_stiffness_nm_rad: float = Field(default=0.0, ge=0)
    limit_damping_nm_s_rad: float = Field(default=0.0, ge=0)
    damping_nm_s_rad: float = Field(default=0.0, ge=0)


class Contact(ConfigModel):
    """Hunt-Crossley contact of two spheres per foot with the ground (Hunt and Crossley 1975; Simbody's friction)."""

    radius_m: float = Field(gt=0)
    spheres_m: dict[str, Point2]
    plane_strain_modulus_pa: float = Field(gt=0)
    dissipation_s_m: float = Field(ge=0)
    static_friction: float = Field(ge=0)
    dynamic_friction: float = Field(ge=0)
    viscous_friction_s_m: float = Field(ge=0)
    transition_velocity_m_s: float = Field(gt=0)

    @property
    def stiffness(self) -> float:
        """Force over depth^1.5, N/m^1.5: two equal half spaces in series (Simbody's HuntCrossleyForce)."""
        return float(4.0 / 3.0 * self.radius_m**0.5 * self.plane_strain_modulus_pa / 2.0**1.5)

    @model_validator(mode="after")
    def _has_both_spheres(self) -> Contact:
        if set(self.spheres_m) != {"heel", "toe"}:
            raise ValueError(f"spheres_m needs exactly heel and toe, has {sorted(self.spheres_m)}")
        return self


class MuscleCurves(ConfigModel):
    """Dimensionless force curves and activation dynamics, shared by all muscles (Millard et al. 2013)."""

    max_contraction_velocity_lopt_s: float = Field(gt=0)
    fibre_damping: float = Field(gt=0)
    tendon_quadratic: float = Field(gt=0)
    tendon_linear: float = Field(gt=0)
    passive_cubic: float = Field(ge=0)
    passive_quadratic: float = Field(ge=0)
    force_length_cubic: float
    force_length_quadratic: float
    force_length_zeros: Point2
    concentric_curvature: float = Field(gt=0)
    eccentric_maximum: float = Field(gt=1)
    eccentric_curvature: float = Field(gt=0)
    activation_time_s: float = Field(gt=0)
    deactivation_time_s: float = Field(gt=0)
    minimum_activation: float = Field(gt=0, lt=1)
    specific_tension_pa: float = Field(gt=0)
    density_kg_m3: float = Field(gt=0)
    slow_twitch_fraction: float = Field(ge=0, le=1)


class Muscle(ConfigModel):
    """A musculotendon actuator of the right leg; the left one mirrors z."""

    f_max_n: float = Field(gt=0)
    l_opt_m: float = Field(gt=0)
    l_slack_m: float = Field(gt=0)
    pennation_rad: float = Field(ge=0, lt=1.4)
    path: list[PathPoint] = Field(min_length=2)


class InitialPose(ConfigModel):
    """Coordinates and speeds at the start of a walk."""

    position_rad: dict[str, float]
    velocity_rad_s: dict[str, float]
    forward_velocity_m_s: float
    vertical_velocity_m_s: float

    @model_validator(mode="after")
    def _names_every_coordinate(self) -> InitialPose:
        for key, values in (("position_rad", self.position_rad), ("velocity_rad_s", self.velocity_rad_s)):
            if set(values) != set(COORDINATES):
                raise ValueError(f"{key} needs exactly the coordinates {list(COORDINATES)}, has {sorted(values)}")
        return self


class HumanModel(ConfigModel):
    """The planar human: 9 degrees of freedom, 18 musculotendon actuators."""

    name: str
    reference: Reference
    gravity_m_s2: float = Field(gt=0)
    bodies: dict[str, Body]
    joints: dict[str, Joint]
    contact: Contact
    muscle: MuscleCurves
    muscles: dict[str, Muscle]
    initial_pose: InitialPose

    @model_validator(mode="after")
    def _is_the_planar_human(self) -> HumanModel:
        bodies = ("pelvis", "torso", "femur", "tibia", "calcn")
        for key, wanted, found in (
            ("bodies", bodies, self.bodies),
            ("joints", ("lumbar", "hip", "knee", "ankle"), self.joints),
            ("muscles", LEG_MUSCLES, self.muscles),
        ):
            if set(wanted) != set(found):
                raise ValueError(f"{key} needs exactly {list(wanted)}, has {sorted(found)}")
        for name in ("hip", "knee", "ankle"):
            if self.joints[name].range_rad is None:
                raise ValueError(f"joints.{name}.range_rad is missing")
        for name, muscle in self.muscles.items():
            for body, _ in muscle.path:
                if body not in bodies:
                    raise ValueError(f"muscles.{name}.path: unknown body {body!r}; bodies are {list(bodies)}")
        return self

    @property
    def mass_kg(self) -> float:
        """Body mass, both legs included."""
        one = sum(self.bodies[name].mass_kg for name in ("pelvis", "torso"))
        return one + 2.0 * sum(self.bodies[name].mass_kg for name in ("femur", "tibia", "calcn"))

    def scaled(self, mass_kg: float | None = None, height_m: float | None = None, strength: float = 1.0) -> HumanModel:
        """Return the model scaled to a subject by geometric and dynamic similarity.

        Lengths follow height; masses, muscle and contact forces follow mass; inertias and joint
        stiffness follow mass times the matching power of height.

        Args:
            mass_kg: body mass in kg, 40 to 130; the file's own when None.
            height_m: body height in m, 1.4 to 2.1; the file's own when None.
            strength: factor on the maximum isometric force of every muscle, 0.5 to 1.5, on top of that of mass.

        Raises:
            ConfigError: a value outside its range.
        """
        mass = self.reference.mass_kg if mass_kg is None else mass_kg
        height = self.reference.height_m if height_m is None else height_m
        for key, value, (low, high) in (
            ("mass_kg", mass, MASS_RANGE_KG),
            ("height_m", height, HEIGHT_RANGE_M),
            ("strength", strength, STRENGTH_RANGE),
        ):
            if not low <= value <= high:
                raise ConfigError(f"subject {key} = {value:g} is outside [{low:g}, {high:g}]")
        m, s = mass / self.reference.mass_kg, height / self.reference.height_m

        def scale(point: tuple[float, ...]) -> tuple[float, ...]:
            return tuple(s * x for x in point)

        data = self.model_dump()
        data["reference"] = {"mass_kg": mass, "height_m": height}
        for body in data["bodies"].values():
            body["mass_kg"] *= m
            body["com_m"] = scale(body["com_m"])
            body["inertia_kg_m2"] *= m * s * s
        for joint in data["joints"].values():
            joint["in_parent_m"] = scale(joint["in_parent_m"])
            joint["in_child_m"] = scale(joint["in_child_m"])
            joint["limit_stiffness_nm_rad"] *= m * s
            for key in ("limit_damping_nm_s_rad", "damping_nm_s_rad"):
                joint[key] *= m * s**1.5  # torque over a rate; time goes with the root of length
        contact = data["contact"]
        contact["radius_m"] *= s
        contact["spheres_m"] = {name: scale(point) for name, point in contact["spheres_m"].items()}
        contact["plane_strain_modulus_pa"] *= m / s**2
        for muscle in data["muscles"].values():
            muscle["f_max_n"] *= m * strength
            muscle["l_opt_m"] *= s
            muscle["l_slack_m"] *= s
            muscle["path"] = [(body, scale(point)) for body, point in muscle["path"]]
        # A mass of the muscle itself (for the metabolics) is f_max / specific tension * density * l_opt: the
        # specific tension stays, so muscle mass scales with force times length. A stronger person has more muscle in
        # the same body mass.
        return HumanModel.model_validate(data)

    def content_hash(self) -> str:
        """SHA-256 of the model's values: the same figures give the same hash."""
        return hashlib.sha256(json.dumps(self.model_dump(), sort_keys=True).encode()).hexdigest()


def load_human_model(name_or_path: str = "h0918") -> HumanModel:
    """Load a human model file.

    Args:
        name_or_path: name of a file in config/human, or a path ending in .yaml.

    Raises:
        ConfigError: no such file, or a key or value in it is wrong (named in the message).
    """
    path = Path(name_or_path) if name_or_path.endswith(".yaml") else config_path("human", f"{name_or_path}.yaml")
    return load_config(path, HumanModel)
