"""The ``--engine`` option that subcommands share."""

import argparse

from exo_scone.engines import HUMAN_ENGINES


def add_engine_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--engine`` to a subcommand's parser."""
    parser.add_argument(
        "--engine",
        choices=HUMAN_ENGINES,
        default="auto",
        help="auto or native: our own; scone: SCONE, where it is installed (default: %(default)s)",
    )
