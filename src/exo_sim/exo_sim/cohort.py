"""Makes a cohort: draws subjects and finds the gaits that are not stored yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

from exo_sim.cohort_draw import draw_subject, subject_name
from exo_sim.cohort_folder import CohortFolder, Walker, cohort_folder
from exo_sim.cohort_settings import CohortSettings
from exo_sim.gait import Gait, load_gait
from exo_sim.gait_task import GaitTask, make_gait_task, robustness
from exo_sim.human_model import load_human_model
from exo_sim.subject import Subject

Result = TypeVar("Result")

SEEDS = 2**20
"""Seeds of a cohort are below this number, so that further attempts get seeds of their own."""


class Pool(Protocol):
    """What does tasks: worker processes, or the workers of a cluster."""

    def completed(
        self, function: Callable[..., Result], tasks: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, Result]]:
        """Yield the number of each task and ``function(*task)``, as they become ready."""
        ...


@dataclass(frozen=True)
class GaitStore:
    """Gaits by the hash of everything that determines them."""

    folder: Path

    def path(self, task: GaitTask) -> Path:
        """Return where the gait of a task is, or will be."""
        return self.folder / f"{task.key}.yaml"

    def checkpoint(self, task: GaitTask) -> Path:
        """Return where the search of a task leaves its state."""
        return self.folder / f"{task.key}.checkpoint"

    def save(self, task: GaitTask, gait: Gait) -> None:
        """Keep a gait, whole or not at all, and forget the state of its search."""
        partial = self.folder / f"{task.key}.partial"
        gait.save(partial)
        partial.replace(self.path(task))
        self.checkpoint(task).unlink(missing_ok=True)


class Cohort:
    """The subjects of a seed and the searches of their gaits, kept in a folder.

    A search whose gait is less robust than wanted is tried again from other random numbers, a few times at most, then
    at the next lower speed: who cannot walk as fast as drawn walks slower. The most robust gait is the subject's.
    """

    def __init__(
        self, settings: CohortSettings, count: int, seed: int, output: Path, provenance: Mapping[str, Any]
    ) -> None:
        """Draw the subjects and write their files.

        Args:
            settings: who they are and how their gaits are found.
            count: number of subjects.
            seed: of the cohort.
            output: folder of subjects, gaits and the store of finished searches.
            provenance: written into each file: command, commit.

        Raises:
            ConfigError: the start gait or the human model cannot be loaded, or the folder holds other people.
        """
        self.folder: CohortFolder = cohort_folder(str(output))
        self.store = GaitStore(output / "store")
        self._provenance = dict(provenance)
        self._wanted = settings.gait.wanted_of_20_at_8_nm
        start = load_gait(settings.gait.start)
        model = load_human_model(start.human)
        self.subjects: dict[str, Subject] = {}
        self._attempts: dict[str, list[GaitTask]] = {}
        for index in range(count):
            name, subject = subject_name(index), draw_subject(settings, seed, index, self._provenance)
            self.subjects[name] = subject
            # Each search its own seed: with one for all a lucky or unlucky sequence would be everybody's.
            self.folder.check_is(name, subject)
            parts = [part for part in settings.gait.speed_parts for _ in range(settings.gait.attempts)]
            self._attempts[name] = [
                make_gait_task(
                    name, subject, settings.gait, start, model, (seed + attempt * SEEDS) * 1000 + index, speed_part
                )
                for attempt, speed_part in enumerate(parts)
            ]
        self.folder.check_only(self.subjects)
        for name, subject in self.subjects.items():
            self.folder.save_subject(name, subject)

    @property
    def unfinished(self) -> list[GaitTask]:
        """The next search of each subject whose gait is still to be found, or to be found more robust."""
        tasks = [self._next_attempt(name) for name in self.subjects]
        return [task for task in tasks if task is not None]

    def _next_attempt(self, name: str) -> GaitTask | None:
        for task in self._attempts[name]:
            if not self.store.path(task).is_file():
                return task
            if robustness(load_gait(str(self.store.path(task))))[0] >= self._wanted:
                return None
        return None

    def search(self, pool: Pool, checkpoints: bool, on_gait: Callable[[], None] = lambda: None) -> list[Walker]:
        """Do the searches that are left.

        Args:
            pool: that does them.
            checkpoints: whether a search leaves its state in the store, which needs workers on this machine.
            on_gait: called after each subject whose gait was found.

        Returns:
            All walkers, by name.
        """
        while tasks := self.unfinished:
            arguments = [(task, self.store.checkpoint(task) if checkpoints else None) for task in tasks]
            for number, gait in pool.completed(GaitTask.run, arguments):
                task = tasks[number]
                self.store.save(task, replace(gait, provenance={**self._provenance, **gait.provenance}))
                self._take(task.name)
                if self._next_attempt(task.name) is None:
                    on_gait()
        return [self._take(name) for name in self.subjects]

    def _take(self, name: str) -> Walker:
        """Copy the most robust of a subject's stored gaits to the cohort's own."""
        paths = [self.store.path(task) for task in self._attempts[name]]
        gait = max((load_gait(str(path)) for path in paths if path.is_file()), key=robustness)
        self.folder.save_gait(name, gait)
        return Walker(name, self.subjects[name], gait)
