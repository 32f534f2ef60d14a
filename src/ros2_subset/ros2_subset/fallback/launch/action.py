"""Base of all actions."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .events import ExecutionComplete
from .launch_description_entity import LaunchDescriptionEntity

if TYPE_CHECKING:
    from .condition import Condition
    from .launch_context import LaunchContext


class Action(LaunchDescriptionEntity):
    """Something to do, if its condition holds."""

    def __init__(self, *, condition: Condition | None = None) -> None:
        self.__condition = condition

    @property
    def condition(self) -> Condition | None:
        """Condition under which the action runs; None for always."""
        return self.__condition

    def get_sub_entities(self) -> list[LaunchDescriptionEntity]:
        """Return the entities that the action yields, as far as known before it runs."""
        return []

    def describe_sub_entities(self) -> list[LaunchDescriptionEntity]:
        """Return the entities that the action surely yields."""
        return self.get_sub_entities() if self.condition is None else []

    def describe_conditional_sub_entities(self) -> list[tuple[str, Iterable[LaunchDescriptionEntity]]]:
        """Return the entities that the action yields if its condition holds."""
        return [("Conditionally included by an action", self.get_sub_entities())] if self.condition else []

    def visit(self, context: LaunchContext) -> Iterable[LaunchDescriptionEntity] | None:
        """Run the action if its condition holds, and announce its completion to whoever listens."""
        if self.__condition is not None and not self.__condition.evaluate(context):
            return None
        try:
            return self.execute(context)
        finally:
            self.__announce_completion(context)

    def __announce_completion(self, context: LaunchContext) -> None:
        event = ExecutionComplete(action=self)
        if not context.would_handle_event(event):
            return
        future = self.get_asyncio_future()
        if future is None:
            context.emit_event_sync(event)
        else:
            future.add_done_callback(lambda _: context.emit_event_sync(event))

    def execute(self, context: LaunchContext) -> Any:
        """Run the action and return the entities to visit next, or None."""
        return None

    def get_asyncio_future(self) -> asyncio.Future[None] | None:
        """Return a future that is done when the action is; None where it was done at once."""
        return None
