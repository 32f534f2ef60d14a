"""Launch arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..action import Action
from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions

if TYPE_CHECKING:
    from ..launch_context import LaunchContext


class DeclareLaunchArgument(Action):
    """Declares a launch argument, whose value becomes the launch configuration of the same name."""

    def __init__(
        self,
        name: str,
        *,
        default_value: SomeSubstitutionsType | None = None,
        description: str | None = None,
        choices: list[str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.__name = name
        self.__default_value = None if default_value is None else normalize_to_list_of_substitutions(default_value)
        if choices is not None:
            if not choices:
                raise RuntimeError(f'Launch argument "{name}": the choices are empty; use None for any value')
            if isinstance(default_value, str) and default_value not in choices:
                raise RuntimeError(
                    f'Launch argument "{name}": the default value "{default_value}" is not in the choices {choices}'
                )
        if description is None:
            self.__description = "no description given" if choices is None else f"One of: {choices}"
        elif choices is None:
            self.__description = description
        else:
            stop = "" if description.endswith(".") else "."
            self.__description = f"{description}{stop} Valid choices are: {choices}"
        self.__choices = choices
        self._conditionally_included = False  # set while a launch description is searched for arguments

    @property
    def name(self) -> str:
        """Name of the argument."""
        return self.__name

    @property
    def default_value(self) -> list[Substitution] | None:
        """Value where none is given; None if one must be given."""
        return self.__default_value

    @property
    def description(self) -> str:
        """What the argument is for, with its choices."""
        return self.__description

    @property
    def choices(self) -> list[str] | None:
        """Allowed values; None for any."""
        return self.__choices

    def execute(self, context: LaunchContext) -> None:
        """Set the launch configuration to the default unless a value is given, and check the value."""
        context.declared_arguments.add(self.name)
        if self.name not in context.launch_configurations:
            if self.default_value is None:
                raise RuntimeError(
                    f'Required launch argument "{self.name}" (description: "{self.description}") was not provided'
                )
            context.launch_configurations[self.name] = perform_substitutions(context, self.default_value)
        value = context.launch_configurations[self.name]
        if self.__choices is not None and value not in self.__choices:
            raise RuntimeError(
                f'Argument "{self.name}" provided value "{value}" is not valid. Valid options are: {self.__choices}'
            )
