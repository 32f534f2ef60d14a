"""The engines that SCONE brings, and the names by which each knows the states of the model."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from exo_control.errors import choices_hint
from exo_scone.errors import SconeError

COORDINATES = {
    "pelvis_tilt": "pelvis_tilt",
    "hip": "hip_flexion",
    "knee": "knee_angle",
    "ankle": "ankle_angle",
    "pelvis_tx": "pelvis_tx",
}
"""SCONE's name of each of our coordinates, both without a side."""

GROUND_JOINT = "ground_pelvis"
ENGINE_VARIABLE = "EXO_SCONE_ENGINE"


HUMAN_ENGINES = ("auto", "native", "scone")
"""What a human can walk in. auto is native: the gaits of config/gaits were found in it, and few walk in another engine
as they are."""


@dataclass(frozen=True)
class SconeEngine:
    """One of SCONE's engines."""

    name: str
    model_type: str
    """Name of its block in a .scone file."""
    model_suffix: str
    """Of its model files."""
    states_have_paths: bool = False
    """Whether states are named as OpenSim 4 does: /jointset/JOINT/COORDINATE/value."""

    def position_state(self, coordinate: str) -> str:
        """Return the engine's name of a coordinate's value; ``coordinate`` is one of exo_sim.names, or pelvis_tx."""
        name = scone_coordinate(coordinate)
        return f"/jointset/{_joint(coordinate)}/{name}/value" if self.states_have_paths else name

    def velocity_state(self, coordinate: str) -> str:
        """Return the engine's name of a coordinate's rate."""
        name = scone_coordinate(coordinate)
        return f"/jointset/{_joint(coordinate)}/{name}/speed" if self.states_have_paths else f"{name}_u"


ENGINES = {
    engine.name: engine
    for engine in (
        SconeEngine("hyfydy", "ModelHyfydy", ".hfd"),
        SconeEngine("opensim4", "ModelOpenSim4", ".osim", states_have_paths=True),
        SconeEngine("opensim3", "ModelOpenSim3", ".osim"),
    )
}
"""By name; the fastest first."""


def scone_coordinate(coordinate: str) -> str:
    """Return SCONE's name of a coordinate, such as hip_flexion_r for hip_r and knee_angle for knee."""
    stem, side = _parted(coordinate)
    return COORDINATES[stem] + side


def _joint(coordinate: str) -> str:
    return GROUND_JOINT if coordinate.startswith("pelvis") else coordinate


def _parted(coordinate: str) -> tuple[str, str]:
    side = coordinate[-2:]
    return (coordinate[:-2], side) if side in ("_r", "_l") else (coordinate, "")


def engine_named(name: str) -> SconeEngine:
    """Return an engine by name.

    Raises:
        SconeError: there is no such engine.
    """
    if name not in ENGINES:
        raise SconeError(f"unknown SCONE engine '{name}'; {choices_hint(name, ENGINES)}")
    return ENGINES[name]


def choose_engine(supported: Iterable[str]) -> SconeEngine:
    """Return the engine to use: the one that EXO_SCONE_ENGINE names, else the fastest of those that SCONE has.

    Args:
        supported: names of the engines that the installed SCONE has.

    Raises:
        SconeError: the named engine is unknown or not there, or there is none at all.
    """
    there = list(supported)
    named = os.environ.get(ENGINE_VARIABLE)
    if named:
        engine = engine_named(named)
        if named not in there:
            raise SconeError(f"{ENGINE_VARIABLE}={named}: this SCONE has {', '.join(there) or 'no engine'}")
        return engine
    if not there:
        raise SconeError(
            "this SCONE has no engine: it was built without Hyfydy and OpenSim; install one from scone.software"
        )
    return next(engine for name, engine in ENGINES.items() if name in there)
