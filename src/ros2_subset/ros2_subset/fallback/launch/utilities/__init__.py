"""Helpers that actions and substitutions share."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..launch_description_entity import LaunchDescriptionEntity
from ..some_substitutions_type import SomeSubstitutionsType
from ..substitution import Substitution

if TYPE_CHECKING:
    from ..launch_context import LaunchContext

__all__ = [
    "ensure_argument_type",
    "is_a",
    "is_a_subclass",
    "normalize_to_list_of_entities",
    "normalize_to_list_of_substitutions",
    "perform_substitutions",
]


def is_a(obj: Any, entity_type: type) -> bool:
    """Return whether an object is an instance of a type."""
    return isinstance(obj, entity_type)


def is_a_subclass(obj: Any, entity_type: type) -> bool:
    """Return whether an object is an instance of a type, or a class derived from it."""
    return isinstance(obj, entity_type) or (inspect.isclass(obj) and issubclass(obj, entity_type))


def ensure_argument_type(argument: Any, types: Any, argument_name: str, caller: str | None = None) -> None:
    """Raise TypeError unless an argument is of one of the types."""
    allowed = tuple(types) if isinstance(types, Iterable) else (types,)
    if not isinstance(argument, allowed):
        names = ", ".join(str(each) for each in allowed)
        prefix = "" if caller is None else f"{caller}: "
        raise TypeError(
            f"{prefix}expected '{argument_name}' to be one of [{names}], but got '{argument}' of type {type(argument)}"
        )


def normalize_to_list_of_entities(
    entities: Iterable[LaunchDescriptionEntity | Iterable[LaunchDescriptionEntity]],
) -> list[LaunchDescriptionEntity]:
    """Return entities and iterables of entities as one flat list."""
    flat: list[LaunchDescriptionEntity] = []
    for entity in entities:
        if isinstance(entity, LaunchDescriptionEntity):
            flat.append(entity)
        else:
            flat.extend(entity)
    return flat


def normalize_to_list_of_substitutions(subs: SomeSubstitutionsType) -> list[Substitution]:
    """Return a string, a substitution, or a sequence of both as a list of substitutions.

    Raises:
        TypeError: if anything else is among them.
    """
    from ..substitutions import TextSubstitution  # the substitutions need this module

    parts: Iterable[Any] = [subs] if isinstance(subs, (str, Substitution)) else subs
    normalized: list[Substitution] = []
    for part in parts:
        if isinstance(part, Substitution):
            normalized.append(part)
        elif isinstance(part, str):
            normalized.append(TextSubstitution(text=part))
        else:
            raise TypeError(f"expected a string or a substitution, got {part!r} of type {type(part)}")
    return normalized


def perform_substitutions(context: LaunchContext, subs: Iterable[Substitution]) -> str:
    """Return the texts of the substitutions, joined."""
    return "".join(context.perform_substitution(sub) for sub in subs)
