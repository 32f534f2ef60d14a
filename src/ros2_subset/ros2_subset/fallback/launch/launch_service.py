"""Runs launch descriptions."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
import traceback
from collections.abc import Iterable
from typing import Any

from . import logging as launch_logging
from .event import Event
from .event_handlers import OnIncludeLaunchDescription, OnShutdown
from .events import IncludeLaunchDescription, Shutdown
from .launch_context import LaunchContext
from .launch_description import LaunchDescription
from .launch_description_entity import LaunchDescriptionEntity
from .orphan_guard import OrphanGuard


class LaunchService:
    """Visits launch descriptions and runs until all their processes have ended."""

    def __init__(self, *, argv: Iterable[str] | None = None, noninteractive: bool = False, debug: bool = False) -> None:
        launch_logging.launch_config.level = logging.DEBUG if debug else logging.INFO
        self.__logger = launch_logging.get_logger("launch")
        self.__context = LaunchContext(argv=argv, noninteractive=noninteractive)
        self.__context.register_event_handler(OnIncludeLaunchDescription())
        self.__context.register_event_handler(OnShutdown(on_shutdown=self.__on_shutdown))
        self.__futures: list[asyncio.Future[Any]] = []
        self.__loop: asyncio.AbstractEventLoop | None = None
        self.__task: asyncio.Task[Any] | None = None
        self.__shutting_down = False
        self.__return_code = 0

    @property
    def context(self) -> LaunchContext:
        """The state of the launch."""
        return self.__context

    @property
    def event_loop(self) -> asyncio.AbstractEventLoop | None:
        """The event loop; None while not running."""
        return self.__loop

    @property
    def task(self) -> asyncio.Task[Any] | None:
        """The task in which the launch runs."""
        return self.__task

    def emit_event(self, event: Event) -> None:
        """Queue an event, from any thread."""
        if self.__loop is None:
            self.__context.emit_event_sync(event)
        else:
            self.__loop.call_soon_threadsafe(self.__context.emit_event_sync, event)

    def include_launch_description(self, launch_description: LaunchDescription) -> None:
        """Visit a launch description, now or when the launch runs."""
        self.emit_event(IncludeLaunchDescription(launch_description))

    def shutdown(self, force_sync: bool = False) -> None:
        """Shut down, from any thread."""
        if self.__loop is not None:
            self.__loop.call_soon_threadsafe(self.__shutdown, "LaunchService.shutdown() called")

    def run(self, *, shutdown_when_idle: bool = True) -> int:
        """Run until all processes have ended; return 0, or 1 if the launch itself failed or was terminated."""
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            return loop.run_until_complete(self.run_async(shutdown_when_idle=shutdown_when_idle))
        finally:
            asyncio.set_event_loop(None)
            loop.close()

    async def run_async(self, *, shutdown_when_idle: bool = True) -> int:
        """Run in the event loop of the caller, in the main thread."""
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("LaunchService can only be run in the main thread.")
        if self.__loop is not None:
            raise RuntimeError("LaunchService cannot be run multiple times concurrently.")
        loop = self.__loop = asyncio.get_running_loop()
        self.__task = asyncio.current_task()
        self.__context._set_asyncio_loop(loop)
        self.__context._event_arrived = asyncio.Event()
        loop.add_signal_handler(signal.SIGINT, self.__on_sigint)
        for number in (signal.SIGTERM, signal.SIGQUIT):
            loop.add_signal_handler(number, self.__on_sigterm, number)
        launch_logging.log_launch_config(logger=self.__logger)
        guard = OrphanGuard()
        self.__context.extend_globals({"launch_mark": guard.mark})
        try:
            await self.__run_until_done(shutdown_when_idle)
        finally:
            guard.release()
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
                loop.remove_signal_handler(number)
            self.__context._event_arrived = None
            self.__context._set_asyncio_loop(None)
            self.__loop = None
            self.__shutting_down = False
        return self.__return_code

    async def __run_until_done(self, shutdown_when_idle: bool) -> None:
        arrived = self.__context._event_arrived
        assert arrived is not None
        queue = self.__context._event_queue
        while True:
            arrived.clear()
            while queue:
                try:
                    self.__process_event(queue.popleft())
                except Exception as error:
                    self.__fail(error)
            pending = self.__prune_futures()
            if queue:
                continue
            if not pending:
                if self.__shutting_down:
                    return
                if shutdown_when_idle:
                    self.__shutdown("idle")
                    continue
            waiter = asyncio.ensure_future(arrived.wait())
            await asyncio.wait([*pending, waiter], return_when=asyncio.FIRST_COMPLETED)
            waiter.cancel()

    def __prune_futures(self) -> list[asyncio.Future[Any]]:
        futures = self.__futures + self.__context._completion_futures
        for future in futures:
            if future.done() and not future.cancelled():
                error = future.exception()
                if error is not None:
                    self.__fail(error)
        self.__futures = [future for future in futures if not future.done()]
        self.__context._completion_futures = []
        return self.__futures

    def __fail(self, error: BaseException) -> None:
        message = f"Caught exception in launch (see debug for traceback): {error}"
        self.__logger.debug("".join(traceback.format_exception(error)))
        self.__logger.error(message)
        self.__return_code = 1
        self.__shutdown(message)

    def __process_event(self, event: Event) -> None:
        for handler in tuple(self.__context._event_handlers):
            if not handler.matches(event):
                continue
            self.__logger.debug(f"processing event: '{event}' by '{handler}'")
            self.__context._push_locals()
            try:
                entities = handler.handle(event, self.__context)
                for entity in [entities] if isinstance(entities, LaunchDescriptionEntity) else entities or ():
                    self.__visit(entity)
            finally:
                self.__context._pop_locals()

    def __visit(self, entity: LaunchDescriptionEntity) -> None:
        if not isinstance(entity, LaunchDescriptionEntity):
            raise RuntimeError(f"expected an action or a launch description, got {entity!r}")
        sub_entities = entity.visit(self.__context)
        future = entity.get_asyncio_future()
        if future is not None and future not in self.__futures:
            self.__futures.append(future)
        for sub_entity in sub_entities or ():
            self.__visit(sub_entity)

    def __on_shutdown(self, event: Event, context: LaunchContext) -> None:
        self.__shutting_down = True
        context._set_is_shutdown(True)

    def __shutdown(self, reason: str, due_to_sigint: bool = False) -> None:
        if self.__shutting_down:
            return
        self.__shutting_down = True
        self.__context._set_is_shutdown(True)
        self.__context.emit_event_sync(Shutdown(reason=reason, due_to_sigint=due_to_sigint))

    def __on_sigint(self) -> None:
        message = "user interrupted with ctrl-c (SIGINT)"
        if self.__shutting_down:
            self.__logger.warning(f"{message} again, ignoring...")
        else:
            self.__logger.warning(message)
            self.__shutdown("ctrl-c (SIGINT)", due_to_sigint=True)

    def __on_sigterm(self, number: signal.Signals) -> None:
        # The real launch leaves its processes behind here; the return code is the same.
        self.__logger.error(f"user interrupted with {number.name}, terminating...")
        self.__return_code = 1
        self.__shutdown(number.name)
