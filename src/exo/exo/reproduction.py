"""The steps from random subjects to a study's results, and the folder that gathers them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

MINUTES = {False: 30, True: 2}
"""On two cores, in full and quick, from the processor time of its parts: 67 s for a search, 60 s for a subject's walks,
7 s for a walk at another speed. Compiling the engine, which the first command does, is not counted."""
RESULTS = "results"


@dataclass(frozen=True)
class Reproduction:
    """What is done, and where."""

    output: Path
    quick: bool
    seed: int
    workers: int | None = None

    @property
    def steps(self) -> list[list[str]]:
        """The arguments of each ``exo`` command, in order; each of them goes on where it stopped."""
        from exo_control.config_files import config_path  # slow to import, and this module is part of `exo --help`

        cohort, study = str(self.output / "cohort"), str(self.output / "study")
        workers = ["--workers", str(self.workers)] if self.workers is not None else []
        subjects, cohort_settings, study_settings, walks, seeds = "20", [], [], [], []
        if self.quick:
            subjects = "3"
            cohort_settings = ["--settings", str(config_path("cohort_quick.yaml"))]
            study_settings = ["--settings", str(config_path("study_quick.yaml"))]
            walks, seeds = ["--seeds", "1", "--seconds", "15"], ["--seeds", "3", "--seconds", "15"]
        in_study = [*study_settings, "--output", study, *workers]
        drawn = ["--subjects", subjects, "--seed", str(self.seed), *cohort_settings]
        return [
            ["cohort", *drawn, "--output", cohort, *workers],
            ["study", "--cohort", cohort, *walks, *in_study],
            ["study", "--speeds", *seeds, *in_study],
        ]

    def gather(self) -> list[Path]:
        """Copy tables, statistics and pictures of the study into one folder, and return them."""
        folder = self.output / RESULTS
        folder.mkdir(parents=True, exist_ok=True)
        found = [p for p in sorted((self.output / "study").iterdir()) if p.suffix in (".csv", ".json", ".png")]
        return [Path(shutil.copy(path, folder)) for path in found]
