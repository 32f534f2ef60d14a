"""The gait search with walks in SCONE instead of our own engine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from exo_scone.scone_walker import SconeWalker
from exo_sim import robustness
from exo_sim.assistance import Assistance
from exo_sim.engine.model_arrays import Floats
from exo_sim.gait import Gait
from exo_sim.gait_objective import GaitObjective, GaitOptimisation
from exo_sim.gait_search import GaitSearch
from exo_sim.human_model import HumanModel
from exo_sim.reflex_controller import ReflexController
from exo_sim.worker_pool import WorkerPool


class SconeGaitObjective(GaitObjective):
    """The same costs and disturbances; the candidates walk in SCONE, by steps of its own."""

    def __init__(
        self,
        pool: WorkerPool,
        model: HumanModel,
        controller: ReflexController,
        settings: GaitOptimisation,
        assistance: Assistance | None,
    ) -> None:
        """Prepare an objective whose walks are those of a pool's processes."""
        super().__init__(model, controller, settings, assistance)
        self._pool = pool

    def _walker(self, vector: Floats) -> SconeWalker:
        return SconeWalker(self._pool, self.model, self.gait(vector), self.assistance, self._arrays)


class SconeGaitSearch(GaitSearch):
    """A gait search in SCONE: the threads of the search wait for processes that walk."""

    def __init__(
        self,
        pool: WorkerPool,
        engine: str,
        model: HumanModel,
        controller: ReflexController,
        settings: GaitOptimisation,
        start: Gait,
        seed: int,
        workers: int,
        assistance: Assistance | None = None,
    ) -> None:
        """Begin at a gait.

        Args:
            pool: whose processes walk.
            engine: of SCONE, by name: a checkpoint of another is refused.
            model, controller, settings, start, seed, workers, assistance: as for ``GaitSearch``.
        """
        super().__init__(model, controller, settings, start, seed, workers, assistance)
        self._objective = SconeGaitObjective(pool, model, controller, settings, assistance)
        self._engine = engine

    def _setup(self) -> dict[str, Any]:
        setup = super()._setup()
        # A search of our own engine compares the keys that it knows; it shall refuse this one.
        return {**setup, "human": [setup["human"], self._engine], "engine": self._engine}


def certify(pool: WorkerPool, workers: int, model: HumanModel, gait: Gait) -> dict[str, Any]:
    """Return the figures of a 60 s walk in SCONE, and the walks survived (``robustness.figures``)."""
    with ThreadPoolExecutor(workers) as threads:
        return robustness.figures(SconeWalker(pool, model, gait), threads)
