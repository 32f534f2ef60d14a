"""The steps from random subjects to a report, and the folder that gathers the results."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exo import trial_folder
from exo.browser import find_browser

MINUTES = {False: 90, True: 2}
"""On two cores, in full and quick. Compiling the engine, which the first command does, is not counted."""
RESULTS = "results"
POLICY = "lstm_8nm"
SUBJECT = "s01"
"""The subject whose walks are recorded for the report."""

MADE_FROM = "made_from.json"
"""Beside a recorded walk: the launch arguments and hashes of the files that it was made with."""


def default_output(quick: bool) -> Path:
    """Return the folder of a reproduction; a check in minutes does not replace results."""
    return Path("runs/reproduce-quick" if quick else "runs/reproduce")


@dataclass(frozen=True)
class Reproduction:
    """What is done, and where."""

    output: Path
    quick: bool
    seed: int
    workers: int | None = None

    @property
    def study_steps(self) -> list[list[str]]:
        """The commands that find the subjects' gaits and walk the study; each of them goes on where it stopped."""
        from exo_control.config_files import config_path  # slow to import, and this module is part of `exo --help`

        workers = ["--workers", str(self.workers)] if self.workers is not None else []
        subjects, cohort_settings, study_settings, walks, seeds = "20", [], [], [], []
        if self.quick:
            subjects = "3"
            cohort_settings = ["--settings", str(config_path("cohort_quick.yaml"))]
            study_settings = ["--settings", str(config_path("study_quick.yaml"))]
            walks, seeds = ["--seeds", "1", "--seconds", "15"], ["--seeds", "3", "--seconds", "15"]
        in_study = ["--policy", POLICY, *study_settings, "--output", str(self._study), *workers]
        drawn = ["--subjects", subjects, "--seed", str(self.seed), *cohort_settings]
        return [
            ["exo", "cohort", *drawn, "--output", str(self._cohort), *workers],
            ["exo", "study", "--cohort", str(self._cohort), *walks, *in_study],
            ["exo", "study", "--speeds", *seeds, *in_study],
        ]

    @property
    def trial_steps(self) -> list[list[str]]:
        """The commands that record a walk under each condition of the study and are not done yet with this study."""
        launch = ["ros2", "launch", "exo", "sim.launch.py"]
        return [
            [*launch, *(f"{name}:={value}" for name, value in self._arguments(policy).items())]
            for policy in self._trials
            if not self._is_recorded(policy)
        ]

    @property
    def report_step(self) -> list[str]:
        """The command that writes the report of walks and study, as a PDF too where Chromium is installed."""
        tables = ["--changes", str(self._study / "study_changes.csv")]
        tables += ["--changes", str(self._study / "cost_of_transport_changes.csv")]
        tables += ["--study", str(self._study / "speeds.csv")]
        page = str(self.output / RESULTS / "report.html")
        pdf = ["--pdf"] if find_browser() else []
        title = f"Assistance at {POLICY.partition('_')[2].replace('nm', ' Nm')} in simulation"
        return ["exo", "report", *map(str, self._trials.values()), *tables, "--title", title, "--output", page, *pdf]

    @property
    def _cohort(self) -> Path:
        return self.output / "cohort"

    @property
    def _study(self) -> Path:
        return self.output / "study"

    @property
    def _trials(self) -> dict[str, Path]:
        return {policy: self.output / "trials" / policy for policy in ("zero", "dofc", POLICY)}

    def _arguments(self, policy: str) -> dict[str, str]:
        subject, gait = (str(self._cohort / kind / f"{SUBJECT}.yaml") for kind in ("subjects", "gaits"))
        return {
            "namespace": "reproduce",  # not the topics of a device that may be worn at the moment
            "lockstep": "true",
            "duration": "15" if self.quick else "60",
            "subject": subject,
            "gait": gait,
            "policy": policy,
            "policy_params": str(self._dofc_parameters),
            "trial_dir": str(self._trials[policy]),
        }

    def _made_from(self, policy: str) -> dict[str, Any]:
        """Return what decides a walk."""
        from exo_control.registry import policy_file

        arguments = self._arguments(policy)
        paths = {name: Path(arguments[name]) for name in ("subject", "gait", "policy_params")}
        if (file := policy_file(policy)) is not None:
            paths["policy"] = file
        hashes = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in paths.items()}
        return {"arguments": arguments, "sha256": hashes}

    def _is_recorded(self, policy: str) -> bool:
        folder = self._trials[policy]
        if not (folder / trial_folder.SUMMARY).is_file():
            return False
        try:
            return bool(json.loads((folder / MADE_FROM).read_text()) == self._made_from(policy))
        except (OSError, ValueError):
            return False

    @property
    def _dofc_parameters(self) -> Path:
        return self.output / "trials" / "policy.yaml"

    def prepare_trials(self) -> None:
        """Write the parameters of the policies, with what the study tuned for the subject, and forget recordings that
        are broken or were made from something else.
        """
        import yaml

        from exo_control.config_files import config_path

        self._dofc_parameters.parent.mkdir(parents=True, exist_ok=True)
        content = yaml.safe_load(config_path("policy.yaml").read_text())
        tuned = json.loads((self._study / "study.json").read_text())["dofc"][SUBJECT]
        parameters = content["/**/policy"]["ros__parameters"]
        parameters |= {"dofc.delay_s": tuned["delay_s"], "dofc.gain_nm": tuned["gain_nm"]}
        self._dofc_parameters.write_text(yaml.safe_dump(content))
        for policy, folder in self._trials.items():
            if not self._is_recorded(policy):
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(exist_ok=True)
                (folder / MADE_FROM).write_text(json.dumps(self._made_from(policy), indent=1) + "\n")

    def gather(self) -> list[Path]:
        """Copy tables, statistics and pictures of the study to the report, and return all of them."""
        folder = self.output / RESULTS
        folder.mkdir(parents=True, exist_ok=True)
        found = [p for p in sorted(self._study.iterdir()) if p.suffix in (".csv", ".json", ".png")]
        copied = [Path(shutil.copy(path, folder)) for path in found]
        return [*copied, *folder.glob("report.*")]
