"""An exported C header, compiled and called from Python: for tests and measurements."""

import ctypes
import shutil
import subprocess
from pathlib import Path
from typing import ClassVar

import numpy as np

from exo_control.errors import PolicyError
from exo_control.policy import Parameter, Vector

C_FLAGS = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O3")

# Functions with external linkage around those of the header, which are static.
WRAPPER = """
#include "{header}"

static exo_policy_state state;

void reset(void) {{ exo_policy_reset(&state); }}

int tick(const float *q, const float *w, float *torque_nm) {{ return exo_policy_tick(&state, q, w, torque_nm); }}

void ticks(int count, const float *q, const float *w, float *torque_nm) {{
  for (int t = 0; t < count; t++) exo_policy_tick(&state, q + 2 * t, w + 2 * t, torque_nm + 2 * t);
}}
"""


def c_compiler() -> str | None:
    """Return the path of a C compiler, or None."""
    return next((path for name in ("gcc", "cc", "clang") if (path := shutil.which(name))), None)


class CompiledPolicy:
    """The policy of a C header, with the interface of every policy."""

    parameters: ClassVar[tuple[Parameter, ...]] = ()

    def __init__(self, header: Path, folder: Path) -> None:
        """Compile the header.

        Args:
            header: the exported header.
            folder: where the library is written.

        Raises:
            PolicyError: there is no C compiler, or it refuses the header.
        """
        self.name = header.name
        compiler = c_compiler()
        if compiler is None:
            raise PolicyError("no C compiler: install gcc to measure or test the C header")
        source, library = folder / "wrapper.c", folder / "policy.so"
        source.write_text(WRAPPER.format(header=header.resolve()))
        command = [compiler, *C_FLAGS, "-shared", "-fPIC", str(source), "-o", str(library), "-lm"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise PolicyError(f"{header}: {compiler} refuses it:\n{done.stderr}")
        self._library = ctypes.CDLL(str(library))
        self.reset()

    def reset(self) -> None:
        """Forget the past."""
        self._library.reset()

    def torque(self, position: Vector, velocity: Vector, time_s: float) -> Vector:
        """Return the hip torques, shape (2,), Nm.

        Raises:
            PolicyError: the header reports a reading that is not finite.
        """
        q, w, torque = (np.array(values, dtype=np.float32) for values in (position, velocity, np.zeros(2)))
        status = self._library.tick(_pointer(q), _pointer(w), _pointer(torque))
        if status:
            raise PolicyError(f"policy {self.name}: status {status}")
        return torque.astype(np.float64)

    def torques(self, position: Vector, velocity: Vector) -> Vector:
        """Return the torques of many ticks, Nm, for angles and velocities; all of shape (n, 2)."""
        q, w = (np.ascontiguousarray(values, dtype=np.float32) for values in (position, velocity))
        torque = np.zeros(q.shape, dtype=np.float32)
        self._library.ticks(len(q), _pointer(q), _pointer(w), _pointer(torque))
        return torque.astype(np.float64)


def _pointer(array: np.ndarray) -> ctypes.c_void_p:
    return array.ctypes.data_as(ctypes.c_void_p)
