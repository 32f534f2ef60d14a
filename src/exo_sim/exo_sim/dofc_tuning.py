"""Tunes delayed output feedback control to a gait, so that policies are compared with the best of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from exo_sim.comparison import change_percent, paired
from exo_sim.evaluation import NO_EXO, Condition, Evaluation
from exo_sim.walk_figures import WalkFigures
from exo_sim.worker_pool import WorkerPool

DOFC_NAME = "DOFC tuned"


@dataclass(frozen=True)
class DofcSetting:
    """A point of the sweep; changes are of walks without a fall, None where there is none."""

    delay_s: float
    gain_nm: float
    cot_net_change: float | None
    """Percent of no exoskeleton."""
    speed_change: float | None
    falls: int

    def condition(self, peak_nm: float) -> Condition:
        """Return the condition of walking with this setting."""
        parameters = {"delay_s": self.delay_s, "gain_nm": self.gain_nm, "peak_torque_nm": peak_nm}
        return Condition(DOFC_NAME, "dofc", peak_nm, parameters)


@dataclass(frozen=True)
class DofcSweep:
    """All settings that were walked, and the best."""

    settings: list[DofcSetting]

    @property
    def best(self) -> DofcSetting:
        """The lowest net cost of transport of the settings without a fall; if all fell, of those with fewest falls."""
        return min(
            self.settings,
            key=lambda s: (s.falls, float("inf") if s.cot_net_change is None else s.cot_net_change),
        )

    @property
    def best_is_at_edge(self) -> bool:
        """Whether the best has the shortest or longest delay or the highest gain: a wider grid may do better."""
        delays, gains = [s.delay_s for s in self.settings], [s.gain_nm for s in self.settings]
        shortest = self.best.delay_s == min(delays) > 0.0  # there is no shorter delay than none
        return shortest or self.best.delay_s == max(delays) or self.best.gain_nm == max(gains)


def number_of_walks(evaluation: Evaluation) -> int:
    """Return how many walks a sweep takes."""
    dofc = evaluation.settings.dofc
    return dofc.seeds * (1 + len(dofc.delays_s) * len(dofc.gains_per_peak))


def tune_dofc(
    evaluation: Evaluation, peak_nm: float, pool: WorkerPool, on_walk: Callable[[], None] = lambda: None
) -> DofcSweep:
    """Walk every delay and gain of the grid.

    Args:
        evaluation: the person and the settings, the grid among them.
        peak_nm: torque at which the command is clipped.
        pool: that walks.
        on_walk: called after each walk.
    """
    dofc = evaluation.settings.dofc
    seeds = range(dofc.first_seed, dofc.first_seed + dofc.seeds)
    grid = [(delay_s, factor * peak_nm) for delay_s in dofc.delays_s for factor in dofc.gains_per_peak]
    conditions = [DofcSetting(delay_s, gain_nm, None, None, 0).condition(peak_nm) for delay_s, gain_nm in grid]
    reference, *walks = evaluation.walks([NO_EXO, *conditions], dofc.seconds, seeds, pool, on_walk)
    return DofcSweep([_setting(*point, some, reference) for point, some in zip(grid, walks, strict=True)])


def _setting(
    delay_s: float, gain_nm: float, walks: Sequence[WalkFigures], reference: Sequence[WalkFigures]
) -> DofcSetting:
    pairs = paired(walks, reference)
    return DofcSetting(
        delay_s,
        gain_nm,
        change_percent(pairs, "cot_net"),
        change_percent(pairs, "speed_mps"),
        sum(walk.fell for walk in walks),
    )
