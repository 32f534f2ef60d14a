"""Base of all event handlers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from .event import Event
from .launch_description_entity import LaunchDescriptionEntity

if TYPE_CHECKING:
    from .launch_context import LaunchContext


class BaseEventHandler:
    """Yields entities when an event matches; they find the event in ``context.locals.event``."""

    def __init__(self, *, matcher: Callable[[Event], bool], handle_once: bool = False) -> None:
        self.__matcher = matcher
        self.__handle_once = handle_once

    @property
    def handle_once(self) -> bool:
        """Whether the handler unregisters itself after the first match."""
        return self.__handle_once

    def matches(self, event: Event) -> bool:
        """Return whether the handler acts on the event."""
        return self.__matcher(event)

    def describe(self) -> tuple[str, list[LaunchDescriptionEntity]]:
        """Return the handler in words and the entities it is known to yield."""
        return (f"{type(self).__name__}(handle_once={self.handle_once})", [])

    def handle(self, event: Event, context: LaunchContext) -> Any:
        """Return the entities to visit for the event, or None."""
        context.extend_locals({"event": event})
        if self.handle_once:
            context.unregister_event_handler(self)
        return None


class EventHandler(BaseEventHandler):
    """Yields the same entities for every event that matches."""

    def __init__(
        self,
        *,
        matcher: Callable[[Event], bool],
        entities: LaunchDescriptionEntity | Iterable[LaunchDescriptionEntity] | None = None,
        handle_once: bool = False,
    ) -> None:
        super().__init__(matcher=matcher, handle_once=handle_once)
        self.__entities = entities

    @property
    def entities(self) -> LaunchDescriptionEntity | Iterable[LaunchDescriptionEntity] | None:
        """The entities it yields."""
        return self.__entities

    def describe(self) -> tuple[str, list[LaunchDescriptionEntity]]:
        """Return the handler in words and its entities."""
        text, _ = super().describe()
        if self.__entities is None:
            return (text, [])
        if isinstance(self.__entities, LaunchDescriptionEntity):
            return (text, [self.__entities])
        return (text, list(self.__entities))

    def handle(self, event: Event, context: LaunchContext) -> Any:
        """Return the entities."""
        super().handle(event, context)
        return self.__entities
