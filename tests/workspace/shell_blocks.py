"""The shell commands of a Markdown document: its fenced ``sh`` blocks, and what marks them."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

MARKS = {
    "container": "needs a container engine",
    "distribution": "needs a ROS 2 distribution",
    "hardware": "needs drives on a CAN bus, or a file about them",
    "long": "takes minutes to hours",
    "network": "fetches something",
    "own": "needs what the reader has made before",
    "scone": "needs SCONE",
    "system": "changes the computer",
}
"""Words of ``<!-- not tested: WORD -->`` in the line above a block, and why its commands are not run by a test."""

BLOCK = re.compile(r"(?:^ *<!-- not tested: ([\w, ]+) -->\n)?^ *```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
LOOP = re.compile(r"for (\w+) in (\S+)[^;]*;\s*do\b")
SEPARATORS = {"&&", "||", ";", "|", "do", "done", "&"}


@dataclass(frozen=True)
class Command:
    """A simple command, with the marks of its block."""

    words: tuple[str, ...]
    marks: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(self.words)


def commands(document: str) -> Iterator[Command]:
    """Yield the commands of a document.

    A loop stands for its first turn; what a substitution ``$(...)`` would give is left out, as are assignments.
    """
    for marks, block in BLOCK.findall(document):
        known = tuple(mark.strip() for mark in marks.split(",") if mark)
        text = re.sub(r"\$\([^)]*\)", "", block.replace("\\\n", " "))
        for name, first in LOOP.findall(text):
            text = text.replace(f"${name}", first)
        for line in text.splitlines():
            yield from (Command(words, known) for words in _simple_commands(LOOP.sub("do", line)))


def _simple_commands(line: str) -> Iterator[tuple[str, ...]]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|")
    lexer.whitespace_split = True
    words: list[str] = []
    for word in (*lexer, ";"):
        if word not in SEPARATORS:
            words.append(word)
            continue
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            del words[0]
        if words:
            yield tuple(words)
        words = []
