"""Paths, executables and file contents."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions
from .substitution_failure import SubstitutionFailure

if TYPE_CHECKING:
    from ..launch_context import LaunchContext

PathComponent = SomeSubstitutionsType


class PathJoinSubstitution(Substitution):
    """Path components joined by the separator; ``/`` appends a component.

    A component that is a list is concatenated first.
    """

    def __init__(self, substitutions: Iterable[PathComponent]) -> None:
        self.__components = [normalize_to_list_of_substitutions(component) for component in substitutions]

    @property
    def substitutions(self) -> list[list[Substitution]]:
        """The components."""
        return self.__components

    def describe(self) -> str:
        """Return the components."""
        components = (" + ".join(sub.describe() for sub in component) for component in self.__components)
        return f"PathJoin('{' + '.join(components)}')"

    def __truediv__(self, additional_path: PathComponent) -> PathJoinSubstitution:
        """Return the path with one more component."""
        return PathJoinSubstitution([*self.__components, additional_path])

    def perform(self, context: LaunchContext) -> str:
        """Return the path."""
        return os.path.join(*(perform_substitutions(context, component) for component in self.__components))


class PathSubstitution(PathJoinSubstitution):
    """A path to which ``/`` appends components."""

    def __init__(self, path: PathComponent) -> None:
        super().__init__([path])


class FindExecutable(Substitution):
    """Path of an executable on the PATH."""

    def __init__(self, *, name: SomeSubstitutionsType) -> None:
        self.__name = normalize_to_list_of_substitutions(name)

    @property
    def name(self) -> list[Substitution]:
        """Name of the executable."""
        return self.__name

    def describe(self) -> str:
        """Return the class and the name."""
        return f"FindExec({' + '.join(sub.describe() for sub in self.name)})"

    def perform(self, context: LaunchContext) -> str:
        """Return the path."""
        name = perform_substitutions(context, self.name)
        path = shutil.which(name)
        if path is None:
            raise SubstitutionFailure(f"executable '{name}' not found on the PATH")
        return path


class FileContent(Substitution):
    """Content of a text file."""

    def __init__(self, path: SomeSubstitutionsType) -> None:
        self.__path = normalize_to_list_of_substitutions(path)

    @property
    def path(self) -> list[Substitution]:
        """Path of the file."""
        return self.__path

    def describe(self) -> str:
        """Return the class and the path."""
        return f"FileContent({' + '.join(sub.describe() for sub in self.path)})"

    def perform(self, context: LaunchContext) -> str:
        """Return the content."""
        path = perform_substitutions(context, self.path)
        try:
            with open(path, encoding="utf-8") as file:
                return file.read()
        except OSError as error:
            raise SubstitutionFailure(f"cannot read file '{path}': {error.strerror}") from error
