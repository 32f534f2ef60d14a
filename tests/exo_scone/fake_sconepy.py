"""A double of sconepy for tests: its documented calls and quirks, with our own engine in place of SCONE's.

It reads the files that SCONE would, by the names and rules of SCONE's source, and walks them in our engine. It shows
that files and adapter say what they mean. It says nothing about how a gait walks in SCONE.

Quirks, as of SCONE 2.4: arrays are float32 unless asked otherwise; without a CompositeController inputs from outside
are wiped at each control step; reset() does not bring back the same walk; the simulation never ends by itself; names in
a .par file that the model does not ask for are ignored; external forces act on the wrong bodies in OpenSim 4; and
motors are Hyfydy's alone.
"""

import os
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from fake_model import Model, Vec3

ENGINES_VARIABLE = "FAKE_SCONE_ENGINES"
"""Model types that the double has; both OpenSims by default."""

__all__ = ["Vec3"]

_dtype = [np.float32]


def version() -> str:
    return "2.4.4 (test double, not SCONE)"


def is_supported(model_type: str) -> bool:
    return model_type in os.environ.get(ENGINES_VARIABLE, "ModelOpenSim4 ModelOpenSim3").split()


def set_array_dtype_float32() -> None:
    _dtype[0] = np.float32


def set_array_dtype_float64() -> None:
    _dtype[0] = np.float64


def is_array_dtype_float32() -> bool:
    return _dtype[0] is np.float32


def set_log_level(level: int) -> None:
    assert 1 <= level <= 7


def load_model(file: str, par_file: str = "") -> Model:
    path = Path(file)
    if not path.is_file():
        raise RuntimeError(f"Could not open {file}")
    values = {}
    if par_file:
        for line in Path(par_file).read_text().splitlines():
            name, best, _, _ = line.split()
            values[name] = float(best)
    model = Model(path, values, lambda numbers: np.array(numbers, dtype=_dtype[0]))
    if not is_supported(model._type):
        raise RuntimeError("Could not create object of type: Model")
    return model
