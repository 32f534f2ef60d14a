"""SCONE's names of what a gait sets: gains of the reflexes and offsets of the start."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from exo_scone.engines import ENGINES, SconeEngine, scone_coordinate
from exo_sim.gait import OFFSETS
from exo_sim.reflex_controller import ReflexController, Rule

VALUES = ("KL", "L0", "KF", "F0", "KP", "P0", "KV", "V0", "C0")
"""Keys of a rule that are numbers, named alike in SCONE."""

FORWARD_VELOCITY = "forward_velocity"


def rule_name(rule: Rule) -> str:
    """Return SCONE's prefix of a rule's parameters, such as S00011.hamstrings-pelvis_tilt."""
    if not rule.senses_coordinate:
        return rule.name
    return f"S{rule.mask:05b}.{rule.muscle}-{scone_coordinate(rule.source or '')}"


def gate_name(rule: Rule) -> str:
    """Return SCONE's prefix of what switches a rule off (ConditionalMuscleReflex)."""
    assert rule.gate is not None
    return f"{rule_name(rule)}-{scone_coordinate(rule.gate.coordinate)}"


@dataclass(frozen=True)
class ParameterNames:
    """Names of a controller's parameters, on both sides."""

    controller: ReflexController

    @cached_property
    def _values(self) -> dict[str, tuple[str, object]]:
        """Of each value in the table: our name, SCONE's name, and the value or [initial, minimum, maximum]."""
        found: dict[str, tuple[str, object]] = {}
        found["stance_load_threshold"] = ("stance_load_threshold", self.controller.stance_load_threshold)
        for rule in self.controller.rules:
            for key in VALUES:
                if key in rule.model_fields_set and getattr(rule, key) is not None:
                    found[f"{rule_name(rule)}.{key}"] = (f"{rule.name}.{key}", getattr(rule, key))
            if rule.gate is not None:
                found[f"{gate_name(rule)}.pos_max"] = (f"{rule.name}.pos_max", rule.gate.above_rad)
        return found

    @cached_property
    def gains(self) -> Mapping[str, str]:
        """Our name of each free parameter, by SCONE's name."""
        return {name: ours for name, (ours, value) in self._values.items() if isinstance(value, tuple)}

    @cached_property
    def fixed(self) -> Mapping[str, float]:
        """Value of each number that the table fixes, by SCONE's name."""
        return {name: float(value) for name, (_, value) in self._values.items() if isinstance(value, (int, float))}

    @cached_property
    def scone(self) -> Mapping[str, str]:
        """SCONE's name of each free parameter, by ours."""
        return {ours: name for name, ours in self.gains.items()}


def offset_names(engine: SconeEngine) -> dict[str, str]:
    """Return an engine's names of the offsets of the start, by ours (exo_sim.gait.OFFSETS)."""
    names = {}
    for offset in OFFSETS:
        moves = offset == FORWARD_VELOCITY
        names[offset] = (engine.velocity_state("pelvis_tx") if moves else engine.position_state(offset)) + ".offset"
    return names


def any_offset_names() -> dict[str, str]:
    """Return our names of the offsets, by those of all engines."""
    return {name: ours for engine in ENGINES.values() for ours, name in offset_names(engine).items()}


def nearest(name: str, known: Mapping[str, object]) -> str:
    """Return ``; the nearest is ...`` for an error about an unknown name, or nothing where none is like it."""
    near = difflib.get_close_matches(name, known, n=1)
    return f"; the nearest known name is '{near[0]}'" if near else ""
