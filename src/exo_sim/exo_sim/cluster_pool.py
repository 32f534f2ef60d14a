"""Workers on several machines, through Dask: an optional extra (requirements/cluster.txt)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any, TypeVar

from exo_control.errors import ConfigError

Result = TypeVar("Result")

CONNECT_S = 10.0


class ClusterPool:
    """Does what a worker pool does, on the workers of a Dask scheduler."""

    def __init__(self, address: str) -> None:
        """Connect.

        Args:
            address: of the scheduler, such as tcp://10.0.0.1:8786.

        Raises:
            ConfigError: Dask is not installed, or no scheduler answers there.
        """
        try:
            from distributed import Client
        except ImportError:
            raise ConfigError(
                f"cluster {address}: needs Dask: "
                "pip install -r requirements/cluster.txt -c requirements/constraints.txt"
            ) from None
        try:
            self._client = Client(address, timeout=CONNECT_S)
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"cluster {address}: no scheduler answers ({error}); start one with `dask scheduler`"
            ) from None

    def completed(
        self, function: Callable[..., Result], tasks: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, Result]]:
        """Yield the number of each task and ``function(*task)``, as they become ready.

        Raises:
            Exception: the first that the function raised.
        """
        from distributed import as_completed

        numbers = {self._client.submit(function, *task, pure=False): number for number, task in enumerate(tasks)}
        for future in as_completed(list(numbers)):
            yield numbers[future], future.result()

    def __enter__(self) -> ClusterPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()
