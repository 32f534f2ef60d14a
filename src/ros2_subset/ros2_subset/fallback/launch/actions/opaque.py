"""Python code as actions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..action import Action
from ..event import Event
from ..event_handlers import OnShutdown

if TYPE_CHECKING:
    from ..launch_context import LaunchContext


class OpaqueFunction(Action):
    """Calls a function with the context; it may return actions."""

    def __init__(
        self,
        *,
        function: Callable[..., Any],
        args: Iterable[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        **left_over_kwargs: Any,
    ) -> None:
        super().__init__(**left_over_kwargs)
        if not callable(function):
            raise TypeError(f"OpaqueFunction expected a callable, got {function!r}")
        self.__function = function
        self.__args = () if args is None else tuple(args)
        self.__kwargs = {} if kwargs is None else dict(kwargs)

    def execute(self, context: LaunchContext) -> Any:
        """Call the function."""
        return self.__function(context, *self.__args, **self.__kwargs)


class OpaqueCoroutine(Action):
    """Runs a coroutine, which is cancelled at shutdown."""

    def __init__(
        self,
        *,
        coroutine: Callable[..., Coroutine[Any, Any, Any]],
        args: Iterable[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        ignore_context: bool = False,
        **left_over_kwargs: Any,
    ) -> None:
        super().__init__(**left_over_kwargs)
        self.__coroutine = coroutine
        self.__args = () if args is None else tuple(args)
        self.__kwargs = {} if kwargs is None else dict(kwargs)
        self.__ignore_context = ignore_context
        self.__future: asyncio.Task[Any] | None = None

    def execute(self, context: LaunchContext) -> None:
        """Start the coroutine."""
        args = self.__args if self.__ignore_context else (context, *self.__args)
        task = context.asyncio_loop.create_task(self.__coroutine(*args, **self.__kwargs))
        self.__future = task

        def cancel(_event: Event, _context: LaunchContext) -> None:
            task.cancel()

        context.register_event_handler(OnShutdown(on_shutdown=cancel))

    def get_asyncio_future(self) -> asyncio.Future[None] | None:
        """Return the task."""
        return self.__future
