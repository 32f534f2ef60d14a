"""A process that simulates in SCONE, on the double: what it answers, and that its end is told."""

from pathlib import Path

import numpy as np
import pytest
from shipped import load_gait

from exo_scone.errors import SconeError
from exo_scone.human_process import HumanProcess
from exo_scone.people import make_scone_human
from exo_sim.human_model import HumanModel
from exo_sim.worker_pool import WorkerError, WorkerPool


def test_a_process_walks_and_its_end_is_told_to_who_asks(double: Path, model: HumanModel) -> None:
    gait = load_gait("two_state")
    process = HumanProcess([(model, gait)])
    process.send_walks([(0, np.zeros((3, 3)))])
    human = make_scone_human(model, gait)
    for _ in range(3):
        human.step(np.zeros(2))
    assert np.array_equal(process.receive(), [human.state()])
    process._process.kill()
    process._process.join()
    with pytest.raises(SconeError, match="a process that simulates in SCONE has ended"):
        process.receive()
    with pytest.raises(SconeError, match="a process that simulates in SCONE has ended"):
        process.send_step(np.zeros((1, 3)))


def test_a_worker_that_scone_ends_is_told_and_so_are_those_after_it() -> None:
    with WorkerPool(2) as pool:
        with pytest.raises(WorkerError, match="a worker process has ended"):
            pool.call(_crash)
        with pytest.raises(WorkerError, match="a worker process has ended"):
            pool.call(divmod, 7, 2)
        with pytest.raises(WorkerError, match="a worker process has ended"):
            pool.map(divmod, [(7, 2)])


def _crash() -> None:
    import os

    os._exit(139)
