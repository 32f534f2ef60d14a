"""Substitutions written in text, as in ``$(find-pkg-share exo)/config``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import substitutions
from ..substitution import Substitution
from ..substitutions import TextSubstitution

Arguments = list[list[Substitution]]

_factories: dict[str, Callable[..., Substitution]] = {
    "all": substitutions.AllSubstitution,
    "and": substitutions.AndSubstitution,
    "anon": substitutions.AnonName,
    "any": substitutions.AnySubstitution,
    "command": lambda command, on_stderr="fail": substitutions.Command(command, on_stderr=on_stderr),
    "dirname": substitutions.ThisLaunchFileDir,
    "env": lambda name, default=None: substitutions.EnvironmentVariable(name, default_value=default),
    "equals": substitutions.EqualsSubstitution,
    "eval": lambda *words: substitutions.PythonExpression(_join_words(words)),
    "file-content": substitutions.FileContent,
    "filename": substitutions.ThisLaunchFile,
    "find-exec": lambda name: substitutions.FindExecutable(name=name),
    "if": substitutions.IfElseSubstitution,
    "launch_log_dir": substitutions.LaunchLogDir,
    "log_dir": substitutions.LaunchLogDir,
    "not": substitutions.NotSubstitution,
    "not-equals": substitutions.NotEqualsSubstitution,
    "or": substitutions.OrSubstitution,
    "var": lambda name, default=None: substitutions.LaunchConfiguration(name, default=default),
}


def register_substitution(name: str, factory: Callable[..., Substitution]) -> None:
    """Make a substitution known by a name; its arguments come as lists of substitutions."""
    _factories[name] = factory


def parse_substitution(text: str) -> list[Substitution]:
    """Return the substitutions that a text contains, with the plain text between them.

    ``$(name argument ...)`` is a substitution, quotes keep an argument with spaces together, and a backslash takes the
    special meaning from ``$``, quotes, parentheses and itself.

    Raises:
        ValueError: if a substitution is unknown, not closed, or has the wrong number of arguments.
    """
    parser = _Parser(text)
    result = parser.parse_until(stops="")
    return result or [TextSubstitution(text="")]


def _join_words(words: tuple[list[Substitution], ...]) -> list[Substitution]:
    joined: list[Substitution] = []
    for number, word in enumerate(words):
        if number:
            joined.append(TextSubstitution(text=" "))
        joined.extend(word)
    return joined


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0

    def parse_until(self, stops: str) -> list[Substitution]:
        """Parse up to any of the characters in ``stops``, or the end of the text."""
        parts: list[Substitution] = []
        plain = ""
        while self._position < len(self._text) and self._text[self._position] not in stops:
            if self._text.startswith("$(", self._position):
                if plain:
                    parts.append(TextSubstitution(text=plain))
                    plain = ""
                parts.append(self._parse_call())
                continue
            is_escape = self._text[self._position] == "\\" and self._text[self._position + 1 : self._position + 2]
            if is_escape and self._text[self._position + 1] in "$\\\"'()":
                self._position += 1
            plain += self._text[self._position]
            self._position += 1
        if plain:
            parts.append(TextSubstitution(text=plain))
        return parts

    def _parse_call(self) -> Substitution:
        start = self._position
        self._position += 2
        arguments: list[Any] = []
        while True:
            self._skip_spaces()
            if self._position >= len(self._text):
                raise ValueError(f"substitution '{self._text[start : start + 40]}' is not closed by ')'")
            character = self._text[self._position]
            if character == ")":
                self._position += 1
                break
            if character in "\"'":
                self._position += 1
                arguments.append(self.parse_until(character))
                if self._position >= len(self._text):
                    raise ValueError(f"substitution '{self._text[start : start + 40]}': a quote is not closed")
                self._position += 1
            else:
                arguments.append(self.parse_until(" \t\n)"))
        call = self._text[start : self._position]
        if not arguments or len(arguments[0]) != 1 or not isinstance(arguments[0][0], TextSubstitution):
            raise ValueError(f"substitution '{call}' has no name")
        name = arguments.pop(0)[0].text
        if name not in _factories:
            raise ValueError(f"unknown substitution '{name}' in '{call}'; known are: {', '.join(sorted(_factories))}")
        try:
            return _factories[name](*arguments)
        except TypeError as error:
            raise ValueError(f"substitution '{call}': {error}") from error

    def _skip_spaces(self) -> None:
        while self._position < len(self._text) and self._text[self._position].isspace():
            self._position += 1
