"""Real-time priority."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from exo_nodes import scheduling
from exo_nodes.scheduling import PriorityError, set_realtime_priority


def test_all_threads_get_the_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: dict[int, tuple[int, int]] = {}
    locked: list[bool] = []

    def note(thread: int, policy: int, parameters: os.sched_param) -> None:
        calls[thread] = (policy, parameters.sched_priority)

    monkeypatch.setattr(os, "sched_setscheduler", note)
    monkeypatch.setattr(scheduling, "_lock_memory", lambda: locked.append(True))
    monkeypatch.setattr(scheduling, "_keep_processors_awake", lambda: None)
    stop = threading.Event()
    other = threading.Thread(target=stop.wait)
    other.start()
    try:
        set_realtime_priority(30)
        assert {threading.get_native_id(), other.native_id} <= set(calls)
        assert set(calls.values()) == {(os.SCHED_FIFO, 30)}
        assert locked == [True]
    finally:
        stop.set()
        other.join()


def test_memory_stays_in_place() -> None:
    # In a process of its own: the lock is for good.
    script = (
        "import resource\n"
        "from exo_nodes.scheduling import _lock_memory\n"
        "_lock_memory()\n"
        "data = bytearray(1 << 20)\n"
        "print(next(line for line in open('/proc/self/status') if line.startswith('VmLck')))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    if "memory lock" in done.stderr:
        pytest.skip("this machine lets nobody lock memory")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[1]) > 1024  # kB


def test_processors_are_kept_awake_until_the_process_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "cpu_dma_latency"
    monkeypatch.setattr(scheduling, "WAKE_LATENCY_FILE", file)
    scheduling._keep_processors_awake()  # a system without it
    assert not file.exists()
    file.write_bytes(b"")
    scheduling._keep_processors_awake()
    assert file.read_bytes() == bytes(4)
    (held,) = [fd for fd in Path("/proc/self/fd").iterdir() if fd.exists() and fd.samefile(file)]
    os.close(int(held.name))


@pytest.mark.parametrize("refused", ["priority", "memory"])
def test_a_refusal_says_what_to_do(monkeypatch: pytest.MonkeyPatch, refused: str) -> None:
    def refuse(*arguments: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setscheduler", refuse if refused == "priority" else lambda *arguments: None)
    monkeypatch.setattr(scheduling, "_lock_memory", refuse)
    with pytest.raises(PriorityError, match=r"_priority = 30: not permitted \(Operation not permitted\); set 0"):
        set_realtime_priority(30)
