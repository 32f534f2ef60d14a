"""Environment variables and their scopes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ..action import Action
from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions
from ..utilities.type_utils import normalize_typed_substitution, perform_typed_substitution

if TYPE_CHECKING:
    from ..launch_context import LaunchContext


class SetEnvironmentVariable(Action):
    """Sets an environment variable in the current scope."""

    def __init__(self, name: SomeSubstitutionsType, value: SomeSubstitutionsType, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.__name = normalize_to_list_of_substitutions(name)
        self.__value = normalize_to_list_of_substitutions(value)

    @property
    def name(self) -> list[Substitution]:
        """Name of the variable."""
        return self.__name

    @property
    def value(self) -> list[Substitution]:
        """Value of the variable."""
        return self.__value

    def execute(self, context: LaunchContext) -> None:
        """Set it."""
        name = perform_substitutions(context, self.__name)
        context.environment[name] = perform_substitutions(context, self.__value)


class AppendEnvironmentVariable(Action):
    """Appends to an environment variable that is a list, such as a search path."""

    def __init__(
        self,
        name: SomeSubstitutionsType,
        value: SomeSubstitutionsType,
        prepend: bool | SomeSubstitutionsType = False,
        separator: SomeSubstitutionsType = os.pathsep,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.__name = normalize_to_list_of_substitutions(name)
        self.__value = normalize_to_list_of_substitutions(value)
        self.__prepend = normalize_typed_substitution(prepend, bool)
        self.__separator = normalize_to_list_of_substitutions(separator)

    def execute(self, context: LaunchContext) -> None:
        """Append or prepend the value."""
        name = perform_substitutions(context, self.__name)
        parts = [perform_substitutions(context, self.__value)]
        if name in context.environment:
            prepend = perform_typed_substitution(context, self.__prepend, bool)
            parts.insert(len(parts) if prepend else 0, context.environment[name])
        context.environment[name] = perform_substitutions(context, self.__separator).join(parts)


class UnsetEnvironmentVariable(Action):
    """Removes an environment variable from the current scope."""

    def __init__(self, name: SomeSubstitutionsType, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.__name = normalize_to_list_of_substitutions(name)

    @property
    def name(self) -> list[Substitution]:
        """Name of the variable."""
        return self.__name

    def execute(self, context: LaunchContext) -> None:
        """Remove it, if it is set."""
        context.environment.pop(perform_substitutions(context, self.__name), None)


class PushEnvironment(Action):
    """Starts a scope of environment variables."""

    def execute(self, context: LaunchContext) -> None:
        """Remember the environment."""
        context._push_environment()


class PopEnvironment(Action):
    """Ends a scope of environment variables."""

    def execute(self, context: LaunchContext) -> None:
        """Restore the environment."""
        context._pop_environment()


class ResetEnvironment(Action):
    """Restores the environment in which the launch started."""

    def execute(self, context: LaunchContext) -> None:
        """Restore it."""
        context._reset_environment()
