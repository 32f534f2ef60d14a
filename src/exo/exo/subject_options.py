"""Options that say whose body walks, for subcommands that write or walk a gait in SCONE."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from exo_control.errors import ConfigError

if TYPE_CHECKING:
    from exo_sim.human_model import HumanModel


def add_subject_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--subject``, ``--mass-kg`` and ``--height-m`` to a subcommand's parser."""
    parser.add_argument("--subject", help="name in config/subjects or path of a .yaml (default: the model's person)")
    parser.add_argument("--mass-kg", type=float, help="body mass of the subject (default: the model's)")
    parser.add_argument("--height-m", type=float, help="height of the subject (default: the model's)")


def scaled_to_subject(args: argparse.Namespace, model: HumanModel) -> HumanModel:
    """Return the human model scaled to the person of these options.

    Raises:
        ConfigError: there is no such subject, a value is out of range, or a subject and a mass or height are given.
    """
    if args.subject is None:
        return model.scaled(args.mass_kg, args.height_m)
    for option, value in (("--mass-kg", args.mass_kg), ("--height-m", args.height_m)):
        if value is not None:
            raise ConfigError(f"{option} {value:g}: --subject {args.subject} has its own; leave one of them out")
    from exo_sim.subject import load_subject

    return load_subject(args.subject).scaled(model)
