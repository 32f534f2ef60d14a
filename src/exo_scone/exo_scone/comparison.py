"""The same gains in our engine and in SCONE, side by side."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from exo_analysis.similarity import normalised_cross_correlation
from exo_control.joints import POLICY_PERIOD_S
from exo_sim.engine import layout
from exo_sim.engine.model_arrays import Floats
from exo_sim.gait_analysis import WARM_UP_S, cycles, describe, heel_strikes, mean_cycles
from exo_sim.human_interface import Human
from exo_sim.names import LEG_MUSCLES
from exo_sim.walk import Walk

ANGLES = ("hip", "knee", "ankle")
FORCES = ("grf_forward", "grf_vertical")
SHORTEST_S = 2.0 * WARM_UP_S
"""A shorter walk has no steady part to compare."""

FIGURES = ("seconds", "fell", "speed_mps", "cot_gross", "cot_net", "stride_s", "stance_percent")


@dataclass(frozen=True)
class EngineWalk:
    """A walk without exoskeleton in one engine."""

    name: str
    walk: Walk
    wall_s: float
    mean_power_w: float
    """Whole-body metabolic power after the warm-up, as the engine itself tells it; NaN where the walk is too short."""

    @property
    def curves(self) -> dict[str, Floats]:
        """Mean gait cycles of the right leg, (101,): angles (rad), ground reaction (body weights), activations.

        Empty where the walk has no whole cycle after its warm-up.
        """
        if self.walk.seconds <= SHORTEST_S:
            return {}
        steady = self.walk.since(WARM_UP_S)
        strikes = heel_strikes(steady.ground_reaction_bw[:, 0, 1])
        if len(strikes) < 2:
            return {}
        found = {name: values.mean(axis=0) for name, values in mean_cycles(steady).items()}
        for i, name in enumerate(LEG_MUSCLES):
            found[name] = cycles(steady.part(layout.ACTIVATION + i, 1)[:, 0], strikes).mean(axis=0)
        return {name: found[name] for name in (*ANGLES, *FORCES, *LEG_MUSCLES)}

    def figures(self) -> dict[str, Any]:
        """Return speed, cost of transport and the like, and the wall time per simulated second."""
        described = describe(self.walk) if self.walk.seconds > 1.0 else {}
        figures = {name: described.get(name) for name in FIGURES}
        figures.update(seconds=self.walk.seconds, fell=self.walk.fell)
        return {
            "engine": self.name,
            **figures,
            "engines_own_power_w": self.mean_power_w,
            "wall_s_per_simulated_s": self.wall_s / max(self.walk.seconds, POLICY_PERIOD_S),
        }


def walk_engine(name: str, human: Human, seconds: float, on_tick: Callable[[], None] = lambda: None) -> EngineWalk:
    """Walk without exoskeleton, to the end or a fall.

    Args:
        name: of the engine, for tables and pictures.
        human: who walks.
        seconds: duration.
        on_tick: called after each policy period.
    """
    periods = round(seconds / POLICY_PERIOD_S)
    record, power = np.empty((periods, layout.HISTORY)), np.full(periods, np.nan)
    human.step(np.zeros(2))  # what happens for the first time takes longer, and is no part of the speed
    human.reset()
    begin = time.perf_counter()
    done = 0
    while done < periods and not human.has_fallen:
        human.step(np.zeros(2))
        record[done], power[done] = human.snapshot(), human.metabolic_power_w
        done += 1
        on_tick()
    wall_s = time.perf_counter() - begin
    steady = power[round(WARM_UP_S / POLICY_PERIOD_S) : done]
    mean = float(steady.mean()) if len(steady) else float("nan")
    return EngineWalk(name, Walk(human.arrays, record[:done], np.zeros((done, 2)), human.has_fallen), wall_s, mean)


def differences(ours: EngineWalk, theirs: EngineWalk) -> dict[str, dict[str, float]]:
    """Return how alike the mean gait cycles are: root mean square difference and correlation (Wren et al. 2006).

    Keys: the angles (difference in degrees), the ground reactions (body weights) and the muscles' activations. Empty
    where one of the walks has no whole cycle.
    """
    a, b = ours.curves, theirs.curves
    if not a or not b:
        return {}
    rows = {}
    for name in a:
        scale = 180.0 / np.pi if name in ANGLES else 1.0
        rows[name] = {
            "rms_difference": float(scale * np.sqrt(np.mean((a[name] - b[name]) ** 2))),
            "correlation": normalised_cross_correlation(a[name], b[name]),
        }
    return rows
