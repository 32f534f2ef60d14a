"""Actions after a delay."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..action import Action
from ..event import Event
from ..event_handler import BaseEventHandler, EventHandler
from ..event_handlers import OnShutdown
from ..events import TimerEvent
from ..launch_description_entity import LaunchDescriptionEntity
from ..some_substitutions_type import SomeSubstitutionsType
from ..utilities.type_utils import normalize_typed_substitution, perform_typed_substitution
from .opaque import OpaqueFunction

if TYPE_CHECKING:
    from ..launch_context import LaunchContext


class TimerAction(Action):
    """Runs actions after ``period`` seconds, unless cancelled; shutdown cancels it by default."""

    def __init__(
        self,
        *,
        period: float | SomeSubstitutionsType,
        actions: Iterable[LaunchDescriptionEntity],
        cancel_on_shutdown: bool | SomeSubstitutionsType = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if isinstance(period, (int, str)):
            period = float(period)
        self.__period = normalize_typed_substitution(period, float)
        self.__actions = list(actions)
        self.__cancel_on_shutdown = normalize_typed_substitution(cancel_on_shutdown, bool)
        self.__cancelled = False
        self.__timer: asyncio.TimerHandle | None = None
        self.__done: asyncio.Future[None] | None = None
        self.__handler: BaseEventHandler | None = None

    @property
    def period(self) -> Any:
        """Delay, in seconds."""
        return self.__period

    @property
    def actions(self) -> list[LaunchDescriptionEntity]:
        """The actions."""
        return self.__actions

    def describe_conditional_sub_entities(self) -> list[tuple[str, Iterable[LaunchDescriptionEntity]]]:
        """Return the actions."""
        return [(f"{self.__period} seconds pass without being canceled", self.__actions)]

    def execute(self, context: LaunchContext) -> None:
        """Start the timer."""
        if self.__cancelled:
            return
        done = context.asyncio_loop.create_future()
        self.__done = done
        context_locals = context.get_locals_as_dict()

        def run_actions(context: LaunchContext) -> list[LaunchDescriptionEntity]:
            context.extend_locals(context_locals)
            return self.__actions

        context.register_event_handler(
            EventHandler(
                matcher=lambda event: isinstance(event, TimerEvent) and event.timer_action is self,
                entities=OpaqueFunction(function=run_actions),
                handle_once=True,
            )
        )

        def fire() -> None:
            context.emit_event_sync(TimerEvent(timer_action=self))
            done.set_result(None)

        seconds = perform_typed_substitution(context, self.__period, float)
        self.__timer = context.asyncio_loop.call_later(seconds, fire)

        def cancel(_event: Event, _context: LaunchContext) -> None:
            self.cancel()

        if perform_typed_substitution(context, self.__cancel_on_shutdown, bool):
            context.register_event_handler(OnShutdown(on_shutdown=cancel))

    def cancel(self) -> None:
        """Cancel the timer; a timer that has fired stays as it is."""
        self.__cancelled = True
        if self.__timer is not None and self.__done is not None and not self.__done.done():
            self.__timer.cancel()
            self.__done.set_result(None)

    def get_asyncio_future(self) -> asyncio.Future[None] | None:
        """Return a future that is done when the timer has fired or is cancelled."""
        return self.__done
