"""Conditions of actions."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from .condition import Condition
from .some_substitutions_type import SomeSubstitutionsType
from .substitution import Substitution
from .utilities import normalize_to_list_of_substitutions, perform_substitutions

if TYPE_CHECKING:
    from .launch_context import LaunchContext

__all__ = [
    "IfCondition",
    "InvalidConditionExpressionError",
    "LaunchConfigurationEquals",
    "LaunchConfigurationNotEquals",
    "UnlessCondition",
    "evaluate_condition_expression",
]

VALID_TRUE_EXPRESSIONS = ["true", "1"]
VALID_FALSE_EXPRESSIONS = ["false", "0"]


class InvalidConditionExpressionError(ValueError):
    """An expression is none of true, false, 1 and 0."""


def evaluate_condition_expression(context: LaunchContext, expression: list[Substitution]) -> bool:
    """Return the truth value of an expression, which must read true, false, 1 or 0 in any case."""
    value = perform_substitutions(context, expression).strip().lower()
    if value in VALID_TRUE_EXPRESSIONS:
        return True
    if value in VALID_FALSE_EXPRESSIONS:
        return False
    valid = ", ".join(VALID_TRUE_EXPRESSIONS + VALID_FALSE_EXPRESSIONS)
    source = " + ".join(part.describe() for part in expression)
    raise InvalidConditionExpressionError(
        f"invalid condition expression, expected one of [{valid}] but got '{value}', expanded from {source}"
    )


class IfCondition(Condition):
    """Holds when the expression is true."""

    def __init__(self, predicate_expression: SomeSubstitutionsType) -> None:
        self.__expression = normalize_to_list_of_substitutions(predicate_expression)
        super().__init__(predicate=self._predicate_func)

    def _predicate_func(self, context: LaunchContext) -> bool:
        return evaluate_condition_expression(context, self.__expression)


class UnlessCondition(IfCondition):
    """Holds when the expression is false."""

    def _predicate_func(self, context: LaunchContext) -> bool:
        return not super()._predicate_func(context)


class LaunchConfigurationEquals(Condition):
    """Holds when a launch configuration has the given value, or is not set and the value is None."""

    def __init__(self, launch_configuration_name: str, expected_value: SomeSubstitutionsType | None) -> None:
        warnings.warn(
            "LaunchConfigurationEquals and LaunchConfigurationNotEquals are deprecated: "
            "use IfCondition with EqualsSubstitution or NotEqualsSubstitution",
            UserWarning,
            stacklevel=2,
        )
        self.__name = launch_configuration_name
        self.__expected = None if expected_value is None else normalize_to_list_of_substitutions(expected_value)
        super().__init__(predicate=self._predicate_func)

    def _predicate_func(self, context: LaunchContext) -> bool:
        value = context.launch_configurations.get(self.__name)
        return value == (None if self.__expected is None else perform_substitutions(context, self.__expected))


class LaunchConfigurationNotEquals(LaunchConfigurationEquals):
    """Holds when a launch configuration does not have the given value."""

    def _predicate_func(self, context: LaunchContext) -> bool:
        return not super()._predicate_func(context)
