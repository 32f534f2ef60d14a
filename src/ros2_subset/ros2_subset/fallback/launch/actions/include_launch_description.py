"""Launch files within launch files."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..action import Action
from ..launch_description_entity import LaunchDescriptionEntity
from ..launch_description_source import LaunchDescriptionSource
from ..launch_description_sources import AnyLaunchDescriptionSource
from ..some_substitutions_type import SomeSubstitutionsType
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions
from .configurations import SetLaunchConfiguration
from .opaque import OpaqueFunction

if TYPE_CHECKING:
    from ..launch_context import LaunchContext

_LOCATION_KEYS = ("current_launch_file_path", "current_launch_file_directory")


class IncludeLaunchDescription(Action):
    """Includes a launch description, with launch arguments."""

    def __init__(
        self,
        launch_description_source: LaunchDescriptionSource | SomeSubstitutionsType,
        *,
        launch_arguments: Iterable[tuple[SomeSubstitutionsType, SomeSubstitutionsType]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not isinstance(launch_description_source, LaunchDescriptionSource):
            launch_description_source = AnyLaunchDescriptionSource(launch_description_source)
        self.__source = launch_description_source
        self.__arguments = () if launch_arguments is None else tuple(launch_arguments)

    @property
    def launch_description_source(self) -> LaunchDescriptionSource:
        """Where the launch description comes from."""
        return self.__source

    @property
    def launch_arguments(self) -> tuple[tuple[SomeSubstitutionsType, SomeSubstitutionsType], ...]:
        """The launch arguments."""
        return self.__arguments

    def get_sub_entities(self) -> list[LaunchDescriptionEntity]:
        """Return the launch description, if it can be loaded without launching."""
        description = self.__source.try_get_launch_description_without_context()
        return [] if description is None else [description]

    def execute(self, context: LaunchContext) -> list[LaunchDescriptionEntity]:
        """Load the launch description; return the actions that set its arguments, and it.

        Afterwards the location of the launch file that includes it is restored.

        Raises:
            RuntimeError: if an argument that it requires is not given.
        """
        description = self.__source.get_launch_description(context)
        path = os.path.abspath(self.__source.location)
        directory = os.path.dirname(path) if os.path.exists(path) else self.__source.location
        outer_locals = context.get_locals_as_dict()
        context.extend_locals({"current_launch_file_path": path, "current_launch_file_directory": directory})

        def restore_location(context: LaunchContext) -> None:
            context.extend_locals({key: outer_locals.get(key) for key in _LOCATION_KEYS})

        given = self.__argument_names(context)
        pairs = description.get_launch_arguments_with_include_launch_description_actions()
        for argument, includes in pairs:
            if argument._conditionally_included or argument.default_value is not None:
                continue
            known = [*given, *(name for include in includes for name in include.__argument_names(context))]
            if argument.name not in known:
                raise RuntimeError(
                    f"Included launch description missing required argument '{argument.name}' "
                    f"(description: '{argument.description}'), given: [{', '.join(known)}]"
                )
        settings = (SetLaunchConfiguration(name, value) for name, value in self.__arguments)
        return [*settings, description, OpaqueFunction(function=restore_location)]

    def __argument_names(self, context: LaunchContext) -> list[str]:
        return [
            perform_substitutions(context, normalize_to_list_of_substitutions(name)) for name, _ in self.__arguments
        ]
