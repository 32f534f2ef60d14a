"""The ``--json`` option that subcommands share."""

import argparse
import json
import math
from collections.abc import Mapping
from typing import Any


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--json`` to a subcommand's parser."""
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line of stdout")


def to_plain(value: Any) -> Any:
    """Return ``value`` with NumPy scalars and arrays, tuples and non-finite floats made JSON values.

    JSON has no NaN or infinity: both become null.
    """
    if hasattr(value, "tolist"):  # NumPy scalar or array, recognised without importing NumPy
        value = value.tolist()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    return value


def print_json(result: Mapping[str, Any]) -> None:
    """Print ``result`` as one JSON object on one line of stdout. Call it last."""
    print(json.dumps(to_plain(result), allow_nan=False), flush=True)
