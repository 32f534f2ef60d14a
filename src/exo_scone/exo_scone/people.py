"""Humans by the name of their engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from exo_control.errors import ConfigError
from exo_scone.engines import choose_engine
from exo_scone.errors import SconeError
from exo_scone.finder import find_scone
from exo_scone.scenario import SconeFiles, write_scenario
from exo_scone.scone_human import SconeHuman
from exo_sim.gait import Gait
from exo_sim.human import SimulatedHuman
from exo_sim.human_interface import Human
from exo_sim.human_model import HumanModel

OWN_MODEL = ".scone"
"""Suffix of the user's own SCONE models, in place of a gait."""

HumanMaker = Callable[[HumanModel, Gait], Human]


def check_engine(engine: str) -> None:
    """Check that an engine is there.

    Raises:
        SconeError: SCONE is asked for and cannot be used; says what was searched and what to do.
    """
    if engine == "scone" and (problem := find_scone().problem):
        raise SconeError(problem)


def human_maker(engine: str) -> HumanMaker:
    """Return what makes the humans of an engine; it can be pickled, for worker processes.

    Raises:
        SconeError: as ``check_engine``.
    """
    check_engine(engine)
    return make_scone_human if engine == "scone" else SimulatedHuman


def make_scone_human(model: HumanModel, gait: Gait) -> SconeHuman:
    """Return a human of SCONE's, from files that are written for it.

    Raises:
        SconeError, ConfigError: SCONE cannot be used, or cannot walk this gait.
    """
    found = find_scone()
    if found.problem:
        raise SconeError(found.problem)
    folder = TemporaryDirectory(prefix="exo_scone_")
    engine = choose_engine(found.engines)
    files = write_scenario(Path(folder.name), model, gait, engine, found.version or "")
    return SconeHuman(files, model, folder)


def is_own_model(gait: str) -> bool:
    """Whether a gait argument is the path of a SCONE model."""
    return gait.endswith(OWN_MODEL)


def load_own_human(path: str) -> SconeHuman:
    """Return a human of the user's own SCONE model; parameters are those of the .par beside it, if there is one.

    Raises:
        SconeError, ConfigError: SCONE cannot be used, there is no such file, or the model cannot be walked in.
    """
    check_engine("scone")
    file = Path(path)
    if not file.is_file():
        raise ConfigError(f"{path}: no such file; needs a SCONE model with its controller, ending in {OWN_MODEL}")
    par = file.with_suffix(".par")
    return SconeHuman(SconeFiles(file, par if par.is_file() else None))
