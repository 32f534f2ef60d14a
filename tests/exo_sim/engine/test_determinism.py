"""The same inputs give bit-identical walks: again, in another process, in threads, and from a copied state."""

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from exo_sim.engine import layout
from exo_sim.engine.advance import advance
from exo_sim.gait import initial_gait
from exo_sim.human import SimulatedHuman, initial_state
from exo_sim.reflex_controller import load_reflex_controller

SCRIPT = """
import hashlib, numpy as np
from exo_sim.gait import initial_gait
from exo_sim.human import SimulatedHuman
from exo_sim.human_model import load_human_model
from exo_sim.reflex_controller import load_reflex_controller
human = SimulatedHuman(load_human_model(), initial_gait(load_reflex_controller("two_state")))
digest = hashlib.sha256()
for torque in np.random.default_rng(12).normal(0.0, 2.0, (60, 2)):
    human.step(torque)
    digest.update(human.snapshot().tobytes())
print(digest.hexdigest())
"""


@pytest.fixture(scope="module")
def human(model) -> SimulatedHuman:
    return SimulatedHuman(model, initial_gait(load_reflex_controller("two_state")))


def digest_of_walk(human: SimulatedHuman) -> str:
    human.reset()
    digest = hashlib.sha256()
    for torque in np.random.default_rng(12).normal(0.0, 2.0, (60, 2)):
        human.step(torque)
        digest.update(human.snapshot().tobytes())
    return digest.hexdigest()


def test_a_second_walk_equals_the_first(human) -> None:
    assert digest_of_walk(human) == digest_of_walk(human)


def digest_of_another_process(**environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, env={**os.environ, **environment}
    )
    return done.stdout.split()[-1]


def test_another_process_walks_alike(human) -> None:
    assert digest_of_another_process() == digest_of_walk(human)


@pytest.mark.slow
def test_another_compilation_walks_alike(human, tmp_path) -> None:
    """Freshly compiled machine code, here for a processor without fused multiply-adds, gives the same bits."""
    environment = {"NUMBA_CACHE_DIR": str(tmp_path), "NUMBA_CPU_NAME": "generic"}
    assert digest_of_another_process(**environment) == digest_of_walk(human)


def test_torque_changes_the_walk(human) -> None:
    reference = digest_of_walk(human)
    human.reset()
    human.step(np.array([1e-6, 0.0]))
    digest = hashlib.sha256(human.snapshot().tobytes())
    assert digest.hexdigest() != reference


@pytest.fixture
def run(model, arrays):
    """Advance a state by some policy periods under torques drawn from a seed."""
    gait = initial_gait(load_reflex_controller("geyer_herr"))
    reflexes = gait.controller.arrays(gait.gains)
    start = initial_state(model, arrays, reflexes, gait)

    def go(seed: int, first: int = 0, last: int = 80, state: np.ndarray | None = None) -> np.ndarray:
        state = start.copy() if state is None else state.copy()
        for torque in np.random.default_rng(seed).normal(0.0, 2.0, (80, 2))[first:last]:
            advance(arrays, reflexes, state, torque, 1e-3, 10, 5)
        return state

    return go


def test_two_threads_walk_as_one_does(run) -> None:
    one_by_one = [run(seed) for seed in range(6)]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(run, range(6)))
    for a, b in zip(one_by_one, together, strict=True):
        assert a.tobytes() == b.tobytes()
    assert one_by_one[0].tobytes() != one_by_one[1].tobytes()


@pytest.mark.parametrize("cut", [1, 37])
def test_a_copied_state_goes_on_as_the_original(run, cut) -> None:
    assert run(3).tobytes() == run(3, first=cut, state=run(3, last=cut)).tobytes()


def test_one_long_call_equals_many_short_ones(model, arrays) -> None:
    gait = initial_gait(load_reflex_controller("two_state"))
    reflexes = gait.controller.arrays(gait.gains)
    once = initial_state(model, arrays, reflexes, gait)
    pieces, torque = once.copy(), np.array([2.0, -1.0])
    advance(arrays, reflexes, once, torque, 1e-3, 300, 5)
    for steps in (1, 2, 4, 93, 200):
        advance(arrays, reflexes, pieces, torque, 1e-3, steps, 5)
    assert once.tobytes() == pieces.tobytes()
    assert once[layout.STEP] == 300
