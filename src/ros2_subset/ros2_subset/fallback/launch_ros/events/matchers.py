"""Matchers of nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["matches_node_name"]


def matches_node_name(node_name: str) -> Callable[[Any], bool]:
    """Return a matcher that is true for the node of the given full name."""
    full_name = "/" + node_name.lstrip("/")
    return lambda action: action.node_name == full_name
