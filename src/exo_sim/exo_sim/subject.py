"""A subject file: body mass and height that the human model is scaled to."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from exo_control.config_files import ConfigModel, config_path, load_config
from exo_control.errors import ConfigError, choices_hint
from exo_sim.human_model import HEIGHT_RANGE_M, MASS_RANGE_KG


class Subject(ConfigModel):
    """Body mass and height."""

    mass_kg: float = Field(ge=MASS_RANGE_KG[0], le=MASS_RANGE_KG[1], description="body mass, kg")
    height_m: float = Field(ge=HEIGHT_RANGE_M[0], le=HEIGHT_RANGE_M[1], description="body height, m")


def load_subject(name_or_path: str) -> Subject:
    """Load a subject.

    Args:
        name_or_path: name of a file in config/subjects, or a path ending in .yaml.

    Raises:
        ConfigError: no such file, or a value is missing or out of range (named in the message).
    """
    if name_or_path.endswith(".yaml"):
        return load_config(Path(name_or_path), Subject)
    folder = config_path("subjects")
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    if name_or_path not in known:
        hint = choices_hint(name_or_path, known)
        raise ConfigError(f"unknown subject '{name_or_path}'; {hint}, or a path to a .yaml")
    return load_config(folder / f"{name_or_path}.yaml", Subject)
