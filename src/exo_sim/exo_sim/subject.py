"""A subject file: the person that the human model is scaled to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field

from exo_control.config_files import ConfigModel, config_path, load_config
from exo_control.errors import ConfigError, choices_hint
from exo_sim.human_model import HEIGHT_RANGE_M, MASS_RANGE_KG, STRENGTH_RANGE, HumanModel


class Subject(ConfigModel):
    """Body mass, height and strength, and how fast the person likes to walk."""

    mass_kg: float = Field(ge=MASS_RANGE_KG[0], le=MASS_RANGE_KG[1], description="body mass, kg")
    height_m: float = Field(ge=HEIGHT_RANGE_M[0], le=HEIGHT_RANGE_M[1], description="body height, m")
    strength: float = Field(
        default=1.0,
        ge=STRENGTH_RANGE[0],
        le=STRENGTH_RANGE[1],
        description="factor on the maximum isometric force that goes with the body mass",
    )
    preferred_speed_m_s: float | None = Field(
        default=None, ge=0.5, le=2.0, description="speed that a gait is optimised for, m/s"
    )
    provenance: dict[str, Any] = Field(default_factory=dict)
    """How a drawn subject was drawn."""

    def scaled(self, model: HumanModel) -> HumanModel:
        """Return a human model scaled to this person."""
        return model.scaled(self.mass_kg, self.height_m, self.strength)


def load_subject(name_or_path: str) -> Subject:
    """Load a subject.

    Args:
        name_or_path: name of a file in config/subjects, such as cohort/s01, or a path ending in .yaml.

    Raises:
        ConfigError: no such file, or a value is missing or out of range (named in the message).
    """
    if name_or_path.endswith(".yaml"):
        return load_config(Path(name_or_path), Subject)
    folder = config_path("subjects")
    known = sorted(str(path.relative_to(folder))[: -len(".yaml")] for path in folder.rglob("*.yaml"))
    if name_or_path not in known:
        hint = choices_hint(name_or_path, known)
        raise ConfigError(f"unknown subject '{name_or_path}'; {hint}, or a path to a .yaml")
    return load_config(folder / f"{name_or_path}.yaml", Subject)
