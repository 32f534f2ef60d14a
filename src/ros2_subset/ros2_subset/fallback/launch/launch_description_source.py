"""Where a launch description comes from."""

from __future__ import annotations

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import TYPE_CHECKING

from .some_substitutions_type import SomeSubstitutionsType
from .utilities import normalize_to_list_of_substitutions, perform_substitutions

if TYPE_CHECKING:
    from .launch_context import LaunchContext
    from .launch_description import LaunchDescription


class InvalidLaunchFileError(Exception):
    """A launch file cannot be loaded."""


class LaunchDescriptionSource:
    """A launch description, or the launch file to load it from."""

    def __init__(
        self,
        launch_description: LaunchDescription | None = None,
        location: SomeSubstitutionsType = "<string>",
        method: str = "unspecified mechanism from a script",
    ) -> None:
        self.__launch_description = launch_description
        self.__location = normalize_to_list_of_substitutions(location)
        self.__expanded_location: str | None = None
        self.__method = method

    @property
    def location(self) -> str:
        """Path of the launch file, once known; a description of it before."""
        if self.__expanded_location is None:
            return " + ".join(sub.describe() for sub in self.__location)
        return self.__expanded_location

    @property
    def method(self) -> str:
        """How the launch description is made."""
        return self.__method

    def try_get_launch_description_without_context(self) -> LaunchDescription | None:
        """Return the launch description, or None if its path is known only when launching."""
        from .launch_context import LaunchContext
        from .substitutions import SubstitutionFailure

        if self.__launch_description is None:
            try:
                location = perform_substitutions(LaunchContext(), self.__location)
            except (SubstitutionFailure, LookupError):
                return None
            if Path(location).is_file():
                self.__launch_description = self._get_launch_description(location)
        return self.__launch_description

    def get_launch_description(self, context: LaunchContext) -> LaunchDescription:
        """Return the launch description, loading it if necessary."""
        if self.__expanded_location is None:
            self.__expanded_location = perform_substitutions(context, self.__location)
        if self.__launch_description is None:
            self.__launch_description = self._get_launch_description(self.__expanded_location)
        return self.__launch_description

    def _get_launch_description(self, location: str) -> LaunchDescription:
        raise RuntimeError(f"no launch description was given for '{location}'")


def load_python_launch_file(path: str) -> LaunchDescription:
    """Run a Python launch file and return its launch description.

    Raises:
        InvalidLaunchFileError: if there is no such file, or it does not define generate_launch_description().
    """
    if not Path(path).is_file():
        raise InvalidLaunchFileError(f"launch file '{path}' does not exist")
    if not path.endswith(".py"):
        raise InvalidLaunchFileError(
            f"launch file '{path}': only Python launch files (.py) can be loaded without a ROS distribution"
        )
    loader = SourceFileLoader("python_launch_file", path)
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    if not hasattr(module, "generate_launch_description"):
        raise InvalidLaunchFileError(
            f"launch file '{path}' does not contain the required function 'generate_launch_description()'"
        )
    description = module.generate_launch_description()
    from .launch_description import LaunchDescription

    if not isinstance(description, LaunchDescription):
        raise InvalidLaunchFileError(
            f"launch file '{path}': generate_launch_description() must return a LaunchDescription, got {description!r}"
        )
    return description
