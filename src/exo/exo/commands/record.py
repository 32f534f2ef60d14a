"""``exo record``: run a recorder for a trial, then summarise what it has recorded."""

import argparse
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from exo import trial_folder
from exo_control.errors import ConfigError, ExoError

EXIT_NOTHING_RECORDED = 2
EXIT_INCOMPLETE = 1


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo record``."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "record",
        help="run a recorder, then summarise the trial",
        description="Run a recorder until Ctrl-C, then summarise the trial: sim.launch.py records with it.",
    )
    parser.add_argument("trial", type=Path, help="trial folder")
    parser.add_argument("recorder", nargs=argparse.REMAINDER, metavar="-- COMMAND", help="such as ros2 bag record ...")
    return parser


def run(args: argparse.Namespace) -> int:
    """Record and summarise; SIGINT and SIGTERM end the recording, not this process."""
    from exo.commands.summary import summarise

    command = [word for word in args.recorder if word != "--"]
    if not command:
        raise ConfigError("exo record: which recorder? Give its command after --")
    code = _record(command)
    if not trial_folder.recordings(args.trial):
        print(f"exo record: {command[0]} ended with exit code {code} and no recording", file=sys.stderr)
        return EXIT_NOTHING_RECORDED
    if code != 0:
        print(f"exo record: {command[0]} failed, exit code {code}; the recording may be cut short", file=sys.stderr)
    try:
        summarise(args.trial)
    except ExoError as error:
        print(f"exo record: no summary: {error}", file=sys.stderr)
        return EXIT_INCOMPLETE
    return EXIT_INCOMPLETE if code != 0 else 0


def _record(command: list[str]) -> int:
    """Run the recorder to its end and return its exit code."""
    child: subprocess.Popen[bytes] | None = None
    stopped = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = True
        if child is not None:
            child.send_signal(signal.SIGINT)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        child = subprocess.Popen(command)
    except OSError as error:
        raise ConfigError(f"cannot run {command[0]}: {error.strerror}") from None
    if stopped:  # before there was a child to tell
        child.send_signal(signal.SIGINT)
    return child.wait()
