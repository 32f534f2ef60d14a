"""Texts from the launch context and the environment."""

from __future__ import annotations

import os
import random
import re
import socket
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .. import logging as launch_logging
from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions
from .substitution_failure import SubstitutionFailure

if TYPE_CHECKING:
    from ..launch_context import LaunchContext


def _describe(name: str, subs: list[Substitution]) -> str:
    return f"{name}({' + '.join(sub.describe() for sub in subs)})"


class LaunchConfiguration(Substitution):
    """Value of a launch configuration, such as a launch argument."""

    def __init__(self, variable_name: SomeSubstitutionsType, *, default: Any | None = None) -> None:
        self.__variable_name = normalize_to_list_of_substitutions(variable_name)
        self.__default: list[Substitution] | None = None
        if default is not None:
            is_sequence = isinstance(default, Iterable) and not isinstance(default, str)
            parts = list(default) if is_sequence else [default]
            self.__default = normalize_to_list_of_substitutions(
                [part if isinstance(part, (str, Substitution)) else str(part) for part in parts]
            )

    @property
    def variable_name(self) -> list[Substitution]:
        """Name of the launch configuration."""
        return self.__variable_name

    def describe(self) -> str:
        """Return the class and the name."""
        return _describe("LaunchConfig", self.variable_name)

    def perform(self, context: LaunchContext) -> str:
        """Return the value, or the default where it is not set."""
        name = perform_substitutions(context, self.variable_name)
        if name in context.launch_configurations:
            return context.launch_configurations[name]
        if self.__default is None:
            raise SubstitutionFailure(f"launch configuration '{name}' does not exist")
        return perform_substitutions(context, self.__default)


class EnvironmentVariable(Substitution):
    """Value of an environment variable."""

    def __init__(self, name: SomeSubstitutionsType, *, default_value: SomeSubstitutionsType | None = None) -> None:
        self.__name = normalize_to_list_of_substitutions(name)
        self.__default = None if default_value is None else normalize_to_list_of_substitutions(default_value)

    @property
    def name(self) -> list[Substitution]:
        """Name of the variable."""
        return self.__name

    @property
    def default_value(self) -> list[Substitution] | None:
        """Value where it is not set."""
        return self.__default

    def describe(self) -> str:
        """Return the class and the name."""
        return _describe("EnvVar", self.name)

    def perform(self, context: LaunchContext) -> str:
        """Return the value, or the default where it is not set."""
        name = perform_substitutions(context, self.name)
        value = context.environment.get(name)
        if value is not None:
            return value
        if self.__default is None:
            raise SubstitutionFailure(f"environment variable '{name}' does not exist")
        return perform_substitutions(context, self.__default)


class LocalSubstitution(Substitution):
    """Value of a local of the context, such as ``event.name`` in an event handler."""

    def __init__(self, expression: str, description: str | None = None) -> None:
        self.__expression = expression
        self.__description = description

    @property
    def expression(self) -> str:
        """The expression, evaluated on ``context.locals``."""
        return self.__expression

    def describe(self) -> str:
        """Return the class and the description."""
        return f"LocalVar('{self.__description or self.expression}')"

    def perform(self, context: LaunchContext) -> str:
        """Return the value."""
        return eval("context.locals." + self.expression)


class ThisLaunchFile(Substitution):
    """Path of the launch file in which it stands."""

    def describe(self) -> str:
        """Return the class."""
        return "ThisLaunchFile()"

    def perform(self, context: LaunchContext) -> str:
        """Return the absolute path."""
        path = context.get_locals_as_dict().get("current_launch_file_path")
        if path is None:
            raise SubstitutionFailure("ThisLaunchFile used outside of a launch file (in a script)")
        return str(path)


class ThisLaunchFileDir(Substitution):
    """Folder of the launch file in which it stands."""

    def describe(self) -> str:
        """Return the class."""
        return "ThisLaunchFileDir()"

    def perform(self, context: LaunchContext) -> str:
        """Return the absolute path."""
        path = context.get_locals_as_dict().get("current_launch_file_directory")
        if path is None:
            raise SubstitutionFailure("ThisLaunchFileDir used outside of a launch file (in a script)")
        return str(path)


class LaunchLogDir(Substitution):
    """Folder of the log files of this launch."""

    def describe(self) -> str:
        """Return the class."""
        return "LaunchLogDir()"

    def perform(self, context: LaunchContext) -> str:
        """Return the absolute path."""
        return launch_logging.launch_config.log_dir


class AnonName(Substitution):
    """A name made unique; the same text gives the same name within a launch."""

    def __init__(self, name: SomeSubstitutionsType) -> None:
        self.__name = normalize_to_list_of_substitutions(name)

    @property
    def name(self) -> list[Substitution]:
        """The text."""
        return self.__name

    def describe(self) -> str:
        """Return the class and the text."""
        return _describe("AnonName", self.name)

    def perform(self, context: LaunchContext) -> str:
        """Return the unique name."""
        name = perform_substitutions(context, self.name)
        unique = f"{name}_{socket.gethostname()}_{os.getpid()}_{random.randint(0, sys.maxsize)}"
        return str(context.launch_configurations.setdefault("anon" + name, re.sub(r"[.:-]", "_", unique)))
