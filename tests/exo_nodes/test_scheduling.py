"""Real-time priority."""

import os
import threading

import pytest

from exo_nodes.scheduling import PriorityError, set_realtime_priority


def test_all_threads_get_the_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: dict[int, tuple[int, int]] = {}

    def note(thread: int, policy: int, parameters: os.sched_param) -> None:
        calls[thread] = (policy, parameters.sched_priority)

    monkeypatch.setattr(os, "sched_setscheduler", note)
    stop = threading.Event()
    other = threading.Thread(target=stop.wait)
    other.start()
    try:
        set_realtime_priority(30)
        assert {threading.get_native_id(), other.native_id} <= set(calls)
        assert set(calls.values()) == {(os.SCHED_FIFO, 30)}
    finally:
        stop.set()
        other.join()


def test_a_refusal_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    with pytest.raises(PriorityError, match="realtime_priority = 30: not permitted; set 0, or allow it"):
        set_realtime_priority(30)
