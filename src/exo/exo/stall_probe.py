"""How late this machine lets a process act that sleeps: what no program on it can do better."""

from __future__ import annotations

import threading
import time

from exo_control.joints import POLICY_PERIOD_S

STALL_S = 0.25 * POLICY_PERIOD_S
"""A command has half a period, in which two processes are woken, policy and device: this late for each is too late."""


class StallProbe:
    """A thread that sleeps until absolute times, 10 ms apart, and notes when it was woken too late."""

    def __init__(self) -> None:
        """Begin at once, and end with ``stop``."""
        self.stalls: list[tuple[int, float]] = []
        """Time of each stall's end, ns since 1970, and how late it was, s."""
        self.worst_s = 0.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        due_s = time.monotonic()
        while not self._stopped.is_set():
            due_s += POLICY_PERIOD_S
            time.sleep(max(due_s - time.monotonic(), 0.0))
            late_s = time.monotonic() - due_s
            self.worst_s = max(self.worst_s, late_s)
            if late_s >= STALL_S:
                self.stalls.append((time.time_ns(), late_s))
                due_s += late_s

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()
        self._thread.join()
