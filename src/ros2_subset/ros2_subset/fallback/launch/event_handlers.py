"""Event handlers for the usual events."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from .event import Event
from .event_handler import BaseEventHandler
from .events import ExecutionComplete, IncludeLaunchDescription, Shutdown
from .events.process import ProcessExited, ProcessIO, ProcessStarted
from .launch_description_entity import LaunchDescriptionEntity

if TYPE_CHECKING:
    from .launch_context import LaunchContext

__all__ = [
    "OnActionEventBase",
    "OnExecutionComplete",
    "OnIncludeLaunchDescription",
    "OnProcessExit",
    "OnProcessIO",
    "OnProcessStart",
    "OnShutdown",
    "event_named",
]


def event_named(name: str) -> Callable[[Event], bool]:
    """Return a matcher for events of the given name."""
    return lambda event: event.name == name


class OnActionEventBase(BaseEventHandler):
    """Acts on events that come from an action: one action, those that a callable picks, or all."""

    def __init__(
        self,
        *,
        action_matcher: Any,
        on_event: Any,
        target_event_cls: type[Event],
        target_action_cls: type | None = None,
        **kwargs: Any,
    ) -> None:
        is_action = isinstance(action_matcher, LaunchDescriptionEntity)
        if action_matcher is not None and not is_action and not callable(action_matcher):
            raise TypeError(
                f"{type(self).__name__}: target_action must be an action or a callable, got {action_matcher!r}"
            )
        if target_action_cls is not None and is_action and not isinstance(action_matcher, target_action_cls):
            raise TypeError(
                f"{type(self).__name__}: target_action must be a {target_action_cls.__name__}, got {action_matcher!r}"
            )

        def matcher(event: Event) -> bool:
            if not isinstance(event, target_event_cls):
                return False
            action = getattr(event, "action", None)
            if is_action:
                return action is action_matcher
            return action_matcher is None or bool(action_matcher(action))

        super().__init__(matcher=matcher, **kwargs)
        self.__callback: Callable[[Any, LaunchContext], Any] | None = None
        self.__entities: list[LaunchDescriptionEntity] = []
        if callable(on_event):
            self.__callback = on_event
            return
        self.__entities = list(on_event) if isinstance(on_event, Iterable) else [on_event]
        for entity in self.__entities:
            if not isinstance(entity, LaunchDescriptionEntity):
                raise TypeError(f"{type(self).__name__}: expected actions or a callable, got {entity!r}")

    def describe(self) -> tuple[str, list[LaunchDescriptionEntity]]:
        """Return the handler in words and its entities, if they are known."""
        return (super().describe()[0], list(self.__entities))

    def handle(self, event: Event, context: LaunchContext) -> Any:
        """Return the entities, or what the callable returns."""
        super().handle(event, context)
        return self.__entities if self.__callback is None else self.__callback(event, context)


def _process_action_class() -> type:
    from .actions import ExecuteLocal  # the actions need this module

    return ExecuteLocal


class OnProcessStart(OnActionEventBase):
    """Acts when a process has started."""

    def __init__(self, *, target_action: Any = None, on_start: Any, **kwargs: Any) -> None:
        super().__init__(
            action_matcher=target_action,
            on_event=on_start,
            target_event_cls=ProcessStarted,
            target_action_cls=_process_action_class(),
            **kwargs,
        )


class OnProcessExit(OnActionEventBase):
    """Acts when a process has ended."""

    def __init__(self, *, target_action: Any = None, on_exit: Any, **kwargs: Any) -> None:
        super().__init__(
            action_matcher=target_action,
            on_event=on_exit,
            target_event_cls=ProcessExited,
            target_action_cls=_process_action_class(),
            **kwargs,
        )


class OnProcessIO(OnActionEventBase):
    """Acts when a process has written to one of its streams."""

    def __init__(
        self,
        *,
        target_action: Any = None,
        on_stdin: Callable[[Any], Any] | None = None,
        on_stdout: Callable[[Any], Any] | None = None,
        on_stderr: Callable[[Any], Any] | None = None,
        **kwargs: Any,
    ) -> None:
        def on_io(event: Any, _context: Any) -> Any:
            if event.from_stdout and on_stdout is not None:
                return on_stdout(event)
            if event.from_stderr and on_stderr is not None:
                return on_stderr(event)
            if event.from_stdin and on_stdin is not None:
                return on_stdin(event)
            return None

        super().__init__(
            action_matcher=target_action,
            on_event=on_io,
            target_event_cls=ProcessIO,
            target_action_cls=_process_action_class(),
            **kwargs,
        )


class OnExecutionComplete(OnActionEventBase):
    """Acts when an action has completed."""

    def __init__(self, *, target_action: Any = None, on_completion: Any, **kwargs: Any) -> None:
        super().__init__(
            action_matcher=target_action, on_event=on_completion, target_event_cls=ExecutionComplete, **kwargs
        )


class OnShutdown(BaseEventHandler):
    """Acts when the launched system shuts down."""

    def __init__(self, *, on_shutdown: Any, **kwargs: Any) -> None:
        super().__init__(matcher=lambda event: isinstance(event, Shutdown), **kwargs)
        self.__on_shutdown = on_shutdown

    def handle(self, event: Event, context: LaunchContext) -> Any:
        """Return the entities, or what the callable returns."""
        super().handle(event, context)
        return self.__on_shutdown(event, context) if callable(self.__on_shutdown) else self.__on_shutdown


class OnIncludeLaunchDescription(BaseEventHandler):
    """Visits a launch description that is to be included."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(matcher=lambda event: isinstance(event, IncludeLaunchDescription), **kwargs)

    def handle(self, event: Event, context: LaunchContext) -> Any:
        """Return the launch description."""
        super().handle(event, context)
        assert isinstance(event, IncludeLaunchDescription)
        return event.launch_description
