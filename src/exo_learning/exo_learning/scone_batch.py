"""Many humans in SCONE as the rows of one matrix, simulated by worker processes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from exo_learning.errors import TrainingError
from exo_learning.walker_batch import Body, WalkerBatch
from exo_scone.human_process import HumanProcess
from exo_sim.engine.model_arrays import Floats
from exo_sim.gait import Gait
from exo_sim.human_model import HumanModel


class SconeBatch(WalkerBatch):
    """Humans in SCONE; ``states`` and the properties are those of ``WalkerBatch``, without the sensors' history.

    SCONE cannot be put into a state, reflexes and all, but a model that is loaded anew walks the same walk to the last
    bit. So a walk that begins at a moment of another one, or goes on after a restart, is walked again up to there.
    """

    def __init__(
        self,
        people: Sequence[tuple[HumanModel, Gait]],
        bodies: Sequence[Body],
        counts: Sequence[int],
        processes: int = 1,
    ) -> None:
        """Place the humans at the start of their walks.

        Args:
            people: model and gait of each of the different humans.
            bodies: the same, prepared for our engine, whose arrays tell mass and levers.
            counts: humans of each; their rows follow each other.
            processes: simulate them.

        Raises:
            SconeError: SCONE cannot be used, or cannot walk a gait.
        """
        self._place(bodies, counts)
        parts = np.array_split(np.arange(len(self)), min(processes, len(self)))
        self._parts = [slice(int(part[0]), int(part[-1]) + 1) for part in parts]
        self._processes = [HumanProcess([people[k] for k in self.body_of[part]]) for part in self._parts]
        self._walked: list[list[Floats]] = [[] for _ in range(len(self))]
        """Of each human, the torques and the push, (3,), of each policy period since the start of its gait."""
        self._walk_again(range(len(self)))

    def step(self, hip_torque_nm: Floats, push_m_s: Floats) -> None:
        """Advance all by one policy period under hip torques (n, 2) and changes of forward velocity (n,)."""
        inputs = np.column_stack([hip_torque_nm, push_m_s])
        for walked, row in zip(self._walked, inputs, strict=True):
            walked.append(row)
        for process, part in zip(self._processes, self._parts, strict=True):
            process.send_step(inputs[part])
        for process, part in zip(self._processes, self._parts, strict=True):
            self.states[part] = process.receive()

    def begin(self, rows: Sequence[int], ticks: Sequence[int], states: Sequence[Floats]) -> None:
        """Let humans begin new walks, each at a moment of a walk without assistance: it is walked again up to there."""
        for row, count in zip(rows, ticks, strict=True):
            self._walked[row] = list(np.zeros((count, 3)))
        self._walk_again(rows)

    def snapshot(self) -> Any:
        """Return the states, and how each human came there."""
        return self.states.copy(), [np.array(walked).reshape(-1, 3) for walked in self._walked]

    def restore(self, snapshot: Any) -> None:
        """Walk the walks of a snapshot again.

        Raises:
            TrainingError: they differ now: SCONE, its engine or the model have changed.
        """
        states, walked = snapshot
        self._walked = [list(rows) for rows in walked]
        self._walk_again(range(len(self)))
        if not np.array_equal(self.states, states):
            raise TrainingError("walks in SCONE differ from those of the checkpoint: SCONE or the gait has changed")

    def close(self) -> None:
        """End the processes; the states stay."""
        for process in self._processes:
            process.close()

    def _walk_again(self, rows: Sequence[int]) -> None:
        asked = []
        for process, part in zip(self._processes, self._parts, strict=True):
            own = [row for row in rows if part.start <= row < part.stop]
            if own:
                process.send_walks([(row - part.start, np.array(self._walked[row]).reshape(-1, 3)) for row in own])
                asked.append((process, own))
        for process, own in asked:
            self.states[own] = process.receive()
