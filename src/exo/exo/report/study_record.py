"""What ``exo study`` keeps of a study beside its tables: command, falls and what a reader has to know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RECORDS = {
    "study.json": ("study", "study_changes", "cost_of_transport", "cost_of_transport_changes"),
    "speeds.json": ("speeds",),
}
"""Names of the tables by the file that tells of them."""


@dataclass(frozen=True)
class StudyRecord:
    """What is known of a study; empty of a table that is of none."""

    command: str = ""
    notes: list[str] = field(default_factory=list)
    falls: dict[str, int] = field(default_factory=dict)
    """By condition, of all walks."""
    walks: int = 0
    """Under each condition."""


def study_record(table: Path) -> StudyRecord:
    """Return what the file beside a table tells; a file that cannot be read is a note."""
    path = next((table.with_name(name) for name, tables in RECORDS.items() if table.stem in tables), None)
    if path is None or not path.is_file():
        return StudyRecord()
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return _of_speeds(content) if "speeds" in content else _of_subjects(content)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return StudyRecord(notes=[f"{path.name}: falls and notes of the study cannot be read: {error!r}"])


def _of_subjects(content: Mapping[str, Any]) -> StudyRecord:
    falls: dict[str, int] = {}
    for subject in content["subjects"]:
        for condition, count in subject["falls"].items():
            falls[condition] = falls.get(condition, 0) + count
    notes = [str(note) for note in content["notes"]]
    return StudyRecord(str(content["command"]), notes, falls, len(content["subjects"]) * content["seeds"])


def _of_speeds(content: Mapping[str, Any]) -> StudyRecord:
    seeds = content["seeds"]
    notes = [f"{content['seeds_compared']} of {seeds} seeds without a fall at any speed, which alone count"]
    falls = {speed: figures["falls"] for speed, figures in content["speeds"].items()}
    return StudyRecord(str(content["command"]), notes, falls, seeds)
