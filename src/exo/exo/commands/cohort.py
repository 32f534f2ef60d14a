"""``exo cohort``: draw virtual subjects and find a gait for each."""

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exo.json_output import add_json_option, print_json
from exo.worker_options import add_worker_options, make_pool
from exo_control.errors import ConfigError

if TYPE_CHECKING:
    from exo_sim.cohort_folder import Walker

MOST_SUBJECTS = 1000
FIGURES = ("speed_mps", "cot_gross", "survived_of_20_at_8_nm", "survived_of_20_pushes")


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo cohort``."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "cohort",
        help="draw virtual subjects and find a gait for each",
        description="Draw subjects (mass, height, strength, preferred speed) from config/cohort.yaml, and search a "
        "reflex gait for each, with disturbances, anew where it is not robust. Started again with the same arguments "
        "it goes on where it stopped.",
    )
    parser.add_argument("--subjects", type=int, default=20, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of subjects and searches (default: %(default)s)")
    parser.add_argument("--settings", help="distributions and search (default: config/cohort.yaml)")
    parser.add_argument(
        "--output", type=Path, default=Path("runs/cohort"), metavar="DIR", help="folder to write (default: %(default)s)"
    )
    add_worker_options(parser)
    add_json_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Draw, search what is left, print a row per subject."""
    from tqdm import tqdm

    from exo_control.source_commit import git_sha
    from exo_sim.cohort import SEEDS, Cohort
    from exo_sim.cohort_settings import load_cohort_settings

    if not 1 <= args.subjects <= MOST_SUBJECTS:
        raise ConfigError(f"--subjects {args.subjects}: needs 1 to {MOST_SUBJECTS}")
    if not 0 <= args.seed < SEEDS:
        raise ConfigError(f"--seed {args.seed}: needs 0 to {SEEDS - 1}")
    settings = load_cohort_settings(args.settings)
    command = ["exo", "cohort", "--subjects", str(args.subjects), "--seed", str(args.seed)]
    command += ["--settings", args.settings] if args.settings else []
    provenance = {"command": shlex.join(command), "git_sha": git_sha() or "unknown"}
    cohort = Cohort(settings, args.subjects, args.seed, args.output, provenance)
    with tqdm(total=args.subjects, initial=args.subjects - len(cohort.unfinished), unit="subject", disable=None) as bar:

        def advance() -> None:
            bar.update()

        with make_pool(args) as pool:
            walkers = cohort.search(pool, checkpoints=not args.cluster, on_gait=advance)
    wanted = settings.gait.wanted_of_20_at_8_nm
    below = [walker.name for walker in walkers if walker.survived < wanted]
    if args.json:
        rows = [_row(walker) for walker in walkers]
        print_json({"output": str(args.output), "seed": args.seed, "wanted": wanted, "below": below, "subjects": rows})
        return 0
    print("subject  group     kg      m  strength  wanted m/s    m/s  CoT gross  of 20 at 8 Nm")
    for walker in walkers:
        row = _row(walker)
        print(
            f"{row['name']:9}{row['group']:7}{row['mass_kg']:6.1f}{row['height_m']:7.3f}{row['strength']:10.2f}"
            f"{row['preferred_speed_m_s']:12.2f}{row['speed_mps']:7.2f}{row['cot_gross']:11.2f}"
            f"{row['survived_of_20_at_8_nm']:16}"
        )
    print(f"{len(walkers) - len(below)} of {len(walkers)} survive at least {wanted} of 20 disturbed walks.")
    if below:
        print(f"Note: below that: {', '.join(below)}; they stay in the cohort, and may fall in a study")
    print(f"wrote {args.output}")
    return 0


def _row(walker: "Walker") -> dict[str, Any]:
    subject, figures = walker.subject, walker.gait.provenance["figures"]
    return {
        "name": walker.name,
        "group": subject.provenance["group"],
        "mass_kg": subject.mass_kg,
        "height_m": subject.height_m,
        "strength": subject.strength,
        "preferred_speed_m_s": subject.preferred_speed_m_s,
        "minutes": walker.gait.provenance["minutes"],
        **{name: figures[name] for name in FIGURES},
    }
