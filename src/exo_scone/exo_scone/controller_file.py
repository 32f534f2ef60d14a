"""A reflex table as a GaitStateController of SCONE."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from exo_control.errors import ConfigError
from exo_scone.engines import scone_coordinate
from exo_scone.gait_parameters import gain_std, search_settings
from exo_scone.parameter_names import VALUES
from exo_scone.zml import Block, Node, free
from exo_sim.gait import Gait
from exo_sim.gait_objective import Search
from exo_sim.names import GAIT_STATES
from exo_sim.reflex_controller import Rule

STATES = dict(zip(GAIT_STATES, ("EarlyStance", "LateStance", "Liftoff", "Swing", "Landing"), strict=True))
"""SCONE's name of each gait state."""


def controller_block(gait: Gait) -> Node:
    """Return a gait's controller as a block, its gains as the means of free parameters.

    Rules of the same gait states share a ConditionalController, in the table's order; the excitations of all active
    rules add up, here as there.

    Raises:
        ConfigError: a rule is of a kind that SCONE does not have.
    """
    gait.controller.arrays(gait.gains)  # checks that the gains are those of the controller
    if gait.lean_rad:
        raise ConfigError("a gait that leans by lean_rad has no counterpart in SCONE; set P0 of pelvis_tilt instead")
    search = search_settings()
    groups: list[Node] = []
    for mask, rules in groupby(gait.controller.rules, key=lambda rule: rule.mask):
        states = " ".join(STATES[name] for i, name in enumerate(GAIT_STATES) if mask & 1 << i)
        reflexes = [_reflex(rule, gait, search) for rule in rules]
        groups.append(("ConditionalController", [("states", states), ("ReflexController", reflexes)]))
    threshold = gait.controller.stance_load_threshold
    return (
        "GaitStateController",
        [
            ("stance_load_threshold", _value("stance_load_threshold", threshold, gait.gains, search)),
            ("leg_load_sensor_delay", 0),
            ("symmetric", 1),
            ("ConditionalControllers", groups),
        ],
    )


def _value(name: str, value: object, gains: Mapping[str, float], search: Search) -> str | float:
    """Return a value of the table as SCONE writes it: a number, or a free parameter with the gait's gain as mean."""
    if not isinstance(value, tuple):
        return float(value)  # type: ignore[arg-type]
    gain = float(gains[name])
    _, minimum, maximum = value
    # SCONE refuses a mean outside the bounds, which a gait of another search may have.
    return free(gain, gain_std(name, gain, search), min(minimum, gain), max(maximum, gain))


def _reflex(rule: Rule, gait: Gait, search: Search) -> Node:
    lines: list[Node] = [("target", rule.muscle)]
    if rule.senses_coordinate:
        lines.append(("source", scone_coordinate(rule.source or "")))
    elif rule.source is not None:
        lines.append(("source", rule.source))
    lines.append(("delay", rule.delay_s))
    for key in VALUES:
        value = getattr(rule, key)
        if key in rule.model_fields_set and value is not None:
            lines.append((key, _value(f"{rule.name}.{key}", value, gait.gains, search)))
    if rule.rectify_length:
        lines.append(("allow_neg_L", 0))
    if rule.gate is None:
        return "DofReflex" if rule.senses_coordinate else "MuscleReflex", lines
    if rule.senses_coordinate:
        raise ConfigError(f"rule {rule.name}: SCONE switches off reflexes of muscles only, not of coordinates")
    lines.append(("dof", scone_coordinate(rule.gate.coordinate)))
    lines.append(("pos_max", _value(f"{rule.name}.pos_max", rule.gate.above_rad, gait.gains, search)))
    return "ConditionalMuscleReflex", lines


def controller_content(gait: Gait) -> Block:
    """Return what a .scone file of the controller alone holds."""
    return [controller_block(gait)]
