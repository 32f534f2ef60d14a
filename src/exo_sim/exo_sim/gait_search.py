"""CMA-ES over reflex gains, with a disturbance curriculum, checkpoints and resume."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import cma
import numpy as np

from exo_sim.assistance import Assistance
from exo_sim.cma_search import CHECKPOINT_INTERVAL_S, CMA_OPTIONS, NormalNumbers, read_checkpoint, write_checkpoint
from exo_sim.engine.model_arrays import Floats
from exo_sim.gait import Gait
from exo_sim.gait_objective import Evaluation, GaitObjective, GaitOptimisation, Stage
from exo_sim.human_model import HumanModel
from exo_sim.reflex_controller import ReflexController


@dataclass
class Progress:
    """Where a search stands after a generation."""

    stage: str = ""
    generation: int = 0
    evaluations: int = 0
    elapsed_s: float = 0.0
    torque_nm: float = 0.0
    surviving_part: float = 0.0
    best_cost: float = float("inf")
    median_cost: float = float("inf")
    cost_of_transport: float = float("nan")
    speed_m_s: float = float("nan")
    sigma: float = 0.0
    terms: dict[str, float] = field(default_factory=dict)


class GaitSearch:
    """A resumable search. The result is the mean of the search distribution, which is more robust than its best."""

    def __init__(
        self,
        model: HumanModel,
        controller: ReflexController,
        settings: GaitOptimisation,
        start: Gait,
        seed: int,
        workers: int | None = None,
        assistance: Assistance | None = None,
    ) -> None:
        """Begin at a gait.

        Args:
            model: the human.
            controller: whose free parameters are searched.
            settings: objective, stages and CMA-ES settings.
            start: first centre of the search.
            seed: of CMA-ES and of the disturbances; the same seed gives the same search, whatever the workers.
            workers: threads; all cores when None (the engine releases the GIL, a policy does not).
            assistance: with which the candidates walk.
        """
        self._objective = GaitObjective(model, controller, settings, assistance)
        self._settings, self._seed = settings, seed
        self._workers = workers or os.cpu_count() or 1
        self.progress = Progress()
        self._low = np.array([p.minimum for p in self._objective.parameters])
        self._high = np.array([p.maximum for p in self._objective.parameters])
        self._start = self._objective.vector(start)
        self._begin(self._start, settings.stages[0].sigma)

    def _begin(self, centre: Floats, sigma: float) -> None:
        """Start CMA-ES anew at a candidate, in units of each parameter's scale."""
        self._origin = np.clip(centre, self._low, self._high)
        self._scale = self._objective.scales(self._origin)
        bounds = [list((bound - self._origin) / self._scale) for bound in (self._low, self._high)]
        options = {
            **CMA_OPTIONS,
            "popsize": self._settings.search.population,
            "bounds": bounds,
            "randn": NormalNumbers([self._seed, self.progress.generation]),
        }
        self._es = cma.CMAEvolutionStrategy(np.zeros(len(self._origin)), sigma, options)

    def _vector(self, z: Floats) -> Floats:
        return self._origin + self._scale * np.asarray(z)

    @property
    def generations(self) -> int:
        """Number of generations of all stages."""
        return sum(stage.generations for stage in self._settings.stages)

    def gait(self) -> Gait:
        """Return the gait at the mean of the search distribution."""
        return self._objective.gait(self._vector(self._es.result.xfavorite))

    def run(
        self,
        checkpoint: Path | None = None,
        report: Callable[[Progress], None] = lambda progress: None,
        minutes: float | None = None,
    ) -> None:
        """Go through the stages that are left.

        Args:
            checkpoint: file written every 20 s and at the end.
            report: called after each generation.
            minutes: stop after this time, that before a resume included.
        """
        saved = time.monotonic()
        begun = saved - self.progress.elapsed_s
        with ThreadPoolExecutor(self._workers) as pool:
            while self.progress.generation < self.generations:
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

    def _stage(self) -> tuple[Stage, bool]:
        """Return the stage of the coming generation, and whether it begins there."""
        first = 0
        for stage in self._settings.stages:
            if self.progress.generation < first + stage.generations:
                break
            first += stage.generations
        return stage, self.progress.generation == first

    def _generation(self, pool: ThreadPoolExecutor) -> None:
        search, progress = self._settings.search, self.progress
        stage, begins = self._stage()
        if begins:
            progress.stage, progress.torque_nm = stage.name, stage.start_nm
            self._begin(self._vector(self._es.result.xfavorite), stage.sigma)
        block = progress.generation // search.seed_generations
        seed = int(np.random.SeedSequence([self._seed, block]).generate_state(1)[0])
        candidates = self._es.ask()

        results = self._evaluate(pool, [self._vector(z) for z in candidates], stage, seed)
        self._es.tell(candidates, [result.cost for result in results])
        if self._es.sigma < search.sigma_floor:
            self._es.sigma = search.sigma_reset
        best = min(results, key=lambda result: result.cost)
        progress.generation += 1
        progress.evaluations += len(results)
        progress.surviving_part = sum(result.survived for result in results) / self._promising
        progress.best_cost = best.cost
        progress.median_cost = float(np.median([result.cost for result in results]))
        progress.cost_of_transport, progress.speed_m_s = best.cost_of_transport, best.speed_m_s
        progress.sigma = float(self._es.sigma)
        progress.terms = best.terms
        # Up when enough survive, half as fast down when not: the torque settles where the search can still learn.
        factor = stage.growth if progress.surviving_part >= stage.survive_part else stage.growth**-0.5
        progress.torque_nm = min(max(progress.torque_nm * factor, stage.start_nm), stage.end_nm)

    def _evaluate(self, pool: ThreadPoolExecutor, vectors: list[Floats], stage: Stage, seed: int) -> list[Evaluation]:
        """Let all walk undisturbed, and those that did best disturbed too: the others could not win any more."""
        objective, torque_nm = self._objective, self.progress.torque_nm
        first = list(pool.map(lambda vector: objective.undisturbed(vector, stage), vectors))
        order = sorted(range(len(first)), key=lambda i: first[i].cost)
        promising = {i for i in order[: self._promising] if first[i].survived}

        def second(i: int) -> Evaluation:
            if i in promising:
                return objective.disturbed(first[i], stage, torque_nm, seed)
            return objective.unpromising(first[i], stage)

        return list(pool.map(second, range(len(first))))

    @property
    def _promising(self) -> int:
        return max(round(self._settings.search.promising_part * self._settings.search.population), 1)

    def save(self, path: Path) -> None:
        """Write a checkpoint; an interrupted write leaves the one before intact."""
        state = {"progress": asdict(self.progress), "es": self._es, "origin": self._origin, "scale": self._scale}
        write_checkpoint(path, self._setup(), state)

    def _setup(self) -> dict[str, Any]:
        return {
            "seed": self._seed,
            "human": self._objective.model.content_hash(),
            "controller": self._objective.controller.model_dump(),
            "settings": self._settings.model_dump(),
            "start": self._start.tolist(),
            "assistance": asdict(assistance) if (assistance := self._objective.assistance) else None,
        }

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint of the same search.

        Raises:
            ConfigError: the checkpoint is unreadable or belongs to another search; the message names what differs.
        """
        data = read_checkpoint(path, self._setup(), "a gait search")
        self._es, self._origin, self._scale = data["es"], data["origin"], data["scale"]
        self.progress = Progress(**data["progress"])
