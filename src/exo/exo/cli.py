"""Entry point of the ``exo`` command line."""

import argparse
import difflib
import importlib
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from exo_control.errors import ExoError

# The modules of exo.commands that are subcommands, in the order of `exo --help`. A dash stands for an underscore.
COMMANDS = (
    "walk", "record", "summary", "report", "render", "metabolic", "gather", "evaluate", "bound", "optimize-gait",
    "train", "curves", "export", "calibrate", "test-safety", "soak", "compare", "cohort", "study", "reproduce", "scone",
    "bench", "doctor", "version",
)  # fmt: skip

EXIT_ERROR = 2
EXIT_INTERRUPTED = 130  # as shells do: 128 + SIGINT


class Parser(argparse.ArgumentParser):
    """An argparse parser that names the nearest known word on an unknown command, option or choice."""

    def __init__(self, **settings: Any) -> None:
        # An abbreviation that works today is ambiguous once an option is added, and scripts break.
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        """Print the message, with the nearest known word, and exit."""
        self.exit(EXIT_ERROR, f"exo: error: {message}{self._suggestion(message)}\n(see '{self.prog} --help')\n")

    def _suggestion(self, message: str) -> str:
        known = set(self._option_string_actions)
        for action in self._actions:
            known.update(str(choice) for choice in action.choices or ())
        quoted = re.search(r"invalid choice: '(\S+)'", message)
        if quoted:
            words = [quoted.group(1)]
        elif message.startswith("unrecognized arguments:"):
            words = [word.split("=")[0] for word in message.split()[2:]]
        else:
            return ""
        near = [match for word in words for match in difflib.get_close_matches(word, known, n=1)]
        return f"; did you mean {' '.join(near)}?" if near else ""


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of ``exo`` with all subcommands."""
    parser = Parser(prog="exo", description="Hip exoskeleton: simulate, optimise, measure.")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS:
        module = importlib.import_module(f"exo.commands.{name.replace('-', '_')}")
        command_parser = module.add_parser(subparsers)
        command_parser.set_defaults(run=module.run, parser=command_parser)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``exo`` and return its exit code: 0, the subcommand's own, 2 on a user's error, 130 on Ctrl-C."""
    args, unknown = make_parser().parse_known_args(arguments)
    if unknown:  # reported by the subcommand's parser, which knows the options that were meant
        args.parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    try:
        return int(args.run(args))
    except ExoError as error:
        print(f"exo: error: {error}", file=sys.stderr)
        return EXIT_ERROR
    except KeyboardInterrupt:
        print("exo: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
