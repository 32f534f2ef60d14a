"""``exo bound``: what a feedback law with the policy's inputs can save, by direct search."""

import argparse
import platform
import shlex
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from exo.json_output import add_json_option, print_json
from exo_control.errors import ConfigError
from exo_sim.names import DEFAULT_GAIT


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo bound``."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "bound", help="find by CMA-ES what a feedback law with the policy's inputs can save"
    )
    parser.add_argument("--gait", default=DEFAULT_GAIT, help="name in config/gaits or path (default: %(default)s)")
    parser.add_argument("--mass-kg", type=float, help="body mass of the subject (default: the model's)")
    parser.add_argument("--height-m", type=float, help="height of the subject (default: the model's)")
    parser.add_argument(
        "--peak-nm", type=float, default=8.0, help="torque cap of the exoskeleton (default: %(default)g)"
    )
    parser.add_argument("--start", help="law to start from, such as that of a lower peak (default: no assistance)")
    parser.add_argument("--seed", type=int, default=1, help="of the search (default: %(default)s)")
    parser.add_argument("--minutes", type=float, help="stop after this time even if generations are left")
    parser.add_argument("--settings", help="search, noise, disturbances (default: config/evaluation.yaml)")
    parser.add_argument("--workers", type=int, help="processes (default: all cores)")
    parser.add_argument("--output", default="runs/law.yaml", help="file of the law to write (default: %(default)s)")
    parser.add_argument("--restart", action="store_true", help="begin anew even if OUTPUT has a checkpoint beside it")
    add_json_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Search, write the law and print what it saves on walks that the search has not seen."""
    from tqdm import tqdm

    from exo_control.feedback_law import load_law
    from exo_control.source_commit import git_sha
    from exo_sim.bound_search import BoundProgress, BoundSearch
    from exo_sim.comparison import ConditionResult
    from exo_sim.evaluation import NO_EXO, Condition, Evaluation
    from exo_sim.evaluation_settings import load_evaluation_settings
    from exo_sim.gait import load_gait
    from exo_sim.human_model import load_human_model
    from exo_sim.worker_pool import WorkerPool

    if args.minutes is not None and not 0.0 < args.minutes < 1e5:
        raise ConfigError(f"--minutes {args.minutes:g}: needs a number above 0")
    if not 0 <= args.seed < 2**32:
        raise ConfigError(f"--seed {args.seed}: needs 0 to {2**32 - 1}")
    output = Path(args.output)
    if output.suffix != ".yaml":
        raise ConfigError(f"--output {args.output}: needs a name ending in .yaml, by which policies are told apart")
    settings = load_evaluation_settings(args.settings)
    gait = load_gait(args.gait)
    model = load_human_model(gait.human).scaled(args.mass_kg, args.height_m)
    evaluation = Evaluation(model, gait, settings)
    for seconds in (settings.bound.seconds, settings.bound.check_seconds):
        evaluation.check(args.peak_nm, seconds)
    search = BoundSearch(evaluation, args.peak_nm, args.seed, load_law(args.start).file if args.start else None)
    checkpoint = output.with_suffix(".checkpoint")
    if checkpoint.exists() and not args.restart:
        search.resume(checkpoint)
        print(f"Going on from {checkpoint} at generation {search.progress.generation}", file=sys.stderr)

    with WorkerPool(args.workers) as pool:
        with tqdm(
            total=settings.bound.generations, initial=search.progress.generation, unit="gen", disable=None
        ) as bar:

            def report(progress: BoundProgress) -> None:
                bar.set_postfix_str(
                    f"cost {progress.median_cost:.1f}, net CoT {progress.cot_net_change:+.1f} %, "
                    f"speed {progress.speed_change:+.1f} %, {100.0 * progress.surviving_part:.0f} % stand"
                )
                bar.update(progress.generation - bar.n)

            search.run(pool, checkpoint, report, args.minutes)
        progress = search.progress
        provenance = {
            "command": shlex.join(["exo", "bound", *_given(args)]),
            "gait": args.gait,
            "seed": args.seed,
            "git_sha": git_sha() or "unknown",
            "human_sha256": model.content_hash(),
            "generations": progress.generation,
            "walks": progress.walks,
            "minutes": round(progress.elapsed_s / 60.0, 1),
            "versions": {name: version(name) for name in ("numpy", "numba", "cma")}
            | {"python": platform.python_version()},
            "settings": settings.model_dump(),
        }
        search.law(provenance).save(output)
        conditions = [NO_EXO, Condition(str(output), str(output), args.peak_nm)]
        seeds = range(settings.first_seed, settings.first_seed + settings.bound.check_seeds)
        reference, walks = evaluation.walks(conditions, settings.bound.check_seconds, seeds, pool)
    row = ConditionResult(conditions[1], walks, reference).row()
    if args.json:
        print_json({"law": str(output), "generations": progress.generation, "minutes": provenance["minutes"], **row})
    else:
        print(f"{len(walks)} walks of {settings.bound.check_seconds:g} s that the search has not seen, changes in %:")
        for name, value in row.items():
            print(f"{name:20} {value:.4g}" if isinstance(value, float) else f"{name:20} {value}")
        print(f"wrote {output}")
    return 0


def _given(args: argparse.Namespace) -> list[str]:
    """Return the arguments that decide the result, as they would be typed."""
    words = []
    for name in ("gait", "mass_kg", "height_m", "peak_nm", "start", "seed", "minutes", "settings", "output"):
        value = getattr(args, name)
        if value is not None:
            words += [f"--{name.replace('_', '-')}", str(value)]
    return words
