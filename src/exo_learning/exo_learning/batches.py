"""Batches of walking humans by the name of their engine."""

from __future__ import annotations

from collections.abc import Sequence

from exo_learning.scone_batch import SconeBatch
from exo_learning.walker_batch import Body, WalkerBatch
from exo_sim.gait import Gait
from exo_sim.human_model import HumanModel

Person = tuple[HumanModel, Gait]


def make_batch(
    engine: str, people: Sequence[Person], bodies: Sequence[Body], counts: Sequence[int], threads: int
) -> WalkerBatch:
    """Return a batch of humans at the start of their walks.

    Args:
        engine: native or scone.
        people: the different people.
        bodies: the same, prepared for our engine.
        counts: humans of each.
        threads: that simulate; processes in SCONE.

    Raises:
        SconeError: SCONE cannot be used, or cannot walk a gait.
    """
    if engine == "scone":
        return SconeBatch(people, bodies, counts, threads)
    return WalkerBatch(bodies, counts, threads)
