"""Events as actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import logging as launch_logging
from ..action import Action
from ..event import Event
from ..events import Shutdown as ShutdownEvent
from ..events.process import ProcessExited

if TYPE_CHECKING:
    from ..launch_context import LaunchContext


class EmitEvent(Action):
    """Emits an event."""

    def __init__(self, *, event: Event, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(event, Event):
            raise RuntimeError(f"EmitEvent expected an event, got {event!r}")
        self.__event = event

    @property
    def event(self) -> Event:
        """The event."""
        return self.__event

    def execute(self, context: LaunchContext) -> None:
        """Emit it."""
        context.emit_event_sync(self.__event)


class Shutdown(EmitEvent):
    """Shuts the launched system down."""

    def __init__(self, *, reason: str = "reason not given", **kwargs: Any) -> None:
        super().__init__(event=ShutdownEvent(reason=reason), **kwargs)

    def execute(self, context: LaunchContext) -> None:
        """Emit the event; where the end of a process led here, say so."""
        event = context.get_locals_as_dict().get("event")
        if isinstance(event, ProcessExited):
            launch_logging.get_logger("launch").info(
                f"process[{event.process_name}] was required: shutting down launched system"
            )
        super().execute(context)
