"""How far a trial in phases has come, by its recordings."""

from __future__ import annotations

from pathlib import Path

from exo import trial_folder
from exo.trial_recording import Recording, load_recording
from exo_nodes import topics
from exo_trial.phase_runs import PhaseRun, first_unfinished, phase_runs


def phase_to_go_on_with(trial: Path, phases: int) -> int | None:
    """Return the first phase of a trial that is not finished; None if all ``phases`` are.

    Raises:
        ConfigError: a recording cannot be read.
    """
    bags = trial_folder.recordings(trial)
    runs = [run for bag in bags for run in recorded_runs(load_recording(bag, topics.RECORDED_OF_PHASES))]
    return first_unfinished(runs, phases)


def recorded_runs(recording: Recording) -> list[PhaseRun]:
    """Return the passes through phases in a recording; none if it is of no trial in phases."""
    stamps = [int(topic.stamps_ns()[-1]) for topic in recording.topics.values() if len(topic)]
    return phase_runs(recording.phase_marks, max(stamps, default=0))
