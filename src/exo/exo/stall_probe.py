"""How late this machine lets a process act that sleeps: what no program on it can do better."""

from __future__ import annotations

import os
import threading
import time

from exo_control.joints import POLICY_PERIOD_S

STALL_S = 0.25 * POLICY_PERIOD_S
"""What a command takes leaves little more of its part of the period: device, drives, policy and device act in turn."""

PERIOD_S = 0.001

SEEN_S = STALL_S - PERIOD_S
"""So late is the probe at least if the machine stalls for STALL_S: it may have slept for a first part of that."""


class StallProbe:
    """Threads that sleep until absolute times, PERIOD_S apart, and note when they were woken too late."""

    def __init__(self, realtime_priority: int = 0) -> None:
        """Begin at once, and end with ``stop``.

        Args:
            realtime_priority: SCHED_FIFO priority of the probe, which then watches each processor. Above that of the
                processes it speaks for it finds the machine late, never them. 0: one thread like any other.

        Raises:
            PermissionError: the system does not grant the priority.
        """
        self.stalls: list[tuple[int, float]] = []
        """Time of each stall's end, ns since 1970, and how late the probe was, s."""
        self.worst_s = 0.0
        self._stopped = threading.Event()
        processors = (
            [{number} for number in os.sched_getaffinity(0)] if realtime_priority else [os.sched_getaffinity(0)]
        )
        self._threads = [threading.Thread(target=self._watch, daemon=True) for _ in processors]
        for thread, processor in zip(self._threads, processors, strict=True):
            thread.start()
            if realtime_priority and thread.native_id is not None:
                os.sched_setaffinity(thread.native_id, processor)
                os.sched_setscheduler(thread.native_id, os.SCHED_FIFO, os.sched_param(realtime_priority))

    def _watch(self) -> None:
        due_s = time.monotonic()
        while not self._stopped.is_set():
            due_s += PERIOD_S
            time.sleep(max(due_s - time.monotonic(), 0.0))
            late_s = time.monotonic() - due_s
            self.worst_s = max(self.worst_s, late_s)
            if late_s >= SEEN_S:
                self.stalls.append((time.time_ns(), late_s))
                due_s += late_s

    def stop(self) -> None:
        """End the threads."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()
