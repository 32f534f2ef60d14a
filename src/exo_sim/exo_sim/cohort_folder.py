"""Where the subjects of a cohort and their gaits are kept."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import yaml

from exo_control.config_files import config_path
from exo_control.errors import ConfigError
from exo_sim.gait import Gait, load_gait
from exo_sim.gait_task import robustness
from exo_sim.subject import Subject, load_subject

SHIPPED = "cohort"


@dataclass(frozen=True)
class Walker:
    """A subject with a gait of its own."""

    name: str
    subject: Subject
    gait: Gait

    @property
    def survived(self) -> int:
        """Of 20 walks of 20 s under +-8 Nm at the hips, those without a fall."""
        return robustness(self.gait)[0]


@dataclass(frozen=True)
class CohortFolder:
    """A file per subject and one per gait, of the same name."""

    subjects: Path
    gaits: Path

    def save_subject(self, name: str, subject: Subject) -> None:
        """Write a subject's file."""
        self.subjects.mkdir(parents=True, exist_ok=True)
        content = subject.model_dump(exclude_none=True)
        (self.subjects / f"{name}.yaml").write_text(yaml.safe_dump(content, sort_keys=False, width=120))

    def check_is(self, name: str, subject: Subject) -> None:
        """Check that the person of this name in the folder, if there is one, is this person.

        Raises:
            ConfigError: it is somebody else.
        """
        path = self.subjects / f"{name}.yaml"
        if path.is_file() and _without_provenance(load_subject(str(path))) != _without_provenance(subject):
            raise ConfigError(f"{path}: is another person, of another seed or other settings; name another --output")

    def check_only(self, names: Collection[str]) -> None:
        """Check that the folder holds nobody else.

        Raises:
            ConfigError: it does.
        """
        others = sorted(path.stem for path in self.subjects.glob("*.yaml") if path.stem not in names)
        if others:
            raise ConfigError(
                f"{self.subjects}: {len(others)} more subjects are there ({others[0]} to {others[-1]}), and a study "
                "walks all; draw as many again, or name another --output"
            )

    def save_gait(self, name: str, gait: Gait) -> None:
        """Write a gait's file."""
        gait.save(self.gaits / f"{name}.yaml")

    def walkers(self) -> list[Walker]:
        """Return the subjects that have a gait, by name.

        Raises:
            ConfigError: there is none, a subject has no gait, or a file is malformed.
        """
        names = sorted(path.stem for path in self.subjects.glob("*.yaml"))
        if not names:
            raise ConfigError(f"{self.subjects}: has no subjects; make a cohort with `exo cohort --output DIR`")
        missing = [name for name in names if not (self.gaits / f"{name}.yaml").is_file()]
        if missing:
            raise ConfigError(f"{self.gaits}: no gait of {', '.join(missing)}; `exo cohort` goes on where it stopped")
        return [
            Walker(name, load_subject(str(self.subjects / f"{name}.yaml")), load_gait(str(self.gaits / f"{name}.yaml")))
            for name in names
        ]


def _without_provenance(subject: Subject) -> Subject:
    return subject.model_copy(update={"provenance": {}})


def cohort_folder(name_or_path: str) -> CohortFolder:
    """Return the shipped cohort by its name, or that in a folder that ``exo cohort`` wrote.

    Raises:
        ConfigError: the shipped cohort is not installed.
    """
    if name_or_path == SHIPPED:
        return CohortFolder(config_path("subjects", SHIPPED), config_path("gaits", SHIPPED))
    return CohortFolder(Path(name_or_path) / "subjects", Path(name_or_path) / "gaits")
