"""The command line of a running ``ros2 launch``."""

import sys
from pathlib import Path


def command_line_arguments(launch_file: str) -> dict[str, str]:
    """Return the arguments given to a launch file on the command line; none when another file includes it."""
    if not any(Path(word).name == Path(launch_file).name for word in sys.argv):
        return {}
    pairs = (word.partition(":=") for word in sys.argv if ":=" in word)
    return {name: value for name, _, value in pairs}
