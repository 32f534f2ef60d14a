"""Reads the controller of a .scone file as SCONE's source does, for the double of sconepy: names, defaults, meaning."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
from zml_reader import Node, child, children

from exo_sim.engine.layout import (
    CONTROL_PERIOD_S,
    SENSOR_FORCE,
    SENSOR_LENGTH,
    SENSOR_POSITION,
    SENSOR_SPEED,
    SENSOR_VELOCITY,
)
from exo_sim.engine.reflexes import ReflexArrays
from exo_sim.names import LEG_MUSCLES

STATES = ("EarlyStance", "LateStance", "Liftoff", "Swing", "Landing")
SENSED = ("pelvis_tilt", "hip_flexion", "knee_angle", "ankle_angle", "pelvis_tx")
MEAN = re.compile(r"(?P<mean>[^~<]*)(~(?P<std>[^<]*))?(<(?P<low>[^,]*),(?P<high>[^>]*)>)?$")
GetParameter = Callable[[str, str], float]
"""Of a name and the text of its value in the file: the value."""


class Parameters:
    """SCONE's static_par_set: the .par's value of a name that is asked for, else the mean; other names are ignored."""

    def __init__(self, values: dict[str, float]) -> None:
        self.values = values
        self.used: dict[str, float] = {}
        """What was asked for."""

    def get(self, name: str, text: str) -> float:
        self.used[name] = self._value(name, text)
        return self.used[name]

    def _value(self, name: str, text: str) -> float:
        if name in self.values:
            return self.values[name]
        match = MEAN.match(text)
        assert match, text
        mean = float(match["mean"] or match["std"])
        if match["low"] is not None and not float(match["low"]) <= mean <= float(match["high"]):
            raise RuntimeError(f"Error parsing parameter '{name}': mean is outside range")
        return mean


def reflex_arrays(controller: list[Node], get: GetParameter) -> ReflexArrays:
    """Return a GaitStateController as the table our engine runs."""
    rows: list[tuple[Any, ...]] = []
    for conditional in children(child(controller, "ConditionalControllers"), "ConditionalController"):
        states = child(conditional, "states").split(" ")
        mask = sum(1 << STATES.index(state) for state in states)
        for kind, lines in child(conditional, "ReflexController"):
            rows += _rows(kind, lines, mask, get)
    muscle, states_, sensor, gain, offset, rectified, delay, gate, above = zip(*rows, strict=True)
    periods = np.array(delay) / CONTROL_PERIOD_S
    whole = np.floor(periods + 1e-9)
    return ReflexArrays(
        stance_load=get("stance_load_threshold", child(controller, "stance_load_threshold")),
        muscle=np.array(muscle, dtype=np.int64),
        states=np.array(states_, dtype=np.int64),
        sensor=np.array(sensor, dtype=np.int64),
        gain=np.array(gain, dtype=np.float64),
        offset=np.array(offset, dtype=np.float64),
        rectified=np.array(rectified, dtype=np.float64),
        delay=whole.astype(np.int64),
        fraction=np.where(periods - whole > 1e-9, periods - whole, 0.0),
        gate_position=np.array(gate, dtype=np.int64),
        gate_above=np.array(above, dtype=np.float64),
    )


def _rows(kind: str, lines: list[Node], mask: int, get: GetParameter) -> list[tuple[Any, ...]]:
    there = dict(lines)
    target, source = there["target"], there.get("source", there["target"])
    name = f"S{mask:05b}.{target}" + (f"-{source}" if source != target else "")

    def value(key: str, default: float, prefix: str = name) -> float:
        return get(f"{prefix}.{key}", there[key]) if key in there else default

    delay, constant = value("delay", 0.0), value("C0", 0.0)
    muscle = LEG_MUSCLES.index(target)
    gate, above = -1, 0.0
    if kind == "ConditionalMuscleReflex":
        gate = SENSOR_POSITION + SENSED.index(there["dof"])
        above = value("pos_max", 1e12, f"{name}-{there['dof']}")
    rows: list[tuple[Any, ...]] = [(muscle, mask, -1, constant, 0.0, 0.0, 0.0, -1, 0.0)]
    if kind == "DofReflex":
        i = SENSED.index(source)
        rows.append((muscle, mask, SENSOR_POSITION + i, -value("KP", 0.0), value("P0", 0.0), 0.0, delay, -1, 0.0))
        rows.append((muscle, mask, SENSOR_SPEED + i, -value("KV", 0.0), value("V0", 0.0), 0.0, delay, -1, 0.0))
        return rows
    assert kind in ("MuscleReflex", "ConditionalMuscleReflex"), kind
    i = LEG_MUSCLES.index(source)
    for gain, offset, base, default, allow_negative in (
        ("KL", "L0", SENSOR_LENGTH, 1.0, there.get("allow_neg_L", "1") == "1"),
        ("KV", "V0", SENSOR_VELOCITY, 0.0, there.get("allow_neg_V", "0") == "1"),
        ("KF", "F0", SENSOR_FORCE, 0.0, there.get("allow_neg_F", "1") == "1"),
    ):
        number, zero = value(gain, 0.0), value(offset, default)
        rows.append((muscle, mask, base + i, number, zero, float(not allow_negative), delay, gate, above))
    return rows
