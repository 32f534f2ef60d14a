"""What a subject's walks in a study come to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from exo_sim.evaluation import NO_EXO
from exo_sim.study_task import CONDITIONS

METRICS = {
    "net_metabolic_rate": "net metabolic rate, W/kg",
    "net_cost_of_transport": "net cost of transport, J/(kg m)",
}
"""What is compared. The second is the first over speed: what a treadmill at fixed speed would show."""


@dataclass(frozen=True)
class SubjectMeans:
    """A subject's means over the seeds on which no condition ended in a fall; a figure by condition."""

    name: str
    seeds: int
    net_metabolic_rate: dict[str, float]
    net_cost_of_transport: dict[str, float]
    speed_mps: dict[str, float]
    torque_rms_nm: dict[str, float]
    falls: dict[str, int]
    safety_faults: dict[str, int]
    """Walks in which the safety limiter took the torque away for good."""

    def change(self, metric: str, condition: str) -> float:
        """Return the change of a metric in percent of no exoskeleton; negative is less."""
        values: dict[str, float] = getattr(self, metric)
        return 100.0 * (values[condition] / values[NO_EXO.name] - 1.0)


def subject_means(result: dict[str, Any]) -> SubjectMeans:
    """Return the means of a subject's results; NaN where a condition fell on every seed."""
    walks: dict[str, list[dict[str, Any]]] = result["walks"]
    whole = [
        seed for seed in range(len(walks[NO_EXO.name])) if not any(walks[name][seed]["fell"] for name in CONDITIONS)
    ]

    def means(figure: Callable[[dict[str, Any]], float]) -> dict[str, float]:
        return {
            name: float(np.mean([figure(walks[name][seed]) for seed in whole])) if whole else float("nan")
            for name in CONDITIONS
        }

    return SubjectMeans(
        result["subject"],
        len(whole),
        means(lambda walk: walk["cot_net"] * walk["speed_mps"]),
        means(lambda walk: walk["cot_net"]),
        means(lambda walk: walk["speed_mps"]),
        means(lambda walk: walk["torque_rms_nm"]),
        {name: sum(walk["fell"] for walk in walks[name]) for name in CONDITIONS},
        {name: sum(bool(walk["safety_fault"]) for walk in walks[name]) for name in CONDITIONS},
    )
