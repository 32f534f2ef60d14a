"""The direct bound: a feedback law that sees what a policy sees, found by CMA-ES on the simulated cost itself.

No gradient, no reward shaping and no network stand between the law and the cost, so what it saves is a lower bound of
what is possible with these inputs; a trained policy is measured against it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cma
import numpy as np

from exo_control.errors import ConfigError
from exo_control.feedback_law import FeedbackLaw, LawFile, LawTerm
from exo_control.law_policy import LawPolicy
from exo_sim.cma_search import CHECKPOINT_INTERVAL_S, CMA_OPTIONS, NormalNumbers, read_checkpoint, write_checkpoint
from exo_sim.comparison import change_percent, paired
from exo_sim.engine.model_arrays import Floats
from exo_sim.evaluation import NO_EXO, Evaluation
from exo_sim.evaluation_settings import BoundSettings
from exo_sim.walk_figures import WalkFigures
from exo_sim.worker_pool import WorkerPool

_WEIGHTS = tuple(name for name in LawTerm.model_fields if name != "delay_s")


def law_scales(settings: BoundSettings) -> Floats:
    """Return the scales of a candidate's numbers: the weights of each delay, then the bias; shape (6 delays + 1,)."""
    of_feature = (settings.angle_scale, settings.velocity_scale, settings.action_scale)
    return np.array([*np.repeat(of_feature, 2).tolist() * len(settings.delays_s), settings.bias_scale])


def law_file(settings: BoundSettings, peak_nm: float, vector: Floats, provenance: dict[str, Any]) -> LawFile:
    """Return the law of a candidate in units of ``law_scales``."""
    values = (law_scales(settings) * vector).round(6).tolist()
    rows = [values[i * len(_WEIGHTS) : (i + 1) * len(_WEIGHTS)] for i in range(len(settings.delays_s))]
    terms = [
        LawTerm(delay_s=delay_s, **dict(zip(_WEIGHTS, row, strict=True)))
        for delay_s, row in zip(settings.delays_s, rows, strict=True)
    ]
    return LawFile(torque_limit_nm=peak_nm, bias=values[-1], terms=terms, provenance=provenance)


def law_vector(settings: BoundSettings, peak_nm: float, law: LawFile) -> Floats:
    """Return the candidate that stands for a law; one of another peak torque keeps its torques where they are small.

    Raises:
        ConfigError: the law has other delays than the settings.
    """
    delays_s = [term.delay_s for term in law.terms]
    if delays_s != settings.delays_s:
        raise ConfigError(f"the law to start from has delays_s {delays_s}, the settings have {settings.delays_s}")
    ratio = law.torque_limit_nm / peak_nm
    values = [
        # The weight of a previous action is of a torque over the limit to another: the ratio cancels.
        getattr(term, name) * (1.0 if name.endswith("action") else ratio)
        for term in law.terms
        for name in _WEIGHTS
    ]
    return np.array([*values, ratio * law.bias]) / law_scales(settings)


def law_cost(
    settings: BoundSettings, seconds: float, walks: Sequence[WalkFigures], reference: Sequence[WalkFigures]
) -> float:
    """Return the cost of a candidate, in percent of the net cost of transport without exoskeleton.

    Change of the net cost of transport, plus a penalty on changes of speed, for slower walking alone costs less; in
    proportion to the walks that fell, a cost above that of any walk, lower for a late fall.

    Raises:
        ConfigError: the person fell in every walk without exoskeleton.
    """
    stood = [(walk, other) for walk, other in zip(walks, reference, strict=True) if not other.fell]
    if not stood:
        raise ConfigError("the gait falls in every walk without exoskeleton, so nothing can be compared with it")
    fallen = sum(settings.fall_cost * (1.0 - 0.5 * walk.seconds / seconds) for walk, _ in stood if walk.fell)
    pairs = paired(walks, reference)
    saving, speed = change_percent(pairs, "cot_net"), change_percent(pairs, "speed_mps")
    walked = 0.0
    if saving is not None and speed is not None:
        walked = saving + settings.speed_cost * max(abs(speed) - settings.free_speed_change_percent, 0.0) ** 2
    return (fallen + len(pairs) * walked) / len(stood)


@dataclass
class BoundProgress:
    """Where a search stands after a generation; the figures are of the generation's best candidate."""

    generation: int = 0
    walks: int = 0
    elapsed_s: float = 0.0
    best_cost: float = float("inf")
    median_cost: float = float("inf")
    cot_net_change: float = float("nan")
    speed_change: float = float("nan")
    surviving_part: float = 0.0
    sigma: float = 0.0


class BoundSearch:
    """A resumable search. The result is the mean of the search distribution, which is more robust than its best."""

    def __init__(self, evaluation: Evaluation, peak_nm: float, seed: int, start: LawFile | None = None) -> None:
        """Begin at no assistance, or at a law.

        Args:
            evaluation: the person, and the settings of walks and search.
            peak_nm: torque limit of the law, and of the safety limiter.
            seed: of CMA-ES; the same seed gives the same search, whatever the workers.
            start: law to begin at.

        Raises:
            ConfigError: the law to begin at has other delays than the settings.
        """
        self._evaluation, self._peak_nm, self._seed = evaluation, peak_nm, seed
        self._settings = evaluation.settings.bound
        none = np.zeros(len(law_scales(self._settings)))
        self._start = none if start is None else law_vector(self._settings, peak_nm, start)
        self.progress = BoundProgress()
        self._reference: list[WalkFigures] = []
        options = {**CMA_OPTIONS, "popsize": self._settings.population, "randn": NormalNumbers([seed])}
        self._es = cma.CMAEvolutionStrategy(self._start, self._settings.sigma, options)

    def law(self, provenance: dict[str, Any]) -> FeedbackLaw:
        """Return the law at the mean of the search distribution."""
        return FeedbackLaw(law_file(self._settings, self._peak_nm, self._es.result.xfavorite, provenance))

    def run(
        self,
        pool: WorkerPool,
        checkpoint: Path | None = None,
        report: Callable[[BoundProgress], None] = lambda progress: None,
        minutes: float | None = None,
    ) -> None:
        """Go through the generations that are left.

        Args:
            pool: that walks.
            checkpoint: file written every 20 s and at the end.
            report: called after each generation.
            minutes: stop after this time, that before a resume included.
        """
        saved = time.monotonic()
        begun = saved - self.progress.elapsed_s
        while self.progress.generation < self._settings.generations:
            if minutes is not None and self.progress.elapsed_s > 60.0 * minutes:
                break
            self._generation(pool)
            self.progress.elapsed_s = time.monotonic() - begun
            report(self.progress)
            if checkpoint is not None and time.monotonic() - saved > CHECKPOINT_INTERVAL_S:
                self.save(checkpoint)
                saved = time.monotonic()
        if checkpoint is not None:
            self.save(checkpoint)

    def _seeds(self) -> range:
        settings = self._settings
        block = self.progress.generation // settings.seed_generations
        first = settings.first_seed + block * settings.seeds
        return range(first, first + settings.seeds)

    def _generation(self, pool: WorkerPool) -> None:
        evaluation, settings, progress = self._evaluation, self._settings, self.progress
        seeds = self._seeds()
        if [walk.seed for walk in self._reference] != list(seeds):
            (self._reference,) = evaluation.walks([NO_EXO], settings.seconds, seeds, pool)
        candidates = self._es.ask()
        laws = [law_file(settings, self._peak_nm, candidate, {}) for candidate in candidates]
        figures = pool.map(
            walk_law, [(evaluation, law, self._peak_nm, settings.seconds, seed) for law in laws for seed in seeds]
        )
        walks = [figures[i * len(seeds) : (i + 1) * len(seeds)] for i in range(len(laws))]
        costs = [law_cost(settings, settings.seconds, some, self._reference) for some in walks]
        self._es.tell(candidates, costs)
        pairs = paired(walks[int(np.argmin(costs))], self._reference)
        saving, speed = change_percent(pairs, "cot_net"), change_percent(pairs, "speed_mps")
        progress.generation += 1
        progress.walks += len(figures)
        progress.best_cost, progress.median_cost = min(costs), float(np.median(costs))
        progress.cot_net_change = float("nan") if saving is None else saving
        progress.speed_change = float("nan") if speed is None else speed
        progress.surviving_part = float(np.mean([not walk.fell for walk in figures]))
        progress.sigma = float(self._es.sigma)

    def save(self, path: Path) -> None:
        """Write a checkpoint; an interrupted write leaves the one before intact."""
        write_checkpoint(path, self._setup(), {"progress": asdict(self.progress), "es": self._es})

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint of the same search.

        Raises:
            ConfigError: the checkpoint is unreadable or belongs to another search; the message names what differs.
        """
        data = read_checkpoint(path, self._setup(), "a search for a bound")
        self._es = data["es"]
        self.progress = BoundProgress(**data["progress"])

    def _setup(self) -> dict[str, Any]:
        gait = self._evaluation.gait
        return {
            "seed": self._seed,
            "peak torque": self._peak_nm,
            "start": self._start.tolist(),
            "human": self._evaluation.model.content_hash(),
            "gait": [gait.controller.model_dump(), dict(gait.gains), dict(gait.offsets)],
            "settings": self._evaluation.settings.model_dump(),
        }


def walk_law(evaluation: Evaluation, law: LawFile, peak_nm: float, seconds: float, seed: int) -> WalkFigures:
    """Walk once under a law."""
    return evaluation.walk(LawPolicy(FeedbackLaw(law)), peak_nm, seconds, seed)
