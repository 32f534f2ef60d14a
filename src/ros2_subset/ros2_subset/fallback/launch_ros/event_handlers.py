"""Event handlers for lifecycle nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from launch.event import Event
from launch.event_handler import EventHandler

from .events.lifecycle import StateTransition

__all__ = ["OnStateTransition"]


class OnStateTransition(EventHandler):
    """Acts when a lifecycle node has made a transition; what is not given matches anything."""

    def __init__(
        self,
        *,
        entities: Any,
        target_lifecycle_node: Any = None,
        transition: str | None = None,
        start_state: str | None = None,
        goal_state: str | None = None,
        matcher: Callable[[Event], bool] | None = None,
        **kwargs: Any,
    ) -> None:
        def matches(event: Event) -> bool:
            return (
                isinstance(event, StateTransition)
                and (target_lifecycle_node is None or event.action is target_lifecycle_node)
                and (transition is None or event.transition == transition)
                and (start_state is None or event.start_state == start_state)
                and (goal_state is None or event.goal_state == goal_state)
                and (matcher is None or matcher(event))
            )

        super().__init__(matcher=matches, entities=entities, **kwargs)
