"""``exo study``: a policy, tuned DOFC and no exoskeleton on a cohort of virtual subjects, with paired statistics."""

import argparse
import json
import platform
import shlex
from pathlib import Path
from typing import Any

from exo.json_output import add_json_option, print_json, to_plain
from exo.worker_options import add_worker_options, make_pool
from exo_control.errors import ConfigError

MOST_SEEDS = 1000


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo study``."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "study",
        help="compare a policy, tuned DOFC and no exoskeleton on a cohort",
        description="Each subject of a cohort walks without exoskeleton, with delayed output feedback control tuned to "
        "the subject, and with a policy, under sensor noise and random hip torques. Writes tables that `exo compare` "
        "reads, statistics and pictures. Started again with the same arguments it goes on where it stopped.",
    )
    parser.add_argument(
        "--cohort", default="cohort", help="the shipped one, or a folder of `exo cohort` (default: %(default)s)"
    )
    parser.add_argument("--policy", default="lstm_8nm", help="shipped policy or file (default: %(default)s)")
    parser.add_argument(
        "--peak-nm", type=float, default=8.0, help="torque cap of the exoskeleton (default: %(default)g)"
    )
    parser.add_argument("--seeds", type=int, help="walks per subject and condition (default: 3; of --speeds, 20)")
    parser.add_argument("--seconds", type=float, default=60.0, help="duration of a walk (default: %(default)g)")
    parser.add_argument("--settings", help="noise, disturbances, DOFC grid (default: config/study.yaml)")
    parser.add_argument(
        "--speeds",
        action="store_true",
        help="instead: the policy's torque (RMS) at 3, 4 and 5 km/h on the reference subject",
    )
    parser.add_argument(
        "--output", type=Path, default=Path("runs/study"), metavar="DIR", help="folder to write (default: %(default)s)"
    )
    add_worker_options(parser)
    add_json_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Walk what is left, write and print the results; a fall is a result, not an error."""
    from exo.speed_study import study_speeds
    from exo_control.config_files import config_path
    from exo_control.registry import make_policy
    from exo_control.source_commit import git_sha
    from exo_sim.code_version import library_versions
    from exo_sim.evaluation_settings import load_evaluation_settings

    args.seeds = args.seeds if args.seeds is not None else 20 if args.speeds else 3
    if not 1 <= args.seeds <= MOST_SEEDS:
        raise ConfigError(f"--seeds {args.seeds}: needs 1 to {MOST_SEEDS}")
    settings = load_evaluation_settings(args.settings or config_path("study.yaml"))
    make_policy(args.policy)  # a wrong name or file shall not wait for walks
    about = {
        "command": shlex.join(["exo", "study", *_given(args)]),
        "git_sha": git_sha() or "unknown",
        "versions": library_versions() | {"python": platform.python_version()},
        "policy": args.policy,
        "peak_nm": args.peak_nm,
        "seeds": args.seeds,
        "seconds": args.seconds,
        "settings": settings.model_dump(),
    }
    name, content, text = (study_speeds if args.speeds else _study_subjects)(args, settings)
    args.output.mkdir(parents=True, exist_ok=True)
    (args.output / f"{name}.json").write_text(json.dumps(to_plain({**about, **content}), indent=1) + "\n")
    if args.json:
        print_json({"output": str(args.output), **about, **content})
    else:
        print(f"{text}\nwrote {args.output}")
    return 0


def _study_subjects(args: argparse.Namespace, settings: Any) -> tuple[str, dict[str, Any], str]:
    from tqdm import tqdm

    from exo.study_report import remarks, study_text, write_study
    from exo_sim.cohort_folder import cohort_folder
    from exo_sim.stored_results import run_stored
    from exo_sim.study_task import StudyTask
    from exo_sim.subject_means import subject_means

    tasks = [
        StudyTask(walker, settings, args.policy, args.peak_nm, args.seeds, args.seconds)
        for walker in cohort_folder(args.cohort).walkers()
    ]
    tasks[0].evaluation.check(args.peak_nm, args.seconds)
    with make_pool(args) as pool, tqdm(total=len(tasks), unit="subject", disable=None) as bar:

        def advance() -> None:
            bar.update()

        results = run_stored(tasks, args.output / "subjects", pool, advance)
    means = [subject_means(result) for result in results]
    title = f"{args.policy}, {args.peak_nm:g} Nm, {len(means)} virtual subjects"
    content = write_study(means, args.output, title)
    content["dofc"] = {result["subject"]: result["dofc"] for result in results}
    content["notes"] = remarks(means, settings.largest_speed_change_percent)
    return "study", {"cohort": args.cohort, **content}, study_text(means, content["notes"])


def _given(args: argparse.Namespace) -> list[str]:
    """Return the arguments that decide the result, as they would be typed."""
    words = [] if args.speeds else ["--cohort", args.cohort]
    words += ["--policy", args.policy, "--peak-nm", f"{args.peak_nm:g}", "--seeds", str(args.seeds)]
    words += ["--seconds", f"{args.seconds:g}", *(["--settings", args.settings] if args.settings else [])]
    return [*words, *(["--speeds"] if args.speeds else [])]
