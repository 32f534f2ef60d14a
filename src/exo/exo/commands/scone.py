"""``exo scone``: walk in SCONE, and carry gaits there and back."""

import argparse
from pathlib import Path
from typing import Any

from exo.commands import scone_compare
from exo.json_output import add_json_option, print_json
from exo.subject_options import add_subject_options, scaled_to_subject
from exo_control.errors import ConfigError
from exo_scone.engines import ENGINES, SconeEngine, choose_engine

EXIT_NOT_THERE = 1
WITHOUT_SCONE = "opensim4"
"""The engine that files are written for where no SCONE is installed."""


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo scone`` and its tasks."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "scone", help="SCONE: find it, write scenarios, carry gains over, compare engines"
    )
    tasks = parser.add_subparsers(dest="task", metavar="TASK", required=True)
    find = tasks.add_parser("find", help="say what there is of SCONE, and what to do where there is none")
    add_json_option(find)
    scenario = tasks.add_parser(
        "scenario", help="write a gait as a SCONE model, and as an optimisation that starts at it"
    )
    _add_gait(scenario)
    scenario.add_argument("folder", type=Path, help="gets the files")
    _add_engine(scenario)
    scenario.add_argument(
        "--scone-version", help="of the SCONE that is to walk it (default: the installed one's, else that of SCONE 2)"
    )
    add_subject_options(scenario)
    add_json_option(scenario)
    export = tasks.add_parser("export-par", help="write a gait's gains as a .par file, by SCONE's names")
    _add_gait(export)
    export.add_argument("file", type=Path, metavar="OUT.par", help="gets them")
    _add_engine(export)
    add_json_option(export)
    read = tasks.add_parser("import-par", help="make a gait of a .par file; a name that would be ignored is an error")
    read.add_argument("file", type=Path, metavar="FILE.par", help="of SCONE")
    read.add_argument("--controller", required=True, help="name in config/reflexes, or path of a .yaml")
    read.add_argument("--output", type=Path, required=True, metavar="GAIT.yaml", help="gets the gait")
    read.add_argument("--human", default="h0918", help="name in config/human (default: %(default)s)")
    read.add_argument("--speed-m-s", type=float, default=1.3, help="that it was optimised for (default: %(default)g)")
    add_json_option(read)
    scone_compare.add_parser(tasks)
    return parser


def _add_gait(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("gait", help="name in config/gaits, or path of a .yaml")


def _add_engine(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--scone-engine",
        choices=list(ENGINES),
        help=f"whose names and model file are written (default: the installed SCONE's fastest, else {WITHOUT_SCONE})",
    )


def _written_for(args: argparse.Namespace) -> tuple[SconeEngine, str | None]:
    """Return the engine that files are written for, and the version of the installed SCONE, None where there is none.

    Raises:
        SconeError: EXO_SCONE_ENGINE names an engine that the installed SCONE does not have.
    """
    from exo_scone.finder import find_scone

    found = find_scone()
    if args.scone_engine:
        return ENGINES[args.scone_engine], found.version
    return choose_engine(found.engines) if found.usable else ENGINES[WITHOUT_SCONE], found.version


def run(args: argparse.Namespace) -> int:
    """Run the chosen task."""
    return TASKS[args.task](args)


def run_find(args: argparse.Namespace) -> int:
    """Say what there is of SCONE; exit code 1 where it cannot be used."""
    from dataclasses import asdict

    from exo_scone.finder import find_scone

    found = find_scone()
    if args.json:
        print_json({**asdict(found), "usable": found.usable})
    else:
        print(found.text)
    return 0 if found.usable else EXIT_NOT_THERE


def run_scenario(args: argparse.Namespace) -> int:
    """Write a gait's scenario."""
    from exo_scone.scenario import DEFAULT_VERSION, OPTIMISATION_FILE, write_scenario
    from exo_sim.gait import load_gait
    from exo_sim.human_model import load_human_model

    gait = load_gait(args.gait)
    model = scaled_to_subject(args, load_human_model(gait.human))
    engine, installed = _written_for(args)
    version = args.scone_version or installed or DEFAULT_VERSION
    files = write_scenario(args.folder, model, gait, engine, version)
    optimisation = args.folder / OPTIMISATION_FILE
    if args.json:
        paths = {"model": str(files.model), "par": str(files.par), "optimisation": str(optimisation)}
        print_json({**paths, "engine": engine.name, "version": version})
        return 0
    print(f"{files.model}: for sconepy, with {files.par}\n{optimisation}: for SCONE's own optimiser, starting there")
    print(f"Written for SCONE {version}, {engine.name}.")
    return 0


def run_export(args: argparse.Namespace) -> int:
    """Write a gait's gains as a .par file."""
    from exo_scone.gait_parameters import gait_to_parameters
    from exo_scone.par_file import write_par
    from exo_sim.gait import load_gait

    _check_suffix(args.file, ".par")
    engine, _ = _written_for(args)
    parameters = gait_to_parameters(load_gait(args.gait), engine)
    write_par(args.file, parameters)
    if args.json:
        print_json({"file": str(args.file), "engine": engine.name, "parameters": len(parameters)})
        return 0
    print(f"{args.file}: {len(parameters)} parameters, for {engine.name}")
    return 0


def run_import(args: argparse.Namespace) -> int:
    """Make a gait of a .par file."""
    import hashlib

    from exo_control.source_commit import git_sha
    from exo_scone.gait_parameters import parameters_to_gait
    from exo_scone.par_file import read_par
    from exo_sim.gait import Gait
    from exo_sim.human_model import load_human_model
    from exo_sim.reflex_controller import load_reflex_controller

    _check_suffix(args.output, ".yaml")
    controller = load_reflex_controller(args.controller)
    model = load_human_model(args.human)
    imported = parameters_to_gait(read_par(args.file), controller, str(args.file))
    provenance = {
        "command": f"exo scone import-par {args.file} --controller {args.controller}",
        "par_sha256": hashlib.sha256(args.file.read_bytes()).hexdigest(),
        "git_sha": git_sha() or "unknown",
        "human_sha256": model.content_hash(),
        "defaulted": imported.defaulted,
    }
    own_path = args.controller if args.controller.endswith(".yaml") else None
    gait = Gait(
        controller, imported.gains, imported.offsets, args.human, args.speed_m_s, provenance, controller_path=own_path
    )
    gait.save(args.output)
    if args.json:
        notes = {"defaulted": imported.defaulted, "out_of_range": imported.out_of_range}
        print_json({"gait": str(args.output), "gains": len(gait.gains), "offsets": len(gait.offsets), **notes})
        return 0
    given = len(gait.gains) - len(imported.defaulted)
    print(f"{args.output}: {given} gains and {len(gait.offsets)} offsets of the start out of {args.file}")
    if imported.defaulted:
        print(f"Note: {len(imported.defaulted)} gains keep their published values: {', '.join(imported.defaulted)}")
    if imported.out_of_range:
        print(f"Note: outside the range of `exo optimize-gait`: {', '.join(imported.out_of_range)}")
    return 0


def _check_suffix(path: Path, suffix: str) -> None:
    if path.suffix != suffix:
        raise ConfigError(f"{path}: needs a name that ends in {suffix}")


TASKS = {
    "find": run_find,
    "scenario": run_scenario,
    "export-par": run_export,
    "import-par": run_import,
    "compare": scone_compare.run,
}
