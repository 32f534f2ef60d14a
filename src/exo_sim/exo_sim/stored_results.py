"""Results that are kept one by one as they come, so that a stopped run goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from exo_sim.cohort import Pool


class StoredTask(Protocol):
    """A task whose result is worth keeping: plain values that say by their ``key`` what they are of."""

    @property
    def name(self) -> str:
        """Of the file that keeps the result."""
        ...

    @property
    def key(self) -> str:
        """Hash of all that determines the result."""
        ...

    def run(self) -> dict[str, Any]:
        """Do the task; the result holds the ``key``."""
        ...


def run_stored(
    tasks: Sequence[StoredTask], folder: Path, pool: Pool, on_result: Callable[[], None] = lambda: None
) -> list[dict[str, Any]]:
    """Return each task's result, doing those that the folder does not keep.

    Args:
        tasks: with names of their own.
        folder: a JSON file per result.
        pool: that does them.
        on_result: called after each result, kept ones too.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{task.name}.json" for task in tasks]
    results = [_load(path, task.key) for path, task in zip(paths, tasks, strict=True)]
    left = [number for number, result in enumerate(results) if result is None]
    for _ in range(len(tasks) - len(left)):
        on_result()
    for done, result in pool.completed(_run, [(tasks[number],) for number in left]):
        results[left[done]] = result
        _save(paths[left[done]], result)
        on_result()
    return [result for result in results if result is not None]


def _run(task: StoredTask) -> dict[str, Any]:
    return task.run()


def _load(path: Path, key: str) -> dict[str, Any] | None:
    """Return a result if it is there, whole and of this key."""
    try:
        result: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return result if isinstance(result, dict) and result.get("key") == key else None


def _save(path: Path, result: dict[str, Any]) -> None:
    """Keep a result, whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(result))
    partial.replace(path)
