"""``exo report``: trials as one page."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exo.json_output import add_json_option, print_json
from exo.per_trial_options import add_spirometer_options
from exo_control.errors import ConfigError, ExoError

if TYPE_CHECKING:
    from exo.report.page import Failure
    from exo.report.respiration import TrialRespiration
    from exo.report.study import Study
    from exo.report.trial_report import TrialReport


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo report``."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "report",
        help="trials as one HTML page (and PDF): gait, torque, energy, safety, data quality, statistics",
        description="Analyse recorded trials, MCAP or sqlite3, and write one HTML page that needs no network. Of "
        "damaged recordings what can be read is used; what cannot is named on the page and on stderr.",
    )
    parser.add_argument(
        "trials",
        nargs="*",
        type=Path,
        metavar="TRIAL",
        help="trial folder (all recordings of a resumed one), bag folder or bag file",
    )
    parser.add_argument(
        "--study",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="CSV file: subject or seed, then a column per condition, as in exo compare; may be given several times. "
        "Of a table of exo study the falls and notes in the study.json or speeds.json beside it are shown too",
    )
    parser.add_argument(
        "--changes",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="the same, of numbers that are changes",
    )
    add_spirometer_options(parser)
    parser.add_argument("--output", type=Path, default=Path("report.html"), help="default: %(default)s")
    parser.add_argument("--title", default="", help="of the page; default: the names of the trials")
    parser.add_argument("--pdf", action="store_true", help="print the page too, beside it; needs Chromium")
    add_json_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Analyse, and write the page."""
    from exo.per_trial_options import spirometer_files
    from exo.report.page import write_page
    from exo.report.study import load_study

    studies = [load_study(path, changes=True) for path in args.changes]
    studies += [load_study(path, changes=False) for path in args.study]
    if not args.trials and not studies:
        raise ConfigError("exo report: of what? Name a trial folder, or a table with --study or --changes")
    files = spirometer_files(args.trials, args.spirometer, args.offset_s)
    trials, failures = report_trials(args.trials)
    respirations, unread = report_respirations(files)
    failures += unread
    for failure in failures:
        print(f"exo report: {failure.path}: {failure.reason}", file=sys.stderr)
    for trial in trials:
        for problem in trial.problems:
            print(f"exo report: {trial.name}: {problem}", file=sys.stderr)
    for study in studies:
        if study.no_statistics:
            print(f"exo report: {study.name}: {study.no_statistics}", file=sys.stderr)
    if not trials and not studies:
        raise ConfigError("nothing of these recordings can be used; see above")
    title = args.title or ", ".join([*(trial.name for trial in trials), *(study.name for study in studies)])
    try:
        args.output.parent.mkdir(parents=True, exist_ok=True)
        write_page(args.output, trials, failures, studies, title, respirations)
    except OSError as error:
        raise ConfigError(f"--output {args.output}: cannot be written: {error.strerror}") from None
    written = [args.output]
    if args.pdf:
        from exo.browser import print_pdf

        written.append(args.output.with_suffix(".pdf"))
        print_pdf(args.output, written[-1])
    if args.json:
        print_json(_plain(trials, failures, studies, respirations) | {"written": [str(path) for path in written]})
    else:
        print(f"{', '.join(str(path) for path in written)}: {len(trials)} trials, {len(failures)} not usable")
    return 0


def report_trials(paths: list[Path]) -> tuple[list[TrialReport], list[Failure]]:
    """Analyse all recordings of trials, and return them and those that cannot be used."""
    from tqdm import tqdm

    from exo.report.page import Failure
    from exo.report.trial_report import cut_by_hips, recordings_of, report_recording

    trials: list[TrialReport] = []
    failures: list[Failure] = []
    recordings = [recording for path in paths for recording in recordings_of(path)]
    for path in tqdm(recordings, unit="recording", disable=None):
        try:
            trial = report_recording(path)
        except ExoError as error:
            failures.append(Failure(path, str(error)))
            continue
        if trial.is_usable:
            trials.append(trial)
        else:
            failures.append(Failure(path, "; ".join(["no messages of this project in it", *trial.problems])))
    # Gait cycles that are drawn over each other begin with the same event.
    if any(map(cut_by_hips, trials)):
        trials = [trial if cut_by_hips(trial) else report_recording(trial.path, by_hips=True) for trial in trials]
    return trials, failures


def report_respirations(files: Mapping[Path, tuple[Path, float]]) -> tuple[list[TrialRespiration], list[Failure]]:
    """Lay spirometer files, with their offsets, s, beside their trials; return them and those that cannot be used."""
    from exo.report.page import Failure
    from exo.report.respiration import report_respiration

    respirations, failures = [], []
    for trial, (path, offset_s) in files.items():
        try:
            respirations.append(report_respiration(trial, path, offset_s))
        except ExoError as error:
            failures.append(Failure(path, str(error)))
    return respirations, failures


def _plain(
    trials: list[TrialReport], failures: list[Failure], studies: list[Study], respirations: list[TrialRespiration]
) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "trials": [
            {
                "trial": trial.name,
                "seconds": trial.seconds,
                "problems": trial.problems,
                "missing_topics": trial.missing_topics,
                "walks": [
                    {
                        "walk": walk.label,
                        "window": walk.segment.window,
                        "strides": walk.strides,
                        "event": walk.event,
                        **walk.figures,
                        "torque_following": asdict(walk.torque_following) if walk.torque_following else None,
                    }
                    for walk in trial.walks
                ],
                "safety": asdict(trial.safety),
                "quality": [asdict(each) for each in trial.quality],
                "command": trial.reproduction.command,
            }
            for trial in trials
        ],
        "respirations": [
            {
                "trial": each.name,
                "file": str(each.file),
                "phases": [phase.row() for phase in each.phases],
                "standing_w_kg": each.standing_w_kg,
                "conditions": {condition: asdict(rate) for condition, rate in each.conditions.items()},
                "notes": each.notes,
            }
            for each in respirations
        ],
        "not_usable": [{"path": str(failure.path), "reason": failure.reason} for failure in failures],
        "studies": [
            {
                "name": study.name,
                "command": study.record.command,
                "notes": study.notes,
                "falls": study.record.falls,
                "comparisons": [
                    {"comparison": each.label, **asdict(each.result), "p_holm": each.p_holm} for each in study.found
                ],
            }
            for study in studies
        ],
    }
