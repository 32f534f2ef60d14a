"""Humans of SCONE in a process of their own: sconepy holds the interpreter's lock while it simulates."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from exo_control.errors import ExoError
from exo_scone.errors import SconeError
from exo_sim.engine.model_arrays import Floats
from exo_sim.gait import Gait
from exo_sim.human_model import HumanModel


class HumanProcess:
    """Simulates some humans; ask with one of the ``send`` methods, then ``receive``."""

    def __init__(self, people: Sequence[tuple[HumanModel, Gait]]) -> None:
        """Start the process; an error of SCONE's comes with the first ``receive``."""
        context = multiprocessing.get_context("spawn")  # a forked process inherits locks that other threads hold
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, list(people)), daemon=True)
        self._process.start()
        theirs.close()

    def send_step(self, inputs: Floats) -> None:
        """Let all advance by one policy period.

        Args:
            inputs: (n, 3) torque at the right and left hip, Nm, and change of forward velocity, m/s, of each human.
        """
        self._send("step", inputs)

    def send_walks(self, walks: list[tuple[int, Floats]]) -> None:
        """Let some begin anew and walk.

        Args:
            walks: index of each, and its inputs (ticks, 3), as for ``send_step``.
        """
        self._send("walk", walks)

    def _send(self, task: str, content: Any) -> None:
        try:
            self._pipe.send((task, content))
        except OSError:
            raise SconeError("a process that simulates in SCONE has ended") from None

    def receive(self) -> Floats:
        """Return the states of those that were asked, (n, layout.STATE_SIZE).

        Raises:
            ExoError: what the process met, or that it has ended.
        """
        try:
            answer = self._pipe.recv()
        except (EOFError, OSError):
            raise SconeError("a process that simulates in SCONE has ended; its own message is above") from None
        if isinstance(answer, Exception):
            raise answer
        states: Floats = answer
        return states

    def close(self) -> None:
        """End the process."""
        self._pipe.close()
        self._process.join()


def _serve(pipe: Connection, people: list[tuple[HumanModel, Gait]]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process ends this one
    from exo_scone.people import make_scone_human

    humans = None
    while True:
        try:
            task, content = pipe.recv()
        except EOFError:
            return
        try:
            humans = humans or [make_scone_human(model, gait) for model, gait in people]
            answer: Any
            if task == "step":
                asked = humans
                walks = [row[np.newaxis] for row in content]
            else:
                asked = [humans[index] for index, _ in content]
                walks = [inputs for _, inputs in content]
                for human in asked:
                    human.reset()
            for human, inputs in zip(asked, walks, strict=True):
                for torque_right, torque_left, push in inputs:
                    if push != 0.0:
                        human.push(push)
                    human.step(np.array([torque_right, torque_left]))
            answer = np.array([human.state() for human in asked])
        except ExoError as error:
            answer = error
        pipe.send(answer)
