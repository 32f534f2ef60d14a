"""Names of nodes and namespaces."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def validate_node_name(name: str) -> None:
    """Raise ValueError unless the name is a letter or underscore, then letters, digits and underscores."""
    if not _TOKEN.fullmatch(name):
        raise ValueError(
            f"invalid node name '{name}': it must start with a letter or '_' and hold only letters, digits and '_'"
        )


def validate_namespace(namespace: str) -> None:
    """Raise ValueError unless the namespace is ``/`` or an absolute path of valid names."""
    tokens = namespace.split("/")
    if namespace != "/" and (tokens[0] or not all(_TOKEN.fullmatch(token) for token in tokens[1:])):
        raise ValueError(
            f"invalid namespace '{namespace}': each part must start with a letter or '_' and hold only letters, "
            "digits and '_'"
        )


def join_namespace(base: str | None, namespace: str | None) -> str | None:
    """Return a namespace below a base, made absolute; an absolute one stays as it is, and None counts as not given."""
    if base is None and namespace is None:
        return None
    if namespace is None or namespace == "":
        joined = base or ""
    elif namespace.startswith("/") or not base:
        joined = namespace
    else:
        joined = base.rstrip("/") + "/" + namespace
    return "/" + joined.strip("/")
