"""A reflex controller file: rules as a table, its free parameters, and the arrays the engine runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, Strict, model_validator

from exo_control.config_files import ConfigModel, config_path, load_config
from exo_control.errors import ConfigError, choices_hint
from exo_sim.engine.layout import (
    CONTROL_PERIOD_S,
    HISTORY_LENGTH,
    SENSOR_FORCE,
    SENSOR_LENGTH,
    SENSOR_POSITION,
    SENSOR_SPEED,
    SENSOR_VELOCITY,
)
from exo_sim.engine.reflexes import ReflexArrays
from exo_sim.names import GAIT_STATES, LEG_MUSCLES, SENSED_COORDINATES

LONGEST_DELAY_S = (HISTORY_LENGTH - 2) * CONTROL_PERIOD_S

FreeValue = Annotated[tuple[float, float, float], Strict(False)]
Value = float | FreeValue
"""A number that stays, or [initial, minimum, maximum] of a parameter the optimiser may change."""

ALL_STATES = "all"


@dataclass(frozen=True)
class Parameter:
    """A free parameter of a controller."""

    name: str
    initial: float
    minimum: float
    maximum: float


class Gate(ConfigModel):
    """Switches a rule's feedback off while a coordinate is above an angle and still growing."""

    coordinate: Literal["hip", "knee", "ankle"]
    above_rad: Value


class Rule(ConfigModel):
    """One reflex: a muscle excited by a delayed sensor of the same leg while the leg is in one of some gait states.

    Muscle reflex: KL (L - L0) + KV max(0, V - V0) + KF (F - F0) + C0, with L fibre length over optimal length, V in
    optimal lengths per second, F musculotendon force over maximum isometric force. Coordinate reflex:
    KP (P0 - q) + KV (V0 - dq/dt) + C0. As in SCONE's MuscleReflex and DofReflex.
    """

    states: Literal["all"] | list[str]
    muscle: str
    source: str | None = None
    delay_s: float = Field(ge=0.0, le=LONGEST_DELAY_S)
    KL: Value | None = None
    L0: Value = 1.0
    KF: Value | None = None
    F0: Value = 0.0
    KP: Value | None = None
    P0: Value = 0.0
    KV: Value | None = None
    V0: Value = 0.0
    C0: Value | None = None
    rectify_length: bool = False
    gate: Gate | None = None

    @model_validator(mode="after")
    def _uses_known_names(self) -> Rule:
        _check("muscle", self.muscle, LEG_MUSCLES)
        if self.source is not None:
            _check("source", self.source, (*LEG_MUSCLES, *SENSED_COORDINATES))
        if self.states != ALL_STATES:
            for state in self.states:
                _check("state", state, GAIT_STATES)
        wrong = ("KL", "KF") if self.senses_coordinate else ("KP",)
        for key in wrong:
            if getattr(self, key) is not None:
                kind = "coordinate" if self.senses_coordinate else "muscle"
                raise ValueError(f"{key} has no meaning for a {kind} source ({self.source or self.muscle})")
        if all(getattr(self, key) is None for key in ("KL", "KF", "KP", "KV", "C0")):
            raise ValueError("has no gain: needs KL, KF, KP, KV or C0")
        for offset, gain in (("L0", "KL"), ("F0", "KF"), ("P0", "KP"), ("V0", "KV")):
            if offset in self.model_fields_set and getattr(self, gain) is None:
                raise ValueError(f"{offset} has no effect without {gain}")
        for key in ("KL", "L0", "KF", "F0", "KP", "P0", "KV", "V0", "C0"):
            value = getattr(self, key)
            if isinstance(value, tuple) and not value[1] <= value[0] <= value[2]:
                raise ValueError(f"{key} = {list(value)}: needs [initial, minimum, maximum] in this order of size")
        return self

    @property
    def senses_coordinate(self) -> bool:
        """Whether the source is a joint angle rather than a muscle."""
        return self.source in SENSED_COORDINATES

    @cached_property
    def mask(self) -> int:
        """Bit k is set when the rule is active in gait state k."""
        if self.states == ALL_STATES:
            return (1 << len(GAIT_STATES)) - 1
        return sum(1 << GAIT_STATES.index(state) for state in self.states)

    @cached_property
    def name(self) -> str:
        """SCONE's name: S<landing><swing><liftoff><late stance><early stance>.muscle[-source]."""
        source = f"-{self.source}" if self.source not in (None, self.muscle) else ""
        return f"S{self.mask:05b}.{self.muscle}{source}"


def _check(kind: str, name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        raise ValueError(f"unknown {kind} '{name}'; {choices_hint(name, known)}")


def _free(name: str, value: Value | None) -> Iterator[Parameter]:
    if isinstance(value, tuple):
        yield Parameter(name, *value)


class ReflexController(ConfigModel):
    """A reflex controller: stance threshold and rules, the same for both legs."""

    name: str
    source: str
    stance_load_threshold: Value
    rules: list[Rule] = Field(min_length=1)

    def parameters(self) -> list[Parameter]:
        """Return the free parameters in file order."""
        return self._parameters

    @cached_property
    def _parameters(self) -> list[Parameter]:
        found = list(_free("stance_load_threshold", self.stance_load_threshold))
        for rule in self.rules:
            for key in ("KL", "L0", "KF", "F0", "KP", "P0", "KV", "V0", "C0"):
                found += _free(f"{rule.name}.{key}", getattr(rule, key))
            if rule.gate is not None:
                found += _free(f"{rule.name}.pos_max", rule.gate.above_rad)
        names = [parameter.name for parameter in found]
        for name in names:
            if names.count(name) > 1:
                raise ConfigError(f"controller '{self.name}': parameter '{name}' is defined twice; merge the two rules")
        return found

    def arrays(self, values: Mapping[str, float]) -> ReflexArrays:
        """Return the table the engine runs, with these values of the free parameters.

        Raises:
            ConfigError: a parameter is missing or unknown, named in the message.
        """
        wanted = {parameter.name for parameter in self.parameters()}
        for name in values:
            if name not in wanted:
                raise ConfigError(f"controller '{self.name}' has no parameter '{name}'; {choices_hint(name, wanted)}")
        for name in wanted:
            if name not in values:
                raise ConfigError(f"parameter '{name}' of controller '{self.name}' has no value")

        def number(name: str, value: Value | None) -> float:
            if value is None:
                return 0.0
            return float(values[name]) if isinstance(value, tuple) else float(value)

        rows: list[tuple[int, int, int, float, float, float, float, int, float]] = []

        for rule in self.rules:
            values_of = {
                key: number(f"{rule.name}.{key}", getattr(rule, key))
                for key in ("KL", "L0", "KF", "F0", "KP", "P0", "KV", "V0", "C0")
            }
            gate, above = -1, 0.0
            if rule.gate is not None:
                gate = SENSOR_POSITION + SENSED_COORDINATES.index(rule.gate.coordinate)
                above = number(f"{rule.name}.pos_max", rule.gate.above_rad)
            terms: list[tuple[int, float, float, float]] = []
            if rule.senses_coordinate:
                i = SENSED_COORDINATES.index(rule.source or "")
                terms = [
                    (SENSOR_POSITION + i, -values_of["KP"], values_of["P0"], 0.0),
                    (SENSOR_SPEED + i, -values_of["KV"], values_of["V0"], 0.0),
                ]
                used = [rule.KP is not None, rule.KV is not None]
            else:
                i = LEG_MUSCLES.index(rule.source or rule.muscle)
                terms = [
                    (SENSOR_LENGTH + i, values_of["KL"], values_of["L0"], float(rule.rectify_length)),
                    (SENSOR_VELOCITY + i, values_of["KV"], values_of["V0"], 1.0),
                    (SENSOR_FORCE + i, values_of["KF"], values_of["F0"], 0.0),
                ]
                used = [rule.KL is not None, rule.KV is not None, rule.KF is not None]
            muscle = LEG_MUSCLES.index(rule.muscle)
            for (sensor, gain, offset, rectified), is_used in zip(terms, used, strict=True):
                if is_used:
                    rows.append((muscle, rule.mask, sensor, gain, offset, rectified, rule.delay_s, gate, above))
            if rule.C0 is not None:
                rows.append((muscle, rule.mask, -1, values_of["C0"], 0.0, 0.0, 0.0, -1, 0.0))

        muscles, states, sensors, gains, offsets, rectify, delays, gates, aboves = zip(*rows, strict=True)
        periods = np.array(delays) / CONTROL_PERIOD_S
        whole = np.floor(periods + 1e-9)
        fraction = np.where(periods - whole > 1e-9, periods - whole, 0.0)
        return ReflexArrays(
            stance_load=number("stance_load_threshold", self.stance_load_threshold),
            muscle=np.array(muscles, dtype=np.int64),
            states=np.array(states, dtype=np.int64),
            sensor=np.array(sensors, dtype=np.int64),
            gain=np.array(gains),
            offset=np.array(offsets),
            rectified=np.array(rectify),
            delay=whole.astype(np.int64),
            fraction=fraction,
            gate_position=np.array(gates, dtype=np.int64),
            gate_above=np.array(aboves, dtype=np.float64),
        )


def load_reflex_controller(name_or_path: str) -> ReflexController:
    """Load a reflex controller file.

    Args:
        name_or_path: name of a file in config/reflexes, or a path ending in .yaml.

    Raises:
        ConfigError: no such file, or a key or value in it is wrong (named in the message).
    """
    path = Path(name_or_path) if name_or_path.endswith(".yaml") else config_path("reflexes", f"{name_or_path}.yaml")
    controller = load_config(path, ReflexController)
    controller.parameters()
    return controller
