"""Finds SCONE's Python module, sconepy, which comes with SCONE's installer and is on no package index."""

from __future__ import annotations

import importlib
import importlib.util
import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from exo_scone.engines import ENGINES
from exo_scone.errors import SconeError

MODULE = "sconepy"
SCONEPY_VARIABLE = "SCONEPY_PATH"
SCONE_VARIABLE = "SCONE_PATH"
STANDARD_FOLDERS = ("/opt/scone-core/lib", "~/scone-core/lib", "/opt/scone/lib", "~/scone/lib")
"""Where SCONE's Linux installer and builds put it (SCONE's own sconetools.py)."""

WARNINGS = 4
"""Of SCONE's log levels 1 (all) to 7 (none)."""

ADVICE = (
    f"install SCONE from scone.software and set {SCONE_VARIABLE} to its folder (or {SCONEPY_VARIABLE} to the one that "
    f"holds {MODULE}), or walk in our own engine: engine native"
)


@dataclass(frozen=True)
class SconeInstall:
    """What the search for sconepy has found."""

    folder: str | None
    """That holds the module; None where there is none."""
    version: str | None
    engines: tuple[str, ...]
    """Names, as in engines.ENGINES, of those it was built with. Hyfydy also needs its licence to run."""
    searched: tuple[str, ...]
    problem: str | None
    """Why SCONE cannot be used, with what to do; None where it can."""

    @property
    def usable(self) -> bool:
        """Whether a human can walk in it."""
        return self.problem is None

    @property
    def text(self) -> str:
        """One sentence for the user."""
        if self.problem:
            return self.problem
        return f"SCONE {self.version} in {self.folder}, engines: {', '.join(self.engines)}"


def search_folders() -> list[Path]:
    """Return the folders that are searched where sconepy is not on Python's path already, in this order."""
    folders = []
    if value := os.environ.get(SCONEPY_VARIABLE):
        folders.append(value)
    if value := os.environ.get(SCONE_VARIABLE):
        folders += [f"{value}/lib", f"{value}/bin", value]
    return [Path(folder).expanduser() for folder in (*folders, *STANDARD_FOLDERS)]


def load_sconepy() -> ModuleType:
    """Import sconepy and set it up: arrays of float64, warnings only.

    Raises:
        SconeError: it is not there, or this Python cannot import it; says what to do.
    """
    try:
        module = importlib.import_module(MODULE) if _on_path() else _import_from_folders()
        module.set_array_dtype_float64()  # float32 by default, which is a metre's 7th digit
        module.set_log_level(WARNINGS)
    except SconeError:
        raise
    except Exception as error:  # an extension built for another Python, or a library that it needs is missing
        raise SconeError(
            f"{MODULE} in {_folder() or 'its folder'} does not work with Python {platform.python_version()}: {error}; "
            f"it only works with the Python it was built for. Otherwise {ADVICE}"
        ) from None
    return module


def find_scone() -> SconeInstall:
    """Return what there is of SCONE, and what to do where there is none."""
    searched = ("Python's path", *map(str, search_folders()))
    try:
        module = load_sconepy()
    except SconeError as error:
        return SconeInstall(_folder(), None, (), searched, str(error))
    engines = tuple(name for name, engine in ENGINES.items() if module.is_supported(engine.model_type))
    problem = None if engines else f"SCONE {module.version()} has neither Hyfydy nor OpenSim; {ADVICE}"
    return SconeInstall(str(Path(str(module.__file__)).parent), str(module.version()), engines, searched, problem)


def _on_path() -> bool:
    return MODULE in sys.modules or importlib.util.find_spec(MODULE) is not None


def _folder() -> str | None:
    """Return the first searched folder that holds the module."""
    return next((str(folder) for folder in search_folders() if any(folder.glob(f"{MODULE}*"))), None)


def _import_from_folders() -> ModuleType:
    folder = _folder()
    if folder is None:
        searched = ", ".join(map(str, search_folders()))
        raise SconeError(f"SCONE is not installed: no {MODULE} on Python's path, nor in {searched}; {ADVICE}")
    sys.path.append(folder)
    try:
        return importlib.import_module(MODULE)
    except Exception:
        sys.path.remove(folder)
        raise
