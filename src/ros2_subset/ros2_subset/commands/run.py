"""``ros2 run``."""

import argparse
import os
import shlex

from ros2_subset.errors import CommandError
from ros2_subset.packages import find_executable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the arguments."""
    parser.add_argument("--prefix", help="command to put before the executable, as in 'gdb -ex run --args'")
    parser.add_argument("package_name", help="name of the package")
    parser.add_argument("executable_name", help="name of the executable")
    parser.add_argument("argv", nargs=argparse.REMAINDER, help="arguments of the executable")
    parser.set_defaults(run_command=run)


def run(args: argparse.Namespace) -> int:
    """Become the executable, so that signals and exit code are its own."""
    path = find_executable(args.package_name, args.executable_name)
    cmd = [*shlex.split(args.prefix or ""), str(path), *args.argv]
    try:
        os.execvp(cmd[0], cmd)
    except OSError as error:
        raise CommandError(f"cannot run '{cmd[0]}': {error.strerror}") from error
