"""``exo reproduce``: everything from drawn subjects to the report of a study on them."""

import argparse
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from exo.json_output import add_json_option, print_json
from exo.reproduction import MINUTES, Reproduction, default_output


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo reproduce``."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "reproduce",
        help="from drawn subjects to the report of a study on them",
        description="Draw a cohort, find its gaits, run the study and the speed trials, record a subject's walks over "
        "ROS, and gather tables, pictures and report in one folder. Takes about "
        f"{MINUTES[False]} minutes on two cores, --quick {MINUTES[True]}. Started again with the same arguments it "
        "goes on where it stopped, and with others it does anew what depends on them.",
    )
    parser.add_argument("--quick", action="store_true", help="three subjects, short searches and walks: a check only")
    parser.add_argument("--seed", type=int, default=1, help="of subjects and searches (default: %(default)s)")
    parser.add_argument("--workers", type=int, help="processes (default: all cores)")
    parser.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        help=f"folder (default: {default_output(quick=False)}, with --quick {default_output(quick=True)})",
    )
    add_json_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Do the steps one by one, then gather."""
    begun = time.monotonic()
    output = args.output or default_output(args.quick)
    reproduction = Reproduction(output, args.quick, args.seed, args.workers)
    cores = args.workers or os.cpu_count() or 1
    minutes = 2 * MINUTES[args.quick] / cores
    print(f"about {minutes:.0f} minutes on {cores} cores; after Ctrl-C the same command goes on", file=sys.stderr)
    for step in reproduction.study_steps:
        if code := _do(step):
            return code
    reproduction.prepare_trials()
    for step in (*reproduction.trial_steps, reproduction.report_step):
        if code := _do(step):
            return code
    gathered = reproduction.gather()
    if args.json:
        print_json(
            {
                "output": str(output),
                "quick": args.quick,
                "minutes": (time.monotonic() - begun) / 60.0,
                "results": [str(path) for path in gathered],
            }
        )
    else:
        print(f"gathered {len(gathered)} files in {gathered[0].parent}")
    return 0


def _do(step: list[str]) -> int:
    """Show and run a command, ours in this process, and return its exit code."""
    from exo.cli import main

    print(f"$ {shlex.join(step)}", flush=True)
    if step[0] == "exo":
        return main(step[1:])
    return subprocess.run(step, check=False).returncode
