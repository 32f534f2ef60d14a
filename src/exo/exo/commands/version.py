"""``exo version``: what is installed, for bug reports and trial records."""

import argparse
import importlib.metadata
import platform
import subprocess
from pathlib import Path
from typing import Any

import exo
from exo.json_output import add_json_option, print_json

PACKAGES = ("numpy", "numba", "rclpy")


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo version``."""
    parser: argparse.ArgumentParser = subparsers.add_parser("version", help="print the versions of exo and its parts")
    add_json_option(parser)
    return parser


def git_sha() -> str | None:
    """Return the commit of the checkout that exo runs from, with ``-dirty`` on local changes, or None."""
    command = ["git", "-C", str(Path(__file__).resolve().parent), "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):  # no git, or installed outside a checkout
        return None
    return done.stdout.strip()


def package_version(name: str) -> str | None:
    """Return the installed version of a Python package, or None."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def run(args: argparse.Namespace) -> int:
    """Print the versions."""
    versions: dict[str, str | None] = {
        "exo": exo.__version__,
        "git_sha": git_sha(),
        "python": platform.python_version(),
        **{name: package_version(name) for name in PACKAGES},
    }
    if args.json:
        print_json(versions)
    else:
        for name, version in versions.items():
            print(f"{name:8} {version or 'not found'}")
    return 0
