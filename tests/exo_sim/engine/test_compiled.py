"""Compilation: the cache on disk and calls that skip the look-up of types."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import exo_sim
from exo_sim.engine.compiled import specialised
from exo_sim.engine.reflexes import next_gait_state

PROGRAM = """
from exo_sim.engine.reflexes import next_gait_state
print(next_gait_state(0, 0.1, 0.1, -0.1, 0.2, 0.9, 0.2), sum(next_gait_state.stats.cache_hits.values()))
"""


def test_the_cache_serves_unchanged_source_and_misses_changed_source(tmp_path: Path) -> None:
    """A change of any file of the engine counts, since kernels are compiled into the kernels that call them."""
    source = Path(exo_sim.__file__).parent
    shutil.copytree(source, tmp_path / "exo_sim", ignore=shutil.ignore_patterns("__pycache__"))

    def run() -> list[str]:
        path = f"import sys; sys.path.insert(0, {str(tmp_path)!r})"
        done = subprocess.run([sys.executable, "-c", path + PROGRAM], capture_output=True, text=True, check=True)
        return done.stdout.split()

    assert run() == ["1", "0"]
    assert run() == ["1", "1"]
    with (tmp_path / "exo_sim" / "engine" / "metabolics.py").open("a") as other_file:
        other_file.write("\n# changed\n")
    assert run() == ["1", "0"]


def test_specialised_calls_give_what_ordinary_ones_do() -> None:
    arguments = (0, 0.1, 0.1, -0.1, 0.2, 0.9, 0.2)
    assert specialised(next_gait_state, *arguments)(*arguments) == next_gait_state(*arguments)


def test_specialised_calls_refuse_other_types() -> None:
    with pytest.raises(TypeError):
        specialised(next_gait_state, 0, 0.1, 0.1, -0.1, 0.2, 0.9, 0.2)(0, np.zeros(2), 0.1, -0.1, 0.2, 0.9, 0.2)
