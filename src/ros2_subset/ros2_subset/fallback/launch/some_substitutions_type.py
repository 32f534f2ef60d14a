"""Type of everything that stands for a text: a string, a substitution, or a sequence of both."""

from __future__ import annotations

import collections.abc
from collections.abc import Iterable
from typing import Union

from .substitution import Substitution

SomeSubstitutionsType = Union[str, Substitution, Iterable[Union[str, Substitution]]]  # noqa: UP007  (Python 3.10)

SomeSubstitutionsType_types_tuple = (str, Substitution, collections.abc.Iterable)
