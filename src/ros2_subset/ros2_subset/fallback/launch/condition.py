"""Base of all conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .launch_context import LaunchContext


class Condition:
    """Wraps a predicate on the launch context."""

    def __init__(self, *, predicate: Callable[[LaunchContext], bool] | None = None) -> None:
        self.__predicate = predicate
        self.__last_value: bool | None = None

    def describe(self) -> str:
        """Describe the condition in words."""
        return repr(self)

    def evaluate(self, context: LaunchContext) -> bool:
        """Return whether the condition holds; without a predicate it does."""
        self.__last_value = True if self.__predicate is None else self.__predicate(context)
        return self.__last_value
