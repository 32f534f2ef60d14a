"""The file that is kept of a trial beside its recordings, so that it can be resumed and judged."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import Field

from exo_control.config_files import ConfigModel, load_config
from exo_trial.schedule import Schedule


class TrialFile(ConfigModel):
    """What a trial is."""

    schedule: Schedule
    arguments: dict[str, str]
    """Launch arguments, paths made absolute."""
    mass_kg: float = Field(gt=0.0)
    """Of the subject."""

    def save(self, path: Path) -> None:
        """Write the file."""
        path.write_text(json.dumps(self.model_dump(), indent=2) + "\n")


def load_trial_file(path: Path) -> TrialFile:
    """Read the file of a trial.

    Raises:
        ConfigError: it is missing or is none.
    """
    return load_config(path, TrialFile)
