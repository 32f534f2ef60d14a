"""How much memory the processes of a launch take."""

from __future__ import annotations

from contextlib import suppress

import psutil

MIB = 2**20


def node_name(command: list[str]) -> str | None:
    """Return what a command line of a launch runs: the name of the ROS node, or the recorder."""
    for word in command:
        if word.startswith("__node:="):
            return word.partition(":=")[2]
    return "recorder" if command[1:] and "bag" in command and "record" in command and "--" not in command else None


class LaunchMemory:
    """Reads the resident memory of the nodes and the recorder below a process.

    Looking for processes and reading their command lines holds them up for milliseconds, so it is done only until no
    new one comes; reading what they take does not.
    """

    def __init__(self, parent: int) -> None:
        """Watch the descendants of a process."""
        self._parent = parent
        self._found: dict[str, psutil.Process] = {}
        self._settled = False

    def read_mib(self) -> dict[str, float]:
        """Return the resident memory, MiB, by name of what runs."""
        if not self._settled:
            before = set(self._found)
            self._look()
            self._settled = bool(before) and before == set(self._found)
        memory = {}
        for name, process in self._found.items():
            with suppress(psutil.NoSuchProcess):
                memory[name] = process.memory_info().rss / MIB
        return memory

    def _look(self) -> None:
        with suppress(psutil.NoSuchProcess):
            for process in psutil.Process(self._parent).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    if name := node_name(process.cmdline()):
                        self._found[name] = process
