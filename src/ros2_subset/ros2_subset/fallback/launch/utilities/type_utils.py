"""Values with a type that may be given as substitutions."""

from __future__ import annotations

import typing
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import yaml

from ..substitution import Substitution
from . import normalize_to_list_of_substitutions, perform_substitutions

if TYPE_CHECKING:
    from ..launch_context import LaunchContext

SCALAR_TYPES = (int, float, bool, str)


def extract_type(data_type: Any) -> tuple[type, bool]:
    """Return the scalar type and whether the type is a list of it.

    Raises:
        ValueError: if it is neither int, float, bool or str nor a list of one of them.
    """
    scalar, is_list = data_type, False
    if typing.get_origin(data_type) is list:
        (scalar,), is_list = typing.get_args(data_type), True
    if scalar not in SCALAR_TYPES:
        raise ValueError(f"unrecognized data type: {data_type}")
    return scalar, is_list


def is_substitution(value: Any) -> bool:
    """Return whether a value is a substitution, or a mix of strings and at least one substitution."""
    if isinstance(value, Substitution):
        return True
    if isinstance(value, str) or not isinstance(value, Iterable):
        return False
    items = list(value)
    return any(isinstance(item, Substitution) for item in items) and all(
        isinstance(item, (Substitution, str)) for item in items
    )


def _has_type(value: Any, scalar: type) -> bool:
    # bool is an int to Python, but not to ROS.
    return isinstance(value, scalar) and (scalar is bool or not isinstance(value, bool))


def is_instance_of(value: Any, data_type: Any = None) -> bool:
    """Return whether a value is of a type; of any of the allowed types, lists being uniform, if it is None."""
    if data_type is None:
        if isinstance(value, list):
            return any(all(_has_type(item, scalar) for item in value) for scalar in SCALAR_TYPES)
        return isinstance(value, SCALAR_TYPES)
    scalar, is_list = extract_type(data_type)
    if is_list:
        return isinstance(value, list) and all(_has_type(item, scalar) for item in value)
    return _has_type(value, scalar)


def coerce_to_type(value: str, data_type: Any = None) -> Any:
    """Convert a text to a type, or by YAML rules to whatever it reads as if the type is None.

    Raises:
        ValueError: if the text does not read as that type.
    """
    if data_type is None:
        return _from_yaml(value, "a parameter value", None)
    scalar, is_list = extract_type(data_type)
    if is_list:
        return _from_yaml(value, f"a list of {scalar.__name__}", data_type)
    if scalar in (str, int, float):
        return scalar(value)
    return _from_yaml({"1": "true", "0": "false"}.get(value, value), "bool", bool)


def _from_yaml(value: str, wanted: str, data_type: Any) -> Any:
    if not value and data_type is None:
        return value
    try:
        output = yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise ValueError(f"cannot convert '{value}' to {wanted}: {error}") from error
    if not is_instance_of(output, data_type):
        raise ValueError(f"cannot convert '{value}' to {wanted}: it reads as {type(output).__name__}")
    return output


def normalize_typed_substitution(value: Any, data_type: Any) -> Any:
    """Return scalars as they are, substitutions as a list of substitutions, and lists item by item.

    A list of strings and substitutions mixed stands for one text; to make it a list of texts, each item must itself be
    a list.

    Raises:
        TypeError: if the value can never become the type.
    """
    if isinstance(value, SCALAR_TYPES):
        if data_type is not None and not is_instance_of(value, data_type):
            raise TypeError(f"value='{value}' is not an instance of {data_type}")
        return value
    if is_substitution(value):
        return normalize_to_list_of_substitutions(value)
    if not isinstance(value, Iterable):
        raise TypeError(f"expected a scalar, a substitution or a list of them, got {value!r} of type {type(value)}")
    scalar: type | None = None
    if data_type is not None:
        scalar, is_list = extract_type(data_type)
        if not is_list:
            raise TypeError(f"expected a single {scalar.__name__}, got the list {value!r}")
    items: list[Any] = []
    for item in value:
        if is_substitution(item):
            items.append(normalize_to_list_of_substitutions(item))
        elif isinstance(item, SCALAR_TYPES):
            items.append(item)
        else:
            raise TypeError(f"expected scalars and substitutions in the list, got {item!r} in {value!r}")
    scalars = [item for item in items if not isinstance(item, list)]
    if scalars and (scalar is float or scalar is None) and any(isinstance(item, float) for item in scalars):
        items = [float(item) if _has_type(item, int) else item for item in items]
        scalars = [item for item in items if not isinstance(item, list)]
    if not is_instance_of(scalars, None if scalar is None else data_type):
        raise TypeError(f"expected a list of one type{'' if scalar is None else f', {scalar.__name__}'}, got {value!r}")
    return items


def perform_typed_substitution(context: LaunchContext, value: Any, data_type: Any) -> Any:
    """Return a normalised value with its substitutions performed and the results converted to the type.

    Raises:
        ValueError: if the result does not read as the type.
        TypeError: if a scalar is of another type.
    """
    if isinstance(value, SCALAR_TYPES):
        if data_type is not None and not is_instance_of(value, data_type):
            raise TypeError(f"value='{value}' is not an instance of {data_type}")
        return value
    if value and all(isinstance(item, Substitution) for item in value):
        return coerce_to_type(perform_substitutions(context, value), data_type)
    scalar = None if data_type is None else extract_type(data_type)[0]
    output = [
        coerce_to_type(perform_substitutions(context, item), scalar) if isinstance(item, list) else item
        for item in value
    ]
    if not is_instance_of(output, data_type):
        raise ValueError(f"expected a list of one type, got {output!r}")
    return output
