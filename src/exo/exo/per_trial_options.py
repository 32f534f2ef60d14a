"""Options of the form TRIAL=VALUE that several subcommands share: what belongs to one of the trials named."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from pathlib import Path

from exo import trial_folder
from exo_control.errors import ConfigError


def add_spirometer_options(parser: argparse.ArgumentParser) -> None:
    """Add --spirometer and --offset-s."""
    parser.add_argument(
        "--spirometer",
        action="append",
        default=[],
        metavar="TRIAL=FILE",
        help=f"a trial's spirometer export; default: {trial_folder.SPIROMETER} in the trial folder, if it is there; "
        "may be given for each",
    )
    parser.add_argument(
        "--offset-s",
        action="append",
        default=[],
        metavar="TRIAL=SECONDS",
        help="spirometer's time when a trial began, s; default: both were started together; may be given for each",
    )


def per_trial(option: str, pairs: Sequence[str], trials: Sequence[Path]) -> dict[Path, str]:
    """Return the values by trial.

    Args:
        option: name, for messages.
        pairs: texts of the form TRIAL=VALUE.
        trials: those named on the command line.

    Raises:
        ConfigError: a text has another form, its trial is not among those named, or is there twice.
    """
    # Paths are compared made absolute, and may hold an equals sign of their own.
    known = {trial.absolute(): trial for trial in trials}
    values: dict[Path, str] = {}
    for pair in pairs:
        at = [index for index, letter in enumerate(pair) if letter == "="]
        if not at:
            raise ConfigError(f"{option} {pair}: needs TRIAL=VALUE, such as {trials[0] if trials else 'trials/A'}=...")
        splits = [(pair[:index], pair[index + 1 :]) for index in at]
        found = [(known[Path(name).absolute()], value) for name, value in splits if Path(name).absolute() in known]
        if not found:
            named = ", ".join(str(trial) for trial in trials)
            raise ConfigError(f"{option} {pair}: '{splits[0][0]}' is none of the trials named: {named}")
        trial, value = found[0]
        if trial in values:
            raise ConfigError(f"{option}: {trial} is there twice; give it once")
        values[trial] = value
    return values


def spirometer_files(
    trials: Sequence[Path], spirometer: Sequence[str], offset_s: Sequence[str]
) -> dict[Path, tuple[Path, float]]:
    """Return spirometer file and offset, s, of those trials that have a file.

    Raises:
        ConfigError: an option is wrong, an offset is no number, or is of a trial without a file.
    """
    given = per_trial("--spirometer", spirometer, trials)
    files = {trial: Path(given[trial]) if trial in given else trial / trial_folder.SPIROMETER for trial in trials}
    found = {trial: (path, 0.0) for trial, path in files.items() if trial in given or path.is_file()}
    for trial, text in per_trial("--offset-s", offset_s, trials).items():
        if trial not in found:
            raise ConfigError(f"--offset-s {trial}={text}: no spirometer file; name one: --spirometer {trial}=FILE")
        try:
            seconds = float(text)
        except ValueError:
            seconds = math.nan
        if not math.isfinite(seconds):
            raise ConfigError(f"--offset-s {trial}={text}: '{text}' is no number of seconds")
        found[trial] = (found[trial][0], seconds)
    return found
