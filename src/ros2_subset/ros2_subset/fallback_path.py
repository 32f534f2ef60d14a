"""Where the stand-ins for ``launch`` and ``launch_ros`` live, and how they become importable."""

import sys
from pathlib import Path

FALLBACK_DIR = Path(__file__).parent / "fallback"


def enable_fallback() -> None:
    """Make the stand-ins importable, after every real module: they go to the end of the search path."""
    entry = str(FALLBACK_DIR)
    if entry not in sys.path:
        sys.path.append(entry)
