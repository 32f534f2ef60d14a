"""Worker processes for independent walks."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Any, TypeVar

from exo_control.errors import ConfigError, ExoError

Result = TypeVar("Result")


class WorkerError(ExoError):
    """A worker process has ended before its task was done."""


ENDED = "a worker process has ended: it crashed, was killed, or found no more memory; try fewer workers"


class WorkerPool:
    """Runs a function on many arguments in processes, or right here with one worker.

    Processes, since policy and safety limiter are Python and hold its lock most of a tick. The results do not depend
    on the number of workers.
    """

    def __init__(self, workers: int | None = None) -> None:
        """Prepare workers; they start with the first task.

        Raises:
            ConfigError: there is no worker.
        """
        count = workers if workers is not None else os.cpu_count() or 1
        if count < 1:
            raise ConfigError(f"{count} workers: needs at least 1")
        # Started afresh: a forked process inherits locks that other threads hold.
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(count, context, initializer=_prepare) if count > 1 else None

    def call(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """Return ``function(*arguments)`` of one task, from any thread; with one worker that thread does it itself.

        Raises:
            WorkerError: the process has ended.
            Exception: what the function raised.
        """
        if self._pool is None:
            return function(*arguments)
        return _result(_submit(self._pool, function, arguments))

    def map(
        self,
        function: Callable[..., Result],
        tasks: Sequence[tuple[Any, ...]],
        on_done: Callable[[], None] = lambda: None,
    ) -> list[Result]:
        """Return ``function(*task)`` of each task, in order; ``on_done`` is called after each.

        Raises:
            WorkerError: a process has ended.
            Exception: the first that the function raised.
        """
        results = []
        if self._pool is None:
            for task in tasks:
                results.append(function(*task))
                on_done()
            return results
        for future in [_submit(self._pool, function, task) for task in tasks]:
            results.append(_result(future))
            on_done()
        return results

    def completed(
        self, function: Callable[..., Result], tasks: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, Result]]:
        """Yield the number of each task and ``function(*task)``, as they become ready, so that each can be kept.

        Raises:
            WorkerError: a process has ended.
            Exception: the first that the function raised.
        """
        if self._pool is None:
            for number, task in enumerate(tasks):
                yield number, function(*task)
            return
        numbers = {_submit(self._pool, function, task): number for number, task in enumerate(tasks)}
        for future in as_completed(numbers):
            yield numbers[future], _result(future)

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, function: Callable[..., Result], task: Sequence[Any]) -> Future[Result]:
    try:
        return pool.submit(function, *task)
    except BrokenProcessPool:  # by a task before
        raise WorkerError(ENDED) from None


def _result(future: Future[Result]) -> Result:
    try:
        return future.result()
    except BrokenProcessPool:
        raise WorkerError(ENDED) from None


def _prepare() -> None:
    """Leave Ctrl-C to the main process, which then ends the workers; end with it even where it was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def end_with_parent() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()
