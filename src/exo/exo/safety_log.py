"""What the safety limiter reported during a trial."""

from __future__ import annotations

import sys

from exo.cdr_layout import diagnostic_reports
from exo.recorded_topic import RecordedTopic

MESSAGE = "message"
KEYS = ("state", "rules", "fault", "gain", "level", "command_latency_s", "late_commands", "late_ticks")


class SafetyLog:
    """The reports on exo/safety_status by key, each a text per state; `message` is what the limiter says of itself."""

    def __init__(self, topic: RecordedTopic) -> None:
        """Decode the reports; keys that a report lacks, of an older recording, read as empty texts."""
        self.stamps_ns = topic.stamps_ns()
        """Times of the states that were judged, ns, shape (n,)."""
        self._columns: dict[str, list[str]] = {key: [] for key in (*KEYS, MESSAGE)}
        for raw in topic.raw():
            for _, text, values in diagnostic_reports(raw):
                for key in KEYS:
                    self._columns[key].append(sys.intern(values.get(key, "")))
                self._columns[MESSAGE].append(sys.intern(text))

    def __getitem__(self, key: str) -> list[str]:
        """Return the texts of a key, one per state."""
        return self._columns[key]

    def __len__(self) -> int:
        """Return the number of reports."""
        return len(self.stamps_ns)
