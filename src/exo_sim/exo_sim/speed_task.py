"""One walk of a speed study, as a task that any process can do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from exo_sim.code_version import content_key
from exo_sim.evaluation import Condition, Evaluation
from exo_sim.evaluation_content import evaluation_content


@dataclass(frozen=True)
class SpeedTask:
    """A policy on the gait of one speed, under one seed's noise and disturbances."""

    speed: str
    evaluation: Evaluation
    condition: Condition
    seconds: float
    seed: int

    @property
    def name(self) -> str:
        """Of speed and seed."""
        return f"{self.speed}_{self.seed}".translate(str.maketrans(" /", "__"))

    @property
    def key(self) -> str:
        """Return the hash that tells whether a stored result is that of this task."""
        walk = [self.condition.peak_nm, self.seconds, self.seed]
        return content_key({"evaluation": evaluation_content(self.evaluation, self.condition.policy), "walk": walk})

    def run(self) -> dict[str, Any]:
        """Walk, and return plain values."""
        return {"key": self.key, **asdict(self.evaluation.walk_condition(self.condition, self.seconds, self.seed))}
