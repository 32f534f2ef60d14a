"""How much memory the processes of a launch take."""

from __future__ import annotations

from collections.abc import Iterable

import psutil

MIB = 2**20


def node_name(command: list[str]) -> str | None:
    """Return what a command line of a launch runs: the name of the ROS node, or the recorder."""
    for word in command:
        if word.startswith("__node:="):
            return word.partition(":=")[2]
    return "recorder" if command[1:] and "bag" in command and "record" in command and "--" not in command else None


def resident_mib(parent: int) -> dict[str, float]:
    """Return the resident memory of the nodes and the recorder below a process, MiB by name."""
    memory: dict[str, float] = {}
    for process in _descendants(parent):
        try:
            if name := node_name(process.cmdline()):
                memory[name] = process.memory_info().rss / MIB
        except psutil.NoSuchProcess:
            continue
    return memory


def _descendants(parent: int) -> Iterable[psutil.Process]:
    try:
        return list(psutil.Process(parent).children(recursive=True))
    except psutil.NoSuchProcess:
        return []
