"""Parts of OpenSim's XML files."""

from __future__ import annotations

from xml.etree import ElementTree

Element = ElementTree.Element


def put(parent: Element, tag: str, value: str | float | tuple[float, ...] | bool) -> None:
    """Add a property."""
    element = ElementTree.SubElement(parent, tag)
    if isinstance(value, bool):
        element.text = "true" if value else "false"
    elif isinstance(value, tuple):
        element.text = " ".join(repr(float(x)) for x in value)
    else:
        element.text = value if isinstance(value, str) else repr(float(value))


def mirrored(point: tuple[float, float, float], side: str) -> tuple[float, float, float]:
    """Return a point of the right leg for a leg: the left one mirrors z."""
    return point if side == "r" else (point[0], point[1], -point[2])


def named(parent: Element, tag: str, name: str) -> Element:
    """Add a named component."""
    return ElementTree.SubElement(parent, tag, name=name)


def objects(parent: Element, tag: str) -> Element:
    """Add one of OpenSim's sets and return what holds its members."""
    holder = ElementTree.SubElement(parent, tag)
    return ElementTree.SubElement(holder, "objects")
