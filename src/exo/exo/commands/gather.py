"""``exo gather``: trials of several people as the table that ``exo compare`` reads."""

import argparse
import sys
from pathlib import Path
from typing import Any

from exo.json_output import add_json_option, print_json
from exo.per_trial_options import add_spirometer_options
from exo.study_measures import CONDITION, MEASURES, NET_RATE, PHASE, TORQUE


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo gather``."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "gather",
        help="trials of several people as one table for exo compare and exo report",
        description="Take from one trial in phases per person a number per condition, of the steady part of its "
        "phases, and write a CSV file: subject, then a column per condition. Metabolic rates come from a "
        "trial's spirometer file (Brockway's equation), or else from the muscle model of a simulated person.",
    )
    parser.add_argument(
        "trials", nargs="+", type=Path, metavar="TRIAL", help="trial folder of trial.launch.py, one per person"
    )
    parser.add_argument(
        "--output", type=Path, default=Path("study.csv"), metavar="FILE", help="table to write (default: %(default)s)"
    )
    parser.add_argument(
        "--measure",
        choices=list(MEASURES),
        default=NET_RATE,
        help="net metabolic rate above standing, W/kg; net cost of transport, J/(kg m); change of the net rate against "
        "walking free, %%, for exo compare --changes; or torque, Nm (default: %(default)s)",
    )
    parser.add_argument(
        "--by",
        choices=(CONDITION, PHASE),
        default=CONDITION,
        help="a column per condition, mean over its phases, or per phase (default: %(default)s)",
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="columns; default: all walking ones")
    parser.add_argument(
        "--person",
        action="append",
        default=[],
        metavar="TRIAL=NAME",
        help="who a trial is of; default: its subject; may be given for each",
    )
    add_spirometer_options(parser)
    add_json_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Gather, write and print."""
    from tqdm import tqdm

    from exo.gathered_study import gather, person_trial, plain
    from exo.per_trial_options import per_trial, spirometer_files
    from exo.phase_figures import load_trial
    from exo_analysis.spirometer_file import load_spirometer_file
    from exo_analysis.subject_table import save_subject_table
    from exo_control.errors import ConfigError

    people = per_trial("--person", args.person, args.trials)
    files = spirometer_files(args.trials, args.spirometer, args.offset_s)
    breathed = {folder: (load_spirometer_file(path), offset_s) for folder, (path, offset_s) in files.items()}
    trials = []
    for folder in tqdm(args.trials, unit="trial", disable=None):
        respiration, offset_s = breathed.get(folder, (None, 0.0))
        trials.append(person_trial(load_trial(folder), respiration, offset_s, people.get(folder, "")))
    study = gather(trials, args.measure, args.by, args.only)
    for trial in trials:
        for phase in trial.phases:
            if phase.problem:
                print(f"exo gather: {trial.person}: phase {phase.name} {phase.problem}: not used", file=sys.stderr)
    try:
        args.output.parent.mkdir(parents=True, exist_ok=True)
        save_subject_table(study.table, args.output)
    except OSError as error:
        raise ConfigError(f"--output {args.output}: cannot be written: {error.strerror}") from None
    if args.json:
        print_json({"output": str(args.output), **plain(study)})
        return 0
    print(MEASURES[args.measure] + (f", from the {study.source}" if args.measure != TORQUE else ""))
    print(f"{'subject':16}" + "".join(f"{name:>14}" for name in study.table.conditions))
    for row, person in enumerate(study.table.subjects):
        print(f"{person:16}" + "".join(f"{values[row]:14.2f}" for values in study.table.conditions.values()))
    print(args.output)
    return 0
