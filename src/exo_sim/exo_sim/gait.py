"""A gait file: a reflex controller with its optimised gains and the start of the walk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from exo_control.config_files import ConfigModel, config_path, load_config
from exo_control.errors import ConfigError, choices_hint
from exo_sim.engine.layout import SENSOR_POSITION
from exo_sim.engine.reflexes import ReflexArrays
from exo_sim.names import COORDINATES
from exo_sim.reflex_controller import ReflexController, load_reflex_controller

OFFSETS = (*COORDINATES, "forward_velocity")
"""What a gait may shift at the start of the walk: coordinates (rad) and forward velocity (m/s)."""


class GaitFile(ConfigModel):
    """What stands in a gait file; provenance says how it was made."""

    controller: str
    human: str
    speed_m_s: float
    gains: dict[str, float]
    offsets: dict[str, float]
    provenance: dict[str, Any]


@dataclass(frozen=True)
class Gait:
    """A controller with gains, and offsets of the initial pose."""

    controller: ReflexController
    gains: Mapping[str, float]
    offsets: Mapping[str, float] = field(default_factory=dict)
    human: str = "h0918"
    speed_m_s: float = 1.3
    provenance: Mapping[str, Any] = field(default_factory=dict)
    controller_path: str | None = None
    """Of the controller's file where it is not one of config/reflexes."""
    lean_rad: float = 0.0
    """Added to the pelvis tilt the reflexes hold: leaning forward (negative) walks faster."""

    def reflex_arrays(self) -> ReflexArrays:
        """Return the table the engine runs."""
        return leaning(self.controller.arrays(self.gains), self.lean_rad)

    def save(self, path: Path) -> None:
        """Write the gait file."""
        data = {
            "controller": self.controller_path or self.controller.name,
            "human": self.human,
            "speed_m_s": self.speed_m_s,
            "provenance": dict(self.provenance),
            "offsets": {name: round(float(value), 6) for name, value in self.offsets.items()},
            "gains": {name: round(float(value), 6) for name, value in self.gains.items()},
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(data, sort_keys=False, width=120))


def leaning(arrays: ReflexArrays, lean_rad: float) -> ReflexArrays:
    """Return reflexes that hold the pelvis at another tilt; see ``Gait.lean_rad``."""
    holds_tilt = arrays.sensor == SENSOR_POSITION
    return arrays._replace(offset=np.where(holds_tilt, arrays.offset + lean_rad, arrays.offset))


def initial_gait(controller: ReflexController) -> Gait:
    """Return the controller with its published gains."""
    return Gait(controller, {p.name: p.initial for p in controller.parameters()})


def load_gait(name_or_path: str) -> Gait:
    """Load a gait.

    Args:
        name_or_path: name of a file in config/gaits, such as speeds/geyer_herr_1.11, or a path ending in .yaml.

    Raises:
        ConfigError: no such file, or its gains do not match its controller (named in the message).
    """
    if name_or_path.endswith(".yaml"):
        path = Path(name_or_path)
    else:
        folder = config_path("gaits")
        path = folder / f"{name_or_path}.yaml"
        known = sorted(str(p.relative_to(folder))[: -len(".yaml")] for p in folder.rglob("*.yaml"))
        if name_or_path not in known:
            raise ConfigError(
                f"unknown gait '{name_or_path}'; {choices_hint(name_or_path, known)}, or a path to a .yaml"
            )
    content = load_config(path, GaitFile)
    for name in content.offsets:
        if name not in OFFSETS:
            raise ConfigError(f"{path}: unknown offset '{name}'; {choices_hint(name, OFFSETS)}")
    controller = load_reflex_controller(content.controller)
    try:
        controller.arrays(content.gains)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None
    own_path = content.controller if content.controller.endswith(".yaml") else None
    return Gait(
        controller, content.gains, content.offsets, content.human, content.speed_m_s, content.provenance, own_path
    )
