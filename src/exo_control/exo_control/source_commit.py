"""Which commit of exo is at work, for records of what a result came from."""

import subprocess
from pathlib import Path


def git_sha() -> str | None:
    """Return the commit of the checkout that exo runs from, with ``-dirty`` on local changes, or None."""
    command = ["git", "-C", str(Path(__file__).resolve().parent), "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):  # no git, or installed outside a checkout
        return None
    return done.stdout.strip()
