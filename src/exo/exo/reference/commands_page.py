"""The page of the command line, from its own help."""

import argparse
import re
from collections.abc import Iterator

from exo.cli import make_parser


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield the parsers of all commands, and of commands within commands."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield child
                yield from parsers(child)


def page() -> str:
    """Return the page."""
    intro = "`exo COMMAND --help` prints the same. `--json` ends the output with one object on one line."
    parts = [f"# Commands\n\n{intro}\n"]
    for parser in parsers(make_parser()):
        parts.append(f"\n## {parser.prog}\n\n```text\n{_help(parser)}\n```\n")
    return "".join(parts)


def _help(parser: argparse.ArgumentParser) -> str:
    parser.formatter_class = lambda prog: argparse.HelpFormatter(prog, width=100)
    return re.sub(r"\n{3,}", "\n\n", parser.format_help()).strip()
