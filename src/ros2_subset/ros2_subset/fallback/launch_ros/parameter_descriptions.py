"""Descriptions of parameters."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from launch.frontend.parse_substitution import parse_substitution
from launch.some_substitutions_type import SomeSubstitutionsType
from launch.substitutions import SubstitutionFailure
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions
from launch.utilities.type_utils import normalize_typed_substitution, perform_typed_substitution

if TYPE_CHECKING:
    from launch.launch_context import LaunchContext

__all__ = ["Parameter", "ParameterFile", "ParameterValue"]


class ParameterValue:
    """A value of the given type: int, float, bool, str or a list of one of them; by YAML rules if it is None."""

    def __init__(self, value: Any, *, value_type: Any = None) -> None:
        self.__value = normalize_typed_substitution(value, value_type)
        self.__value_type = value_type

    @property
    def value(self) -> Any:
        """The value, with substitutions."""
        return self.__value

    @property
    def value_type(self) -> Any:
        """The type."""
        return self.__value_type

    def evaluate(self, context: LaunchContext) -> Any:
        """Return the value with all substitutions performed.

        Raises:
            ValueError: if it does not read as the type.
        """
        return perform_typed_substitution(context, self.__value, self.__value_type)


class Parameter:
    """A parameter with its name."""

    def __init__(self, name: SomeSubstitutionsType, value: Any, *, value_type: Any = None) -> None:
        self.__name = normalize_to_list_of_substitutions(name)
        self.__value = ParameterValue(value, value_type=value_type)

    def evaluate(self, context: LaunchContext) -> tuple[str, Any]:
        """Return name and value."""
        return perform_substitutions(context, self.__name), self.__value.evaluate(context)


class ParameterFile:
    """A parameter file; with ``allow_substs`` it may contain substitutions such as ``$(var name)``."""

    def __init__(
        self, param_file: str | os.PathLike[str] | SomeSubstitutionsType, *, allow_substs: Any = False
    ) -> None:
        path = os.fspath(param_file) if isinstance(param_file, os.PathLike) else param_file
        self.__param_file = normalize_to_list_of_substitutions(path)
        self.__allow_substs = normalize_typed_substitution(allow_substs, bool)

    def evaluate(self, context: LaunchContext) -> Path:
        """Return the path of the file; of a temporary one if it may contain substitutions.

        Raises:
            SubstitutionFailure: if there is no such file, or it is no YAML file.
        """
        path = Path(perform_substitutions(context, self.__param_file))
        if not path.is_file():
            raise SubstitutionFailure(f"parameter file '{path}' does not exist")
        text = path.read_text(encoding="utf-8")
        allow_substs = perform_typed_substitution(context, self.__allow_substs, bool)
        try:
            if allow_substs:
                text = perform_substitutions(context, parse_substitution(text))
            yaml.safe_load(text)
        except (ValueError, yaml.YAMLError) as error:
            raise SubstitutionFailure(f"parameter file '{path}': {error}") from error
        return write_temporary_file(text) if allow_substs else path


def write_temporary_file(text: str) -> Path:
    """Write a parameter file that stays for the nodes to read, and return its path."""
    with tempfile.NamedTemporaryFile("w", prefix="launch_params_", delete=False, encoding="utf-8") as file:
        file.write(text)
    return Path(file.name)
