"""What lies in a trial folder."""

import re
from pathlib import Path

BAG = "bag"
"""The recording; those of a trial that was resumed are bag_2, bag_3 and so on."""

TRIAL = "trial.json"
"""Of a trial in phases: its schedule and launch arguments (exo_trial.trial_file)."""

SUMMARY = "summary.json"
PLOT = "summary.png"
VIDEO = "walk.gif"

SPIROMETER = "spirometer.csv"
"""A spirometer's export, put there by whoever measured (exo_analysis.spirometer_file)."""

_NAME = re.compile(rf"{BAG}(_\d+)?")


def recordings(trial: Path) -> list[Path]:
    """Return the folders of the recordings of a trial, in the order of their making."""
    return sorted((path for path in trial.glob(f"{BAG}*") if _NAME.fullmatch(path.name)), key=_number)


def next_recording(trial: Path) -> Path:
    """Return the folder of a recording that is still to be made."""
    done = recordings(trial)
    return trial / (f"{BAG}_{_number(done[-1]) + 1}" if done else BAG)


def _number(recording: Path) -> int:
    return 1 if recording.name == BAG else int(recording.name.removeprefix(f"{BAG}_"))
