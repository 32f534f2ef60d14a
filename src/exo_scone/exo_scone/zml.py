"""Text in SCONE's own format (ZML): nested blocks of ``key = value`` lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Node = tuple[str, "str | float | int | Block"]
Block = Sequence[Node]
"""Key and value of each line, in order; keys may repeat."""


def zml(block: Iterable[Node], depth: int = 0) -> str:
    """Return a block as text. A key without value, such as an include, has an empty text as value."""
    indent = "\t" * depth
    lines = []
    for key, value in block:
        if isinstance(value, (str, int, float)):
            lines.append(f"{indent}{key} = {text(value)}\n" if value != "" else f"{indent}{key}\n")
        else:
            lines.append(f"{indent}{key} {{\n{zml(value, depth + 1)}{indent}}}\n")
    return "".join(lines)


def text(value: str | float | int) -> str:
    """Return a value; texts with spaces or ZML's own signs in quotes."""
    if isinstance(value, str):
        return f'"{value}"' if set(value) & set(" ;*#{}[]\t") else value
    return repr(value)


def free(value: float, std: float, minimum: float, maximum: float) -> str:
    """Return a number that SCONE's optimiser may change: mean~std<minimum,maximum>."""
    return f"{value!r}~{std!r}<{minimum!r},{maximum!r}>"


def vector(x: float, y: float, z: float) -> Block:
    """Return a vector's block."""
    return [("x", x), ("y", y), ("z", z)]
