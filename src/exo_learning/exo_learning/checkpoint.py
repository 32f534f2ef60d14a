"""The state of a training run in a file, from which it goes on as if it had never stopped."""

from __future__ import annotations

import io
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError

from exo_learning.agent import Agent
from exo_learning.errors import TrainingError
from exo_learning.training_config import TrainingConfig

FILE_NAME = "checkpoint.pt"
_FORMAT = 1


@dataclass(frozen=True)
class Checkpoint:
    """All that a run has come to after some buffers."""

    config_json: str
    seed: int
    buffers: int  # finished
    elapsed_s: float
    agent: dict[str, Any]  # state_dict
    optimiser: dict[str, Any]  # state_dict
    baselines: dict[str, dict[str, float]]  # figures of no assistance and of dofc
    evaluation: dict[str, float]  # the agent's last figures; empty before the first
    experience: bytes  # environment and random numbers, pickled: unpickled by the run that wrote it only

    @property
    def config(self) -> TrainingConfig:
        """The configuration of the run."""
        return TrainingConfig.model_validate_json(self.config_json)

    def restored_agent(self) -> Agent:
        """Return the agent of the run, on the CPU."""
        agent = Agent(self.config.ppo)
        agent.load_state_dict(self.agent)
        return agent

    def save(self, path: Path) -> None:
        """Write the checkpoint, whole or not at all: a reader finds the old one or the new one.

        Raises:
            TrainingError: it cannot be written, because the disk is full for instance; the old one is intact.
        """
        content = {"format": _FORMAT, **asdict(self)}
        # bytes are not among what torch loads without trusting the file
        content["experience"] = torch.frombuffer(bytearray(self.experience), dtype=torch.uint8)
        stream = io.BytesIO()
        torch.save(content, stream)
        new = path.with_name(f".{path.name}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with new.open("wb") as file:
                file.write(stream.getbuffer())
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, path)
        except OSError as error:
            new.unlink(missing_ok=True)
            kept = f"; the one before, {path}, is intact" if path.exists() else ""
            raise TrainingError(f"cannot write a checkpoint to {path.parent}: {error.strerror}{kept}") from None


def load_checkpoint(run_folder_or_file: Path) -> Checkpoint:
    """Read a checkpoint. Executes nothing that the file holds.

    Raises:
        TrainingError: there is none, or the file is no checkpoint of this program.
    """
    path = run_folder_or_file / FILE_NAME if run_folder_or_file.is_dir() else run_folder_or_file
    if not path.is_file():
        raise TrainingError(f"{path}: no such checkpoint; name a run folder of `exo train` or its {FILE_NAME}")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise TrainingError(f"{path}: cannot read the checkpoint: {error.strerror}") from None
    except Exception as error:  # torch's reader raises all kinds of errors on bytes that mean nothing
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise TrainingError(f"{path}: not a checkpoint of exo train: {reason}") from None
    names = {field.name for field in fields(Checkpoint)}
    if not isinstance(content, dict) or content.pop("format", None) != _FORMAT or set(content) != names:
        raise TrainingError(f"{path}: not a checkpoint of this version of exo train")
    content["experience"] = bytes(content["experience"].numpy())
    checkpoint = Checkpoint(**content)
    try:
        checkpoint.restored_agent()
    except (ValidationError, RuntimeError, AttributeError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise TrainingError(f"{path}: the checkpoint's networks or configuration are damaged: {reason}") from None
    return checkpoint
