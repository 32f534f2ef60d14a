"""Comparisons and boolean logic; the results are the texts ``true`` and ``false``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions
from ..utilities.type_utils import is_substitution, perform_typed_substitution
from .substitution_failure import SubstitutionFailure

if TYPE_CHECKING:
    from ..launch_context import LaunchContext

_TRUE = ("true", "1")
_BOOLEANS = ("true", "false", "1", "0")


def _text(value: bool) -> str:
    return "true" if value else "false"


def _describe(subs: list[Substitution]) -> str:
    return " + ".join(sub.describe() for sub in subs)


def _truth(context: LaunchContext, subs: list[Substitution]) -> bool:
    try:
        return bool(perform_typed_substitution(context, subs, bool))
    except (TypeError, ValueError) as error:
        raise SubstitutionFailure(str(error)) from error


def _operand(value: Any) -> list[Substitution]:
    if is_substitution(value):
        return normalize_to_list_of_substitutions(value)
    if value is None:
        return normalize_to_list_of_substitutions("")
    return normalize_to_list_of_substitutions(_text(value) if isinstance(value, bool) else str(value))


def _as_float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


class EqualsSubstitution(Substitution):
    """Whether two values are equal, as booleans, as numbers or else as texts."""

    def __init__(self, left: Any, right: Any) -> None:
        self.__left = _operand(left)
        self.__right = _operand(right)

    @property
    def left(self) -> list[Substitution]:
        """The left value."""
        return self.__left

    @property
    def right(self) -> list[Substitution]:
        """The right value."""
        return self.__right

    def describe(self) -> str:
        """Return the class name and both values."""
        return f"{type(self).__name__}({_describe(self.left)}, {_describe(self.right)})"

    def _equal(self, context: LaunchContext) -> bool:
        left = perform_substitutions(context, self.left)
        right = perform_substitutions(context, self.right)
        if left.lower() in _BOOLEANS and right.lower() in _BOOLEANS:
            return (left.lower() in _TRUE) == (right.lower() in _TRUE)
        left_number, right_number = _as_float(left), _as_float(right)
        if left_number is not None and right_number is not None:
            return math.isclose(left_number, right_number)
        return left == right

    def perform(self, context: LaunchContext) -> str:
        """Return true or false."""
        return _text(self._equal(context))


class NotEqualsSubstitution(EqualsSubstitution):
    """Whether two values differ."""

    def perform(self, context: LaunchContext) -> str:
        """Return true or false."""
        return _text(not self._equal(context))


class NotSubstitution(Substitution):
    """The opposite of a boolean."""

    def __init__(self, value: SomeSubstitutionsType) -> None:
        self.__value = normalize_to_list_of_substitutions(value)

    @property
    def value(self) -> list[Substitution]:
        """The boolean."""
        return self.__value

    def describe(self) -> str:
        """Return the class name and the value."""
        return f"NotSubstitution({_describe(self.value)})"

    def perform(self, context: LaunchContext) -> str:
        """Return true or false."""
        return _text(not _truth(context, self.value))


class _Variadic(Substitution):
    def __init__(self, *args: SomeSubstitutionsType) -> None:
        self.__args = [normalize_to_list_of_substitutions(arg) for arg in args]

    @property
    def args(self) -> list[list[Substitution]]:
        """The booleans."""
        return self.__args

    def describe(self) -> str:
        """Return the class name and the values."""
        return f"{type(self).__name__}({', '.join(_describe(arg) for arg in self.args)})"

    def _truths(self, context: LaunchContext) -> list[bool]:
        # Every value is looked at, so that a bad one is an error wherever it stands.
        return [_truth(context, arg) for arg in self.args]


class AllSubstitution(_Variadic):
    """Whether all booleans are true."""

    def perform(self, context: LaunchContext) -> str:
        """Return true or false."""
        return _text(all(self._truths(context)))


class AnySubstitution(_Variadic):
    """Whether any boolean is true."""

    def perform(self, context: LaunchContext) -> str:
        """Return true or false."""
        return _text(any(self._truths(context)))


class AndSubstitution(AllSubstitution):
    """Whether both booleans are true."""

    def __init__(self, left: SomeSubstitutionsType, right: SomeSubstitutionsType) -> None:
        super().__init__(left, right)


class OrSubstitution(AnySubstitution):
    """Whether one of two booleans is true."""

    def __init__(self, left: SomeSubstitutionsType, right: SomeSubstitutionsType) -> None:
        super().__init__(left, right)


class IfElseSubstitution(Substitution):
    """One of two texts, by a boolean."""

    def __init__(
        self,
        condition: SomeSubstitutionsType,
        if_value: SomeSubstitutionsType = "",
        else_value: SomeSubstitutionsType = "",
    ) -> None:
        if if_value == else_value == "":
            raise RuntimeError("One of if_value and else_value must be specified")
        self.__condition = normalize_to_list_of_substitutions(condition)
        self.__if_value = normalize_to_list_of_substitutions(if_value)
        self.__else_value = normalize_to_list_of_substitutions(else_value)

    def describe(self) -> str:
        """Return the class name and the three parts."""
        parts = (self.__condition, self.__if_value, self.__else_value)
        return f"IfElseSubstitution({', '.join(_describe(part) for part in parts)})"

    def perform(self, context: LaunchContext) -> str:
        """Return the text that the boolean picks."""
        chosen = self.__if_value if _truth(context, self.__condition) else self.__else_value
        return perform_substitutions(context, chosen)
