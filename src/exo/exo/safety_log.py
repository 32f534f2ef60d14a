"""What the safety limiter reported during a trial."""

from __future__ import annotations

import sys

from exo.recorded_reports import RecordedReports, Report

MESSAGE = "message"
KEYS = ("state", "rules", "fault", "gain", "level", "command_latency_s", "late_commands", "late_ticks")


class SafetyLog(RecordedReports):
    """The reports on exo/safety_status by key, each a text per state; `message` is what the limiter says of itself.

    Of an hour these are 360 000, so they are kept as columns.
    """

    def __init__(self) -> None:
        """Begin without reports."""
        super().__init__(KEYS)
        self._columns: dict[str, list[str]] = {key: [] for key in (*KEYS, MESSAGE)}

    def _keep(self, report: Report) -> None:
        """Keep a report; keys that it lacks, of an older recording, read as empty texts."""
        for key in KEYS:
            self._columns[key].append(sys.intern(report.values.get(key, "")))
        self._columns[MESSAGE].append(sys.intern(report.message))

    def __getitem__(self, key: str) -> list[str]:
        """Return the texts of a key, one per state."""
        return self._columns[key]
