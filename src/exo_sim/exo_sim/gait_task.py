"""The search of one subject's own gait, as a task that any process or machine can do."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from exo_control.errors import ConfigError
from exo_sim.code_version import code_version, content_key, library_versions
from exo_sim.cohort_settings import CohortGait
from exo_sim.gait import Gait
from exo_sim.gait_objective import GaitOptimisation
from exo_sim.gait_search import GaitSearch
from exo_sim.human_model import HumanModel
from exo_sim.robustness import certify
from exo_sim.subject import Subject


def robustness(gait: Gait) -> tuple[int, int]:
    """Return what a cohort's gaits are judged by: of 20 walks each, those survived at +-8 Nm, and with pushes."""
    figures = gait.provenance["figures"]
    return int(figures["survived_of_20_at_8_nm"]), int(figures["survived_of_20_pushes"])


@dataclass(frozen=True)
class GaitTask:
    """All that determines a gait; the same task gives the same gait anywhere."""

    name: str
    """Of the subject."""
    model: HumanModel
    """Scaled to the subject."""
    start: Gait
    settings: GaitOptimisation
    seed: int
    version: str
    """Of the code that made the task, which has to be that of the machine that does it."""

    @property
    def key(self) -> str:
        """Return the hash that the gait is stored under: of the body, controller, settings, start, seed and code."""
        return content_key(
            {
                "human": self.model.content_hash(),
                "controller": self.start.controller.model_dump(),
                "settings": self.settings.model_dump(),
                "start": {"gains": dict(self.start.gains), "offsets": dict(self.start.offsets)},
                "seed": self.seed,
                "code": self.version,
            }
        )

    def run(self, checkpoint: Path | None = None) -> Gait:
        """Search on one core, and return the gait with its figures in the provenance.

        Args:
            checkpoint: file to go on from, written every 20 s; without one an interrupted search begins anew.

        Raises:
            ConfigError: this machine has another version of exo than the one that made the task.
        """
        if code_version() != self.version:
            raise ConfigError(f"subject {self.name}: this worker has another version of exo; install the same commit")
        search = GaitSearch(self.model, self.start.controller, self.settings, self.start, self.seed, workers=1)
        if checkpoint is not None and checkpoint.exists():
            search.resume(checkpoint)
        search.run(checkpoint)
        gait = replace(search.gait(), controller_path=self.start.controller_path)
        progress = search.progress
        provenance: Mapping[str, Any] = {
            "subject": self.name,
            "key": self.key,
            "seed": self.seed,
            "generations": progress.generation,
            "evaluations": progress.evaluations,
            "minutes": round(progress.elapsed_s / 60.0, 2),
            "human_sha256": self.model.content_hash(),
            "code_sha256": self.version,
            "versions": library_versions() | {"python": platform.python_version()},
            "figures": certify(self.model, gait),
            "settings": self.settings.model_dump(),
        }
        return replace(gait, provenance=provenance)


def make_gait_task(
    name: str, subject: Subject, gait: CohortGait, start: Gait, model: HumanModel, seed: int, speed_part: float = 1.0
) -> GaitTask:
    """Return the search of a subject's gait at the preferred speed, or a part of it.

    Args:
        name: of the subject.
        subject: to scale the model to.
        gait: settings of the cohort.
        start: where the search begins.
        model: the human before scaling.
        seed: of the search.
        speed_part: of the preferred speed.

    Raises:
        ConfigError: the subject has no preferred speed, or it is out of range.
    """
    if subject.preferred_speed_m_s is None:
        raise ConfigError(f"subject {name}: preferred_speed_m_s is missing; a gait is optimised for a speed")
    settings = gait.optimisation(subject.preferred_speed_m_s * speed_part)
    return GaitTask(name, subject.scaled(model), start, settings, seed, code_version())
