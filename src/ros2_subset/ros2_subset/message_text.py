"""Messages as text."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import yaml


@dataclass(frozen=True)
class TextStyle:
    """How much of a message to show."""

    truncate_length: int | None = None
    """Longest text and most array elements; None for all."""
    no_arr: bool = False
    no_str: bool = False
    flow_style: bool = False


def is_message(value: Any) -> bool:
    """Return whether a value is a message, and not a field of a simple type."""
    return hasattr(value, "get_fields_and_field_types")


def to_plain(value: Any, style: TextStyle, type_name: str = "") -> Any:
    """Return a message, or the value of a field, as dicts, lists and scalars."""
    if is_message(value):
        fields = value.get_fields_and_field_types()
        return {name: to_plain(getattr(value, name), style, kind) for name, kind in fields.items()}
    if isinstance(value, (list, tuple, bytes)) or hasattr(value, "tolist"):  # array.array and numpy.ndarray have it
        return _plain_sequence(value, style, type_name)
    if isinstance(value, str):
        if style.no_str:
            return f"<string length: <{len(value)}>>"
        if style.truncate_length is not None and len(value) > style.truncate_length:
            return value[: style.truncate_length] + "..."
        return value
    return value


def _plain_sequence(values: Any, style: TextStyle, type_name: str) -> Any:
    if style.no_arr:
        return f"<array type: {type_name}>"
    limit = style.truncate_length
    head = values[:limit]
    items = [to_plain(value, style) for value in (head.tolist() if hasattr(head, "tolist") else head)]
    if limit is not None and len(values) > limit:
        items.append("...")
    return items


def to_yaml(message: Any, style: TextStyle) -> str:
    """Return a message as YAML."""
    plain = to_plain(message, style)
    if not isinstance(plain, (dict, list)):
        return str(plain)
    text = yaml.safe_dump(
        plain, sort_keys=False, allow_unicode=True, default_flow_style=style.flow_style, width=float("inf")
    )
    return text.rstrip("\n")


def to_csv(message: Any, style: TextStyle) -> str:
    """Return all values of a message in one line, separated by commas."""
    return ",".join(str(value) for value in _flatten(to_plain(message, style)))


def _flatten(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return [value]
    return [leaf for item in value for leaf in _flatten(item)]


def select_field(message: Any, path: str) -> Any:
    """Return the field of a message at a dotted path.

    Raises:
        ValueError: if there is no such field.
    """
    value = message
    for name in path.split("."):
        if not is_message(value) or name not in value.get_fields_and_field_types():
            known = ", ".join(value.get_fields_and_field_types()) if is_message(value) else "none"
            raise ValueError(f"no field '{name}' in '{path}'; fields there: {known}")
        value = getattr(value, name)
    return value
