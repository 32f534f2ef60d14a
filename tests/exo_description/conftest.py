"""The robot description, expanded with xacro and read by an independent parser."""

from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xacro
import yourdfpy

DESCRIPTION = Path(__file__).resolve().parents[2] / "src" / "exo_description" / "urdf" / "exo.urdf.xacro"
CONFIG = Path(__file__).resolve().parents[2] / "config"


@lru_cache
def expand(**arguments: str) -> str:
    """Return the URDF for these arguments; configuration files come from this checkout."""
    return str(xacro.process_file(str(DESCRIPTION), mappings={"config": str(CONFIG), **arguments}).toxml())


@lru_cache
def load(**arguments: str) -> Any:
    """Return the description as yourdfpy reads it."""
    return yourdfpy.URDF.load(BytesIO(expand(**arguments).encode()), load_meshes=False)


@pytest.fixture
def urdf() -> Callable[..., str]:
    """Expand the description."""
    return expand


@pytest.fixture
def robot() -> Callable[..., Any]:
    """Load the description."""
    return load
