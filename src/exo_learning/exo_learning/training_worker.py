"""Training in a process of its own, driven through pipes: ``python -m exo_learning.training_worker``.

Each line on standard input is a command. The end of the input ends the process, after the buffer under way.

=======  ===========================================================================================================
start    train anew; ends with one of the events stopped, finished, failed
resume   the same, from the checkpoint in the folder, which must be there
restart  the same, from the checkpoint if there is one
stop     end training after the buffer under way; its checkpoint is in the folder
export   write the policy of the last checkpoint; ends with one of the events exported, not_exported
=======  ===========================================================================================================

Each line on standard output is an event, a JSON object with the key ``event`` and what stands here:

============  ======================================================================================================
ready         folder, buffers: of the whole run, has_checkpoint
progress      buffer, buffers, left_s: time left, figures: by name, those of the learning curve; NaN where unknown
stopped
finished      policy: path of the ONNX file
exported      policy: path of the ONNX file
not_exported  message
failed        message; the process ends
============  ======================================================================================================
"""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, fields
from queue import SimpleQueue
from typing import TYPE_CHECKING

from exo_control.errors import ExoError
from exo_control.source_commit import git_sha
from exo_learning.errors import TrainingError
from exo_learning.run_folder import POLICY_FILE, run_folder
from exo_learning.training_config import load_training_config

if TYPE_CHECKING:  # torch may be missing, which `serve` says in words
    from exo_learning.trainer import Progress

END = "end"
"""Put among the commands when there will be no more."""


class _Stop(Exception):
    """Raised between two buffers."""


class TrainingWorker:
    """Does what the commands say, one after the other; during training it looks at them between two buffers."""

    def __init__(
        self,
        config: str,
        seed: int,
        output: str,
        threads: int,
        commands: SimpleQueue[str],
        emit: Callable[..., None],
    ) -> None:
        """Prepare a worker.

        Args:
            config: name or path of the training configuration.
            seed: of the run.
            output: run folder; empty: the default.
            threads: for simulation and networks.
            commands: what to do, see above.
            emit: is called with the name of an event, and keywords.
        """
        self._config_name, self._seed, self._threads = config, seed, threads
        self._folder = run_folder(output, config, seed).absolute()
        self._commands = commands
        self._emit = emit

    def serve(self) -> None:
        """Obey until the commands end.

        Raises:
            ConfigError: the configuration is not valid.
            TrainingError: PyTorch is missing, or training failed.
        """
        self._config = load_training_config(self._config_name)
        try:
            import onnx  # noqa: F401
            import torch  # noqa: F401
        except ImportError as error:
            raise TrainingError(
                f"training needs {error.name or error}: run `make train` once, or "
                "`pip install -r requirements/train.txt`"
            ) from None
        self._emit(
            "ready", folder=str(self._folder), buffers=self._config.buffers, has_checkpoint=self._has_checkpoint()
        )
        while (command := self._commands.get()) != END:
            if command == "export":
                self._export()
            elif command in ("start", "resume", "restart"):
                self._train(resume=command == "resume" or (command == "restart" and self._has_checkpoint()))

    def _has_checkpoint(self) -> bool:
        from exo_learning.checkpoint import FILE_NAME

        return (self._folder / FILE_NAME).exists()

    def _train(self, resume: bool) -> None:
        from exo_learning.trainer import Trainer

        try:
            trainer = Trainer(self._config, self._seed, self._folder, self._threads, resume)
            self._obey()
            trainer.run(self._report)
        except _Stop:
            self._emit("stopped")
            return
        self._emit("finished", policy=self._write_policy())

    def _report(self, progress: Progress) -> None:
        from exo_learning.evaluation import EvaluationFigures

        evaluation = {
            f"eval_{field.name}": progress.evaluation.get(field.name, math.nan) for field in fields(EvaluationFigures)
        }
        self._emit(
            "progress",
            buffer=progress.buffer,
            buffers=progress.buffers,
            left_s=progress.left_s,
            figures={**asdict(progress.walking), **asdict(progress.update), **evaluation},
        )
        if progress.buffer < progress.buffers:  # else there is nothing to stop any more
            self._obey()

    def _obey(self) -> None:
        while not self._commands.empty():
            command = self._commands.get()
            if command == END:
                self._commands.put(END)
            if command in (END, "stop"):
                raise _Stop
            if command == "export":
                self._export()

    def _export(self) -> None:
        try:
            self._emit("exported", policy=self._write_policy())
        except ExoError as error:
            self._emit("not_exported", message=str(error))

    def _write_policy(self) -> str:
        from exo_learning.checkpoint import load_checkpoint
        from exo_learning.export_onnx import export_onnx
        from exo_learning.manifest import checkpoint_manifest

        if not self._has_checkpoint():
            raise TrainingError(f"there is no policy yet: no buffer is finished in {self._folder}")
        checkpoint = load_checkpoint(self._folder)
        agent = checkpoint.restored_agent()
        policy = self._folder / POLICY_FILE
        export_onnx(agent.actor, agent.normaliser, checkpoint_manifest(checkpoint, git_sha() or "unknown"), policy)
        return str(policy)


def main() -> int:
    """Serve standard input and output."""
    parser = argparse.ArgumentParser(prog="python -m exo_learning.training_worker", description=__doc__)
    parser.add_argument("--config", required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--threads", type=int, required=True)
    args = parser.parse_args()

    events = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print is no event

    def emit(event: str, **values: object) -> None:
        try:
            os.write(events, json.dumps({"event": event, **values}).encode() + b"\n")
        except BrokenPipeError:  # nobody listens any more, nor commands
            commands.put(END)

    commands: SimpleQueue[str] = SimpleQueue()

    def read() -> None:
        # Unbuffered: Python aborts if it ends while a thread waits in a buffered read.
        with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as lines:
            for line in lines:
                commands.put(line.decode().strip())
        commands.put(END)

    # Ctrl-C goes to the whole group of processes: whoever started this one then says what to do.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, frame: commands.put(END))
    threading.Thread(target=read, daemon=True).start()
    try:
        TrainingWorker(args.config, args.seed, args.output, args.threads, commands, emit).serve()
    except ExoError as error:
        emit("failed", message=str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
