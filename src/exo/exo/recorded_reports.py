"""The reports of one recorded topic of diagnostics, decoded while the recording is read."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from exo.cdr_layout import MALFORMED, diagnostic_reports, is_little_endian, stamp_ns
from exo_analysis.stamp_quality import ClockJump, without_jumps

Stamps = NDArray[np.int64]


class Report(NamedTuple):
    """One status of a diagnostic_msgs/DiagnosticArray."""

    stamp_ns: int
    name: str
    message: str
    values: dict[str, str]


class RecordedReports:
    """The messages of a topic of type diagnostic_msgs/DiagnosticArray, in the order of their recording."""

    def __init__(self, keys: Collection[str] | None = None) -> None:
        """Begin without messages; keep the values of these keys, of all if there are none."""
        self._keys = None if keys is None else frozenset(key.encode() for key in keys)
        self.reports: list[Report] = []
        self._stamps, self._received = array("q"), array("q")
        self.clock_jumps: list[ClockJump] = []
        """Which the stamps are freed from."""
        self.malformed = 0
        """Messages that were left out because they could not be read."""

    def extend(self, messages: Sequence[bytes], received_ns: Sequence[int]) -> None:
        """Add serialised messages and the times at which they were recorded."""
        for message, at_ns in zip(messages, received_ns, strict=True):
            self._append(message, at_ns)

    def _append(self, message: bytes, received_ns: int) -> None:
        try:
            if not is_little_endian(message):
                raise ValueError("big-endian byte order")
            at_ns, reports = stamp_ns(message), diagnostic_reports(message, self._keys)
        except MALFORMED:
            self.malformed += 1
            return
        self._stamps.append(at_ns)
        self._received.append(received_ns)
        for name, text, values in reports:
            self._keep(Report(at_ns, name, text, values))

    def _keep(self, report: Report) -> None:
        self.reports.append(report)

    def __len__(self) -> int:
        """Return the number of messages that could be read."""
        return len(self._stamps)

    def stamps_ns(self) -> Stamps:
        """Return the times in the headers, ns, shape (n,)."""
        return without_jumps(np.array(self._stamps, dtype=np.int64), self.received_ns(), self.clock_jumps)

    def received_ns(self) -> Stamps:
        """Return the times of the recorder, ns, shape (n,)."""
        return np.array(self._received, dtype=np.int64)
