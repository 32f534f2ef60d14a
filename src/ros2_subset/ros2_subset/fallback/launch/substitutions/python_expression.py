"""Value of a Python expression."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution
from ..utilities import normalize_to_list_of_substitutions, perform_substitutions

if TYPE_CHECKING:
    from ..launch_context import LaunchContext


class PythonExpression(Substitution):
    """Text of the value of a Python expression; the names of ``math`` are known in it."""

    def __init__(self, expression: SomeSubstitutionsType, python_modules: SomeSubstitutionsType = ("math",)) -> None:
        self.__expression = normalize_to_list_of_substitutions(expression)
        self.__python_modules = normalize_to_list_of_substitutions(python_modules)

    @property
    def expression(self) -> list[Substitution]:
        """The expression."""
        return self.__expression

    @property
    def python_modules(self) -> list[Substitution]:
        """Names of the modules known in the expression."""
        return self.__python_modules

    def describe(self) -> str:
        """Return the expression and the modules."""
        expression = " + ".join(sub.describe() for sub in self.expression)
        modules = ", ".join(sub.describe() for sub in self.python_modules)
        return f"PythonExpr({expression}, [{modules}])"

    def perform(self, context: LaunchContext) -> str:
        """Evaluate the expression and return its value as text."""
        names: dict[str, Any] = {}
        for sub in self.python_modules:
            module = importlib.import_module(context.perform_substitution(sub))
            if module.__name__ == "math":
                names.update(vars(module))
            names[module.__name__] = module
        return str(eval(perform_substitutions(context, self.expression), {}, names))
