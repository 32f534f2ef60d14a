"""Walks in SCONE for searches: each in a worker process, so that many go on at once."""

from __future__ import annotations

import numpy as np

from exo_control.zero import ZeroPolicy
from exo_scone.people import make_scone_human
from exo_sim.assistance import Assistance
from exo_sim.assisted_walk import AssistedWalker
from exo_sim.disturbance import Disturbance
from exo_sim.engine.model_arrays import Floats, ModelArrays, model_arrays
from exo_sim.gait import Gait
from exo_sim.human_model import HumanModel
from exo_sim.walk import Walk
from exo_sim.worker_pool import WorkerPool

Person = tuple[HumanModel, Gait, Assistance | None]
Final = tuple[Floats, int, bool]


class SconeWalker(AssistedWalker):
    """Walks a gait in SCONE, in the processes of a pool; several threads may ask at once.

    A walk in which SCONE's integrator fails has fallen there: gains that a search tries may be such that no body bears.
    """

    def __init__(
        self,
        pool: WorkerPool,
        model: HumanModel,
        gait: Gait,
        assistance: Assistance | None = None,
        arrays: ModelArrays | None = None,
    ) -> None:
        """Prepare walks; SCONE's files are written by the process that walks.

        Args:
            pool: whose processes walk.
            model: the human model, scaled to the subject.
            gait: controller and gains.
            assistance: with which they walk; none by default.
            arrays: the model's arrays, where many walkers share them; made here when None.
        """
        self._pool, self._person = pool, (model, gait, assistance)
        self._arrays = arrays or model_arrays(model)
        self.safety_fault = ""

    @property
    def arrays(self) -> ModelArrays:
        """The human's."""
        return self._arrays

    def disturbed(self, seconds: float, disturbance: Disturbance, seed: int | list[int]) -> Walk:
        """Walk for some seconds, or until the fall, under disturbances drawn from a seed.

        Raises:
            SconeError, WorkerError: SCONE cannot walk the gait, or has ended the process.
        """
        return self._pool.call(_disturbed, self._person, seconds, disturbance, seed)

    def final(self, torque_nm: Floats, push_m_s: Floats) -> Final:
        """Walk under disturbing torques (n, 2) and pushes (n,); as ``AssistedWalker.final``.

        Raises:
            SconeError, WorkerError: SCONE cannot walk the gait, or has ended the process.
        """
        return self._pool.call(_final, self._person, torque_nm, push_m_s)


def _walker(person: Person) -> AssistedWalker:
    model, gait, assistance = person
    human = make_scone_human(model, gait)
    human.failure_is_fall = True
    if assistance is None:
        return AssistedWalker(model, gait, ZeroPolicy(), human=human)
    return assistance.walker(model, gait, human.physics_step_s, human)


def _disturbed(person: Person, seconds: float, disturbance: Disturbance, seed: int | list[int]) -> Walk:
    return _walker(person).disturbed(seconds, disturbance, seed)


def _final(person: Person, torque_nm: Floats, push_m_s: Floats) -> Final:
    state, done, fell = _walker(person).final(torque_nm, push_m_s)
    return np.nan_to_num(state), done, fell
