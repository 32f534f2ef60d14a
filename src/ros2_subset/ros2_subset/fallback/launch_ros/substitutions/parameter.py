"""Parameters that SetParameter has set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from launch.frontend.parse_substitution import register_substitution
from launch.some_substitutions_type import SomeSubstitutionsType
from launch.substitution import Substitution
from launch.substitutions import LaunchConfiguration, SubstitutionFailure
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions

if TYPE_CHECKING:
    from launch.launch_context import LaunchContext


class Parameter(Substitution):
    """Value of a parameter set for all nodes of the current scope."""

    def __init__(self, name: SomeSubstitutionsType, *, default: Any | None = None) -> None:
        self.__name = normalize_to_list_of_substitutions(name)
        # A launch configuration of no name is never set, so it stands for its default.
        self.__default = None if default is None else LaunchConfiguration("", default=default)

    @property
    def name(self) -> list[Substitution]:
        """Name of the parameter."""
        return self.__name

    def perform(self, context: LaunchContext) -> str:
        """Return the value, or the default where it is not set."""
        name = perform_substitutions(context, self.__name)
        for entry in context.launch_configurations.get("global_params", ()):
            if isinstance(entry, tuple) and entry[0] == name:
                return str(entry[1])
        if self.__default is None:
            raise SubstitutionFailure(f"parameter '{name}' not found")
        return self.__default.perform(context)


register_substitution("param", Parameter)
