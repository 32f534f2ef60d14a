"""The folder of a training run."""

from pathlib import Path

POLICY_FILE = "policy.onnx"
"""The trained policy in it; its manifest beside it."""


def run_folder(output: str | None, config: str, seed: int) -> Path:
    """Return the folder that a run goes to.

    Args:
        output: where the user wants it; empty: runs/train-CONFIG-SEED.
        config: name or path of the training configuration.
        seed: of the run.
    """
    return Path(output or f"runs/train-{Path(config).stem}-{seed}")
