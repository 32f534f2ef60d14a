"""Launch descriptions from files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .launch_description_source import InvalidLaunchFileError, LaunchDescriptionSource, load_python_launch_file
from .some_substitutions_type import SomeSubstitutionsType

if TYPE_CHECKING:
    from .launch_description import LaunchDescription

__all__ = [
    "AnyLaunchDescriptionSource",
    "InvalidPythonLaunchFileError",
    "PythonLaunchDescriptionSource",
    "get_launch_description_from_any_launch_file",
    "get_launch_description_from_python_launch_file",
]

InvalidPythonLaunchFileError = InvalidLaunchFileError


def get_launch_description_from_python_launch_file(python_launch_file_path: str) -> LaunchDescription:
    """Return the launch description of a Python launch file."""
    return load_python_launch_file(python_launch_file_path)


def get_launch_description_from_any_launch_file(launch_file_path: str) -> LaunchDescription:
    """Return the launch description of a launch file, which must be a Python one here."""
    return load_python_launch_file(launch_file_path)


class PythonLaunchDescriptionSource(LaunchDescriptionSource):
    """A Python launch file."""

    def __init__(self, launch_file_path: SomeSubstitutionsType) -> None:
        super().__init__(None, launch_file_path, "interpreted python launch file")

    def _get_launch_description(self, location: str) -> LaunchDescription:
        return load_python_launch_file(location)


class AnyLaunchDescriptionSource(PythonLaunchDescriptionSource):
    """A launch file of any format, which must be a Python one here."""
