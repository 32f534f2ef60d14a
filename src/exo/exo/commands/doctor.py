"""``exo doctor``: what is installed, what is missing, and what to type to mend it."""

import argparse
from typing import TYPE_CHECKING, Any

from exo.json_output import add_json_option, print_json

if TYPE_CHECKING:
    from exo.doctor.finding import Finding

WIDTH = 10


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo doctor``."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "doctor", help="check this machine: Python, engine, ROS, DDS, CAN, clock, real time, disk"
    )
    add_json_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Print what was found; exit code 1 if there is a problem."""
    from dataclasses import asdict

    from exo.doctor.finding import Level
    from exo.doctor.machine import Machine
    from exo.doctor.subjects import SUBJECTS

    machine = Machine()
    findings: list[Finding] = []
    for subject in SUBJECTS:
        found = subject.check(machine)
        findings += found
        if not args.json:
            for finding in found:
                print(line(finding), flush=True)
    problems = sum(finding.level is Level.PROBLEM for finding in findings)
    notes = sum(finding.level is Level.NOTE for finding in findings)
    if args.json:
        print_json({"problems": problems, "notes": notes, "findings": [asdict(finding) for finding in findings]})
    else:
        print(f"{problems} problems, {notes} notes")
    return 1 if problems else 0


def line(finding: "Finding") -> str:
    """Return a finding as text, with the fix in a second line if there is one."""
    text = f"{finding.level.value:{WIDTH}}{finding.subject:{WIDTH}}{finding.text}"
    return f"{text}\n{'':{2 * WIDTH}}fix: {finding.fix}" if finding.fix else text
