"""State of a running launch."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Iterable, MutableMapping
from typing import Any

from .event import Event
from .event_handler import BaseEventHandler
from .substitution import Substitution


class _Locals:
    """Read-only attribute access to the locals of a context."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"context.locals does not contain attribute '{name}', it contains: [{', '.join(self.__dict__)}]"
        )

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"can't set attribute '{name}', locals are read-only")


class LaunchContext:
    """Launch configurations, environment, event handlers and queued events of a launch."""

    def __init__(self, *, argv: Iterable[str] | None = None, noninteractive: bool = False) -> None:
        self.__argv = [] if argv is None else list(argv)
        self.__noninteractive = noninteractive
        self.__configurations: dict[str, Any] = {}
        self.__configurations_stack: list[dict[str, Any]] = []
        self.__environment_stack: list[dict[str, str]] = []
        self.__initial_environment = dict(os.environ)
        self.__globals: dict[str, Any] = {}
        self.__locals: dict[str, Any] = {}
        self.__locals_stack: list[dict[str, Any]] = []
        self.__is_shutdown = False
        self.__loop: asyncio.AbstractEventLoop | None = None
        self._event_handlers: deque[BaseEventHandler] = deque()
        self._event_queue: deque[Event] = deque()
        self._event_arrived: asyncio.Event | None = None
        self._completion_futures: list[asyncio.Future[Any]] = []
        self.declared_arguments: set[str] = set()
        """Names of the launch arguments declared so far, by which unknown ones are found (not in the real launch)."""

    @property
    def argv(self) -> list[str]:
        """Command line arguments of the launch."""
        return self.__argv

    @property
    def noninteractive(self) -> bool:
        """Whether no terminal is attached, so that Ctrl-C does not reach the launched processes."""
        return self.__noninteractive

    @property
    def is_shutdown(self) -> bool:
        """Whether the launch is shutting down."""
        return self.__is_shutdown

    def _set_is_shutdown(self, state: bool) -> None:
        self.__is_shutdown = state

    @property
    def asyncio_loop(self) -> asyncio.AbstractEventLoop:
        """The event loop of the running launch."""
        if self.__loop is None:
            raise RuntimeError("the launch service is not running")
        return self.__loop

    def _set_asyncio_loop(self, loop: asyncio.AbstractEventLoop | None) -> None:
        self.__loop = loop

    def add_completion_future(self, completion_future: asyncio.Future[Any]) -> None:
        """Let the launch wait for a future before it ends."""
        self._completion_futures.append(completion_future)

    @property
    def launch_configurations(self) -> dict[str, Any]:
        """The launch configurations in the current scope."""
        return self.__configurations

    def _push_launch_configurations(self) -> None:
        self.__configurations_stack.append(self.__configurations.copy())

    def _pop_launch_configurations(self) -> None:
        if not self.__configurations_stack:
            raise RuntimeError("launch_configurations stack unexpectedly empty")
        self.__configurations = self.__configurations_stack.pop()

    @property
    def environment(self) -> MutableMapping[str, str]:
        """The environment variables."""
        return os.environ

    def _push_environment(self) -> None:
        self.__environment_stack.append(dict(os.environ))

    def _pop_environment(self) -> None:
        if not self.__environment_stack:
            raise RuntimeError("environment stack unexpectedly empty")
        self.__set_environment(self.__environment_stack.pop())

    def _reset_environment(self) -> None:
        self.__set_environment(self.__initial_environment)

    @staticmethod
    def __set_environment(environment: dict[str, str]) -> None:
        os.environ.clear()
        os.environ.update(environment)

    def extend_globals(self, extensions: dict[str, Any]) -> None:
        """Add locals that stay for the whole launch."""
        self.__globals.update(extensions)

    def extend_locals(self, extensions: dict[str, Any]) -> None:
        """Add locals that stay until the current scope ends."""
        self.__locals.update(extensions)

    def get_locals_as_dict(self) -> dict[str, Any]:
        """Return globals and locals; locals win."""
        return {**self.__globals, **self.__locals}

    @property
    def locals(self) -> Any:
        """Globals and locals as attributes."""
        return _Locals(self.get_locals_as_dict())

    def _push_locals(self) -> None:
        self.__locals_stack.append(dict(self.__locals))

    def _pop_locals(self) -> None:
        if not self.__locals_stack:
            raise RuntimeError("locals stack unexpectedly empty")
        self.__locals = self.__locals_stack.pop()

    def would_handle_event(self, event: Event) -> bool:
        """Return whether any handler acts on the event."""
        return any(handler.matches(event) for handler in self._event_handlers)

    def register_event_handler(self, event_handler: BaseEventHandler, append: bool = False) -> None:
        """Add an event handler; handlers are tried newest first, unless appended."""
        if append:
            self._event_handlers.append(event_handler)
        else:
            self._event_handlers.appendleft(event_handler)

    def unregister_event_handler(self, event_handler: BaseEventHandler) -> None:
        """Remove an event handler.

        Raises:
            ValueError: if it is not registered.
        """
        self._event_handlers.remove(event_handler)

    def emit_event_sync(self, event: Event) -> None:
        """Queue an event; to be called from the thread of the event loop."""
        self._event_queue.append(event)
        if self._event_arrived is not None:
            self._event_arrived.set()

    async def emit_event(self, event: Event) -> None:
        """Queue an event."""
        self.emit_event_sync(event)

    def perform_substitution(self, sub: Substitution) -> str:
        """Return the text that a substitution stands for."""
        return sub.perform(self)
