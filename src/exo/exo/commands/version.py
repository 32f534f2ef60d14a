"""``exo version``: what is installed, for bug reports and trial records."""

import argparse
import importlib.metadata
import platform
from typing import Any

import exo
from exo.json_output import add_json_option, print_json
from exo_control.source_commit import git_sha

PACKAGES = ("numpy", "numba", "rclpy")


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo version``."""
    parser: argparse.ArgumentParser = subparsers.add_parser("version", help="print the versions of exo and its parts")
    add_json_option(parser)
    return parser


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
