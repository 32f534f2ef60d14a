"""Which code a stored result comes from: what else than its inputs decides it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

LIBRARIES = ("cma", "numba", "numpy")
SOURCES = (
    "engine/*.py",
    "assisted_walk.py",
    "cma_search.py",
    "disturbance.py",
    "dofc_tuning.py",
    "evaluation.py",
    "gait.py",
    "gait_objective.py",
    "gait_search.py",
    "hip_encoders.py",
    "human.py",
    "human_model.py",
    "names.py",
    "reflex_controller.py",
    "walk.py",
    "walk_figures.py",
)
"""What decides a walk, a search or its figures; an edit elsewhere leaves stored results valid."""


@lru_cache(maxsize=1)
def code_version() -> str:
    """Return a hash of the engine's and the searches' source, and of the versions of the libraries they run on."""
    folder = Path(__file__).parent
    digest = hashlib.sha256(json.dumps(library_versions()).encode())
    for pattern in SOURCES:
        for path in sorted(folder.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def library_versions() -> dict[str, str]:
    """Return the versions of the libraries that results depend on."""
    return {name: version(name) for name in LIBRARIES}


def content_key(content: Mapping[str, Any]) -> str:
    """Return a hash of JSON values, the same for equal values in any order of the keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, allow_nan=False).encode()).hexdigest()
