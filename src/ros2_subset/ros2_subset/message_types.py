"""Message classes by name; rosidl_runtime_py, which has this too, comes with no wheel."""

from importlib import import_module
from typing import Any

from ros2_subset.errors import CommandError


def message_class(type_name: str) -> Any:
    """Return the class of a message type such as ``std_msgs/msg/String``.

    Raises:
        CommandError: if the name has another form or the type is not installed.
    """
    parts = type_name.split("/")
    if len(parts) == 2:
        parts.insert(1, "msg")
    if len(parts) != 3 or not all(part.isidentifier() for part in parts):
        raise CommandError(f"'{type_name}' is no message type; expected a name such as std_msgs/msg/String")
    package, kind, name = parts
    try:
        return getattr(import_module(f"{package}.{kind}"), name)
    except (ImportError, AttributeError):
        raise CommandError(f"message type '{type_name}' is not installed") from None
