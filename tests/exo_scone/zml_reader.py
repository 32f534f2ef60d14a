"""A reader of SCONE's format (ZML), after its own: blocks, ``key = value``, lists, comments, includes."""

import re
from pathlib import Path
from typing import Any

Node = tuple[str, Any]
"""Key and value: a text, or the nodes of a block."""

_TOKEN = re.compile(r'#[^\n]*|"([^"]*)"|<<|>>|[{}\[\]=]|[^\s{}\[\]="]+')


def read_zml(path: Path) -> list[Node]:
    tokens = [
        match.group(1) if match.group(1) is not None else match.group(0)
        for match in _TOKEN.finditer(path.read_text())
        if not match.group(0).startswith("#")
    ]
    nodes, rest = _block(tokens, 0, None, path.parent)
    assert rest == len(tokens)
    return nodes


def _block(tokens: list[str], at: int, close: str | None, folder: Path) -> tuple[list[Node], int]:
    nodes: list[Node] = []
    while at < len(tokens) and tokens[at] != close:
        token = tokens[at]
        if token == "<<":
            assert tokens[at + 2] == ">>"
            nodes += read_zml(folder / tokens[at + 1])
            at += 3
        elif token == "{":
            value, at = _block(tokens, at + 1, "}", folder)
            nodes.append(("", value))
            at += 1
        elif tokens[at + 1] == "=":
            nodes.append((token, tokens[at + 2]))
            at += 3
        else:
            close_sign = {"{": "}", "[": "]"}[tokens[at + 1]]
            value, at = _block(tokens, at + 2, close_sign, folder)
            nodes.append((token, value))
            at += 1
    assert at < len(tokens) or close is None, "the file ends inside a block"
    return nodes, at


def child(nodes: list[Node], key: str) -> Any:
    """Return the value of the only node with a key; KeyError without one."""
    found = [value for name, value in nodes if name == key]
    if len(found) != 1:
        raise KeyError(f"{key}: {len(found)} times")
    return found[0]


def children(nodes: list[Node], key: str) -> list[Any]:
    return [value for name, value in nodes if name == key]
