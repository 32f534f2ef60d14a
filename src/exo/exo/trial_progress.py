"""How far a trial in phases has come, by its recordings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from exo import trial_folder
from exo.trial_recording import KNOWN, Recording, load_recording
from exo_control.errors import ConfigError
from exo_nodes import topics
from exo_trial.phase_runs import PhaseRun, first_unfinished, phase_runs


def phase_to_go_on_with(trial: Path, phases: int) -> int | None:
    """Return the first phase of a trial that is not finished; None if all ``phases`` are.

    Of a recording of which nothing can be read no phase counts.
    """
    recordings, _ = readable_recordings(trial, topics.RECORDED_OF_PHASES)
    return first_unfinished([run for recording in recordings.values() for run in recorded_runs(recording)], phases)


def readable_recordings(trial: Path, only: Sequence[str] = KNOWN) -> tuple[dict[str, Recording], list[str]]:
    """Return the recordings of a trial by their folder's name, and why the others, broken off or damaged, are none.

    Args:
        trial: its folder.
        only: topics to read.
    """
    readable: dict[str, Recording] = {}
    problems: list[str] = []
    for bag in trial_folder.recordings(trial):
        try:
            readable[bag.name] = load_recording(bag, only)
        except ConfigError as error:
            problems.append(str(error))
    return readable, problems


def recorded_runs(recording: Recording) -> list[PhaseRun]:
    """Return the passes through phases in a recording; none if it is of no trial in phases."""
    stamps = [int(topic.stamps_ns()[-1]) for topic in recording.topics.values() if len(topic)]
    return phase_runs(recording.phase_marks, max(stamps, default=0))
