"""What every CMA-ES search here shares: settings of the library, random numbers, checkpoints."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np

from exo_control.errors import ConfigError
from exo_sim.engine.model_arrays import Floats

CHECKPOINT_INTERVAL_S = 20.0

CMA_OPTIONS: dict[str, Any] = {
    "seed": float("nan"),  # leave NumPy's global generator alone
    "verbose": -9,
    # A noisy cost meets the library's criteria by chance: generations and time end a search instead.
    "tolfun": 0.0,
    "tolx": 0.0,
    "tolfunhist": 0.0,
    "tolstagnation": 10**9,
    "tolflatfitness": 10**9,
    "maxiter": float("inf"),
}


class NormalNumbers:
    """Normal random numbers from a generator of its own: by default cma shares NumPy's global one."""

    def __init__(self, seed: list[int]) -> None:
        self._generator = np.random.default_rng(seed)

    def __call__(self, *shape: int) -> Floats:
        """Return numbers of a shape."""
        return self._generator.standard_normal(shape)


def write_checkpoint(path: Path, setup: dict[str, Any], state: dict[str, Any]) -> None:
    """Write what makes a search this one, and where it stands; an interrupted write leaves the file before intact."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_bytes(pickle.dumps({"setup": setup, **state}))
    partial.replace(path)


def read_checkpoint(path: Path, setup: dict[str, Any], search: str) -> dict[str, Any]:
    """Return the state in a checkpoint of the same search.

    Args:
        path: of the checkpoint.
        setup: of the search that is to go on.
        search: its name for messages, such as "a gait search".

    Raises:
        ConfigError: the checkpoint is unreadable or belongs to another search; the message names what differs.
    """
    try:
        data: dict[str, Any] = pickle.loads(path.read_bytes())
        found = data["setup"]
    except (OSError, pickle.UnpicklingError, EOFError, KeyError, AttributeError, TypeError) as error:
        raise ConfigError(f"{path}: not a checkpoint of {search} ({error}); delete it to start anew") from None
    differing = [key for key, value in setup.items() if found.get(key) != value]
    if differing:
        raise ConfigError(
            f"{path}: the checkpoint comes from another search, with another {', '.join(differing)}; "
            "use the same arguments, or delete it to start anew"
        )
    return data
