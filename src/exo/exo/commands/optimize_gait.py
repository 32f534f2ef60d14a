"""``exo optimize-gait``: find reflex gains for a gait by CMA-ES, without human data."""

import argparse
import os
import platform
import shlex
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exo.engine_option import add_engine_option
from exo.json_output import add_json_option, print_json
from exo_control.errors import ConfigError

if TYPE_CHECKING:
    from exo_sim.assistance import Assistance
    from exo_sim.gait import Gait
    from exo_sim.gait_objective import GaitOptimisation
    from exo_sim.gait_search import GaitSearch
    from exo_sim.human_model import HumanModel
    from exo_sim.reflex_controller import ReflexController


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo optimize-gait``."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "optimize-gait", help="find reflex gains for a gait by CMA-ES, without human data"
    )
    parser.add_argument(
        "--controller", default="geyer_herr", help="name in config/reflexes or path (default: %(default)s)"
    )
    parser.add_argument(
        "--start",
        help="gait to adapt to another speed or subject (default: search from the controller's published gains)",
    )
    parser.add_argument(
        "--settings",
        help="settings file, or a gait for those that it was made with (default: config/gait_optimisation.yaml)",
    )
    add_engine_option(parser)
    parser.add_argument("--speed-m-s", type=float, help="target speed (default: the settings file's)")
    parser.add_argument("--mass-kg", type=float, help="body mass of the subject (default: the model's)")
    parser.add_argument("--height-m", type=float, help="height of the subject (default: the model's)")
    parser.add_argument(
        "--policy", help="policy that assists meanwhile: the wearer adapts to it (default: no exoskeleton)"
    )
    parser.add_argument(
        "--peak-nm", type=float, default=8.0, help="with --policy, torque cap of the exoskeleton (default: %(default)g)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of search and disturbances (default: %(default)s)")
    parser.add_argument("--minutes", type=float, help="stop after this time even if stages are left")
    parser.add_argument("--workers", type=int, help="threads; in SCONE: processes (default: all cores)")
    parser.add_argument(
        "--output",
        default="runs/gait.yaml",
        help="gait file to write; in SCONE also a .par beside it (default: %(default)s)",
    )
    parser.add_argument("--restart", action="store_true", help="begin anew even if OUTPUT has a checkpoint beside it")
    add_json_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Search, write the gait and print how it walks."""
    if args.minutes is not None and not 0.0 < args.minutes < 1e5:
        raise ConfigError(f"--minutes {args.minutes:g}: needs a number above 0")
    if args.workers is not None and args.workers < 1:
        raise ConfigError(f"--workers {args.workers}: needs at least 1")
    figures = _run_in_scone(args) if args.engine == "scone" else _run_native(args)
    if args.json:
        print_json(figures)
        return 0
    for name, value in figures.items():
        print(f"{name:24} {value:.4g}" if isinstance(value, float) else f"{name:24} {value}")
    print(f"wrote {args.output}")
    return 0


def _run_native(args: argparse.Namespace) -> dict[str, Any]:
    from exo_sim.gait_search import GaitSearch
    from exo_sim.robustness import certify

    task = _task(args)
    gait, figures = _search(args, task, GaitSearch(*task.arguments, args.workers, task.assistance), {})
    return {**figures, **certify(task.model, gait)}


def _run_in_scone(args: argparse.Namespace) -> dict[str, Any]:
    from exo_scone.engines import choose_engine
    from exo_scone.errors import SconeError
    from exo_scone.finder import find_scone
    from exo_scone.gait_parameters import gait_to_parameters
    from exo_scone.gait_search import SconeGaitSearch, certify
    from exo_scone.par_file import write_par
    from exo_sim.gait import load_gait
    from exo_sim.worker_pool import WorkerPool

    found = find_scone()
    if found.problem:
        raise SconeError(found.problem)
    engine = choose_engine(found.engines)
    task, workers = _task(args), args.workers or os.cpu_count() or 1
    with WorkerPool(workers) as pool:
        search = SconeGaitSearch(pool, engine.name, *task.arguments, workers, task.assistance)
        _, figures = _search(args, task, search, {"scone": f"{found.version}, {engine.name}"})
        gait = load_gait(args.output)  # by the digits of the file, as the .par and a later walk have it
        par = Path(args.output).with_suffix(".par")
        write_par(par, gait_to_parameters(gait, engine))
        return {**figures, "par": str(par), **certify(pool, workers, task.model, gait)}


@dataclass(frozen=True)
class _Task:
    """What is searched, whatever engine walks."""

    model: "HumanModel"
    controller: "ReflexController"
    settings: "GaitOptimisation"
    start: "Gait"
    seed: int
    assistance: "Assistance | None"

    @property
    def arguments(self) -> "tuple[HumanModel, ReflexController, GaitOptimisation, Gait, int]":
        return self.model, self.controller, self.settings, self.start, self.seed


def _task(args: argparse.Namespace) -> _Task:
    from exo_control.config_files import config_path
    from exo_sim.assistance import Assistance
    from exo_sim.gait import initial_gait, load_gait
    from exo_sim.gait_objective import load_gait_optimisation
    from exo_sim.human_model import load_human_model
    from exo_sim.reflex_controller import load_reflex_controller

    settings = load_gait_optimisation(Path(args.settings or config_path("gait_optimisation.yaml")))
    if args.speed_m_s is not None:
        settings = settings.at_speed(args.speed_m_s)
    controller = load_reflex_controller(args.controller)
    model = load_human_model().scaled(args.mass_kg, args.height_m)
    start = initial_gait(controller)
    if args.start:
        settings = settings.from_gait()
        start = load_gait(args.start)
        if start.controller.name != controller.name:
            raise ConfigError(
                f"--start {args.start}: is a gait of controller '{start.controller.name}', not of '{controller.name}'"
            )
    assistance = Assistance(args.policy, args.peak_nm) if args.policy else None
    return _Task(model, controller, settings, start, args.seed, assistance)


def _search(
    args: argparse.Namespace, task: _Task, search: "GaitSearch", about_engine: dict[str, str]
) -> "tuple[Gait, dict[str, Any]]":
    """Search, write the gait, and return it with where it is and how long that took."""
    from dataclasses import replace

    from tqdm import tqdm

    from exo_control.source_commit import git_sha
    from exo_sim.gait_search import Progress

    output = Path(args.output)
    checkpoint = output.with_suffix(".checkpoint")
    if checkpoint.exists() and not args.restart:
        search.resume(checkpoint)
        print(f"Going on from {checkpoint} at generation {search.progress.generation}", file=sys.stderr)

    with tqdm(total=search.generations, initial=search.progress.generation, unit="gen", disable=None) as bar:

        def report(progress: Progress) -> None:
            bar.set_postfix_str(
                f"{progress.stage}, cost {progress.median_cost:.1f}, CoT {progress.cost_of_transport:.2f}, "
                f"{progress.speed_m_s:.2f} m/s, survives +-{progress.torque_nm:.1f} Nm"
            )
            bar.update(progress.generation - bar.n)

        search.run(checkpoint, report, args.minutes)

    progress = search.progress
    provenance = {
        "command": shlex.join(["exo", "optimize-gait", *_given(args)]),
        "seed": args.seed,
        "git_sha": git_sha() or "unknown",
        "start": args.start or "published gains",
        "mass_kg": task.model.mass_kg,
        "human_sha256": task.model.content_hash(),
        "generations": progress.generation,
        "evaluations": progress.evaluations,
        "minutes": round(progress.elapsed_s / 60.0, 1),
        "versions": {name: version(name) for name in ("numpy", "numba", "cma")} | {"python": platform.python_version()},
        **about_engine,
        "settings": task.settings.model_dump(),
    }
    own_path = str(Path(args.controller).resolve()) if args.controller.endswith(".yaml") else None
    gait = replace(search.gait(), provenance=provenance, controller_path=own_path)
    gait.save(output)
    return gait, {"gait": str(output), "minutes": provenance["minutes"]}


def _given(args: argparse.Namespace) -> list[str]:
    """Return the arguments that decide the result, as they would be typed."""
    words: list[str] = []
    for name in (
        "engine",
        "controller",
        "start",
        "settings",
        "speed_m_s",
        "mass_kg",
        "height_m",
        "policy",
        "peak_nm",
        "seed",
        "output",
    ):
        value = getattr(args, name)
        without = (name == "peak_nm" and args.policy is None) or (name == "engine" and value != "scone")
        if value is not None and not without:
            words += [f"--{name.replace('_', '-')}", str(value)]
    return words
