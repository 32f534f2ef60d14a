"""One subject's part of a study: no exoskeleton, tuned DOFC and a policy, as a task that any process can do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from exo_sim.code_version import content_key
from exo_sim.cohort_folder import Walker
from exo_sim.dofc_tuning import DOFC_NAME, tune_dofc
from exo_sim.evaluation import NO_EXO, Condition, Evaluation
from exo_sim.evaluation_content import evaluation_content
from exo_sim.evaluation_settings import EvaluationSettings
from exo_sim.human_model import load_human_model
from exo_sim.worker_pool import WorkerPool

POLICY_NAME = "LSTM-PPO"
"""What a study calls its policy, after the paper."""
CONDITIONS = (NO_EXO.name, DOFC_NAME, POLICY_NAME)


@dataclass(frozen=True)
class StudyTask:
    """All that determines one subject's results."""

    walker: Walker
    settings: EvaluationSettings
    policy: str
    """Name or path, as for ``make_policy``."""
    peak_nm: float
    seeds: int
    seconds: float

    @property
    def name(self) -> str:
        """Of the subject."""
        return self.walker.name

    @property
    def evaluation(self) -> Evaluation:
        """The subject with the own gait, and the noise and disturbances of all conditions."""
        model = self.walker.subject.scaled(load_human_model(self.walker.gait.human))
        return Evaluation(model, self.walker.gait, self.settings)

    @property
    def key(self) -> str:
        """Return the hash that tells whether stored results are those of this task."""
        walks = [self.policy, self.peak_nm, self.seeds, self.seconds]
        return content_key({"evaluation": evaluation_content(self.evaluation, self.policy), "walks": walks})

    def run(self) -> dict[str, Any]:
        """Tune DOFC to this subject, walk all conditions on the same seeds, and return plain values."""
        evaluation = self.evaluation
        first = self.settings.first_seed
        with WorkerPool(1) as pool:
            sweep = tune_dofc(evaluation, self.peak_nm, pool)
            conditions = [NO_EXO, sweep.best.condition(self.peak_nm), Condition(POLICY_NAME, self.policy, self.peak_nm)]
            walks = evaluation.walks(conditions, self.seconds, range(first, first + self.seeds), pool)
        return {
            "subject": self.walker.name,
            "key": self.key,
            "mass_kg": self.walker.subject.mass_kg,
            "dofc": {**asdict(sweep.best), "at_edge": sweep.best_is_at_edge},
            "walks": {name: [asdict(walk) for walk in some] for name, some in zip(CONDITIONS, walks, strict=True)},
        }
