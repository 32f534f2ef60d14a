"""Stops what a launch leaves behind: the processes of a launch that was killed, and children of its processes.

The launch runs this file as a process of its own, in its own session, and holds the other end of its standard input.
When that closes, the launch has ended in whatever way. Every process that carries its mark in its environment then gets
SIGINT, SIGTERM and SIGKILL, with the waiting times of an orderly shutdown.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time

MARK_VARIABLE = "ROS2_SUBSET_LAUNCH"
GRACE_S = 5.0


class OrphanGuard:
    """Handle on the guard process, for the launch."""

    def __init__(self) -> None:
        self.mark = f"{os.getpid()}-{time.time_ns()}"
        # Neither site packages nor the caller's environment are needed, so it starts in a few milliseconds.
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, self.mark],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def release(self) -> None:
        """Let the guard look for what is left; the end of this process does the same."""
        assert self._process.stdin is not None
        self._process.stdin.close()


def _marked_processes(mark: bytes) -> list[int]:
    entry = MARK_VARIABLE.encode() + b"=" + mark
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/environ", "rb") as file:
                variables = file.read().split(b"\0")
        except OSError:
            continue  # ended meanwhile, or not ours
        if entry in variables:
            found.append(int(name))
    return found


def stop_orphans(mark: bytes) -> None:
    """Stop every process that carries the mark."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        for pid in _marked_processes(mark):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        deadline = time.monotonic() + GRACE_S
        while time.monotonic() < deadline:
            if not _marked_processes(mark):
                return
            time.sleep(0.05)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.stdin.buffer.read()
    stop_orphans(sys.argv[1].encode())
