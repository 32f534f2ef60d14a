"""The process that trains. Its commands and events are those of ``exo_learning.training_worker``."""

import json
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

Event = dict[str, Any]

ENDED = "ended"
"""The event after all others: the process is over; ``message`` says how."""


class TrainingProcess:
    """A running training worker.

    A process and not a thread: training holds the interpreter's lock for long, and a node must answer meanwhile.
    It also keeps PyTorch out of the node.
    """

    def __init__(self, config: str, seed: int, output: str, threads: int) -> None:
        """Start the process; see ``exo_learning.training_worker.TrainingWorker`` for the arguments."""
        arguments = {"config": config, "seed": seed, "output": output, "threads": threads}
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "exo_learning.training_worker",
                *(f"--{name}={value}" for name, value in arguments.items()),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._events.put(json.loads(line))
        self._events.put({"event": ENDED, "message": _how_it_ended(self._process.wait())})

    def send(self, command: str) -> None:
        """Send a command. If the process has ended already, the event ``ended`` says so."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(f"{command}\n")
            self._process.stdin.flush()

    def event(self, timeout_s: float = 0.0) -> Event | None:
        """Return the next event, or None if none comes in this time."""
        try:
            return self._events.get(timeout=timeout_s) if timeout_s else self._events.get_nowait()
        except Empty:
            return None

    def end(self) -> None:
        """Let the process end after the buffer under way; the event ``ended`` follows."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()

    def kill(self) -> None:
        """End the process at once; its checkpoint stays whole."""
        self._process.kill()


def _how_it_ended(exit_code: int) -> str:
    if exit_code >= 0:
        return f"the training process ended with exit code {exit_code}; its own output says why"
    name = signal.Signals(-exit_code).name
    hint = ", as Linux does when memory runs out" if name == "SIGKILL" else ""
    return f"the training process was killed by {name}{hint}"
