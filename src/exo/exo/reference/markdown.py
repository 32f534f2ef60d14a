"""Markdown that the pages of the reference share."""

import re
from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; a cell is text of one line."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def code(text: str) -> str:
    """Return text as code within a line; empty text stays empty."""
    return f"`{text}`" if text else ""


def from_docstring(text: str) -> str:
    """Return a docstring as Markdown: literals, ``Args:`` and ``Raises:`` as lists, tables as code."""
    paragraphs = re.sub(r"``(.+?)``", r"`\1`", text, flags=re.DOTALL).split("\n\n")
    return "\n\n".join(map(_paragraph, paragraphs))


def _paragraph(text: str) -> str:
    lines = text.splitlines()
    if lines[0].startswith("==="):  # a table
        return "```text\n" + text + "\n```"
    heading = re.fullmatch(r"(Args|Raises|Returns|Yields):", lines[0])
    if heading is None:
        return re.sub(r"(`[^`]*`)|<", lambda found: found.group(1) or "&lt;", text)
    items = [re.sub(r"^ {4}(\*{0,2}\w+):", r"- `\1`:", line) for line in lines[1:]]
    return f"**{heading.group(1)}**\n\n" + "\n".join(items)
