"""The manifest of a policy that was trained here."""

import importlib.metadata
import platform
from collections.abc import Mapping
from contextlib import suppress

from exo_control.config_files import config_path
from exo_control.errors import ConfigError
from exo_control.history import HISTORY_LENGTH
from exo_control.joints import JOINT_NAMES
from exo_control.policy_manifest import RATE_HZ, PolicyManifest, TrainingRecord
from exo_learning.checkpoint import Checkpoint
from exo_learning.training_config import load_training_config

PACKAGES = ("exo_learning", "exo_sim", "numpy", "numba", "torch", "onnx")
"""Packages whose versions the manifest names."""

COMPARED = ("cot_gross", "cot_net", "speed_m_s")
"""Figures of the evaluation that are also given as the change from no assistance."""


def checkpoint_manifest(checkpoint: Checkpoint, git_sha: str) -> PolicyManifest:
    """Return the manifest of a checkpoint's policy.

    Args:
        checkpoint: of a training run.
        git_sha: commit of exo.

    Raises:
        ConfigError: config/training cannot be found.
    """
    config = checkpoint.config
    training = TrainingRecord(
        config=config_name(config.sha256()),
        config_sha256=config.sha256(),
        seed=checkpoint.seed,
        gaits=config.gaits,
        git_sha=git_sha,
        versions={"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in PACKAGES}},
    )
    figures = _evaluation(checkpoint.evaluation, checkpoint.baselines["zero"]) if checkpoint.evaluation else None
    return make_manifest(config.torque_limit_nm, training, figures)


def make_manifest(
    torque_limit_nm: float, training: TrainingRecord | None = None, evaluation: Mapping[str, float] | None = None
) -> PolicyManifest:
    """Return the manifest of a policy for this exoskeleton; the export adds the hash of the ONNX file.

    Args:
        torque_limit_nm: torque of action 1, Nm.
        training: how the policy was trained, if it was.
        evaluation: figures of its evaluation, if there was one.
    """
    return PolicyManifest(
        joint_names=list(JOINT_NAMES),
        history_length=HISTORY_LENGTH,
        rate_hz=RATE_HZ,
        torque_limit_nm=torque_limit_nm,
        training=training,
        evaluation=None if evaluation is None else dict(evaluation),
    )


def config_name(sha256: str) -> str | None:
    """Return the name of the file of config/training with this hash, or None."""
    for path in sorted(config_path("training").glob("*.yaml")):
        with suppress(ConfigError):  # a broken file is another configuration
            if load_training_config(path.stem).sha256() == sha256:
                return path.stem
    return None


def _evaluation(policy: Mapping[str, float], zero: Mapping[str, float]) -> dict[str, float]:
    """Return the figures of the last evaluation, with changes from no assistance in percent."""
    changes = {f"{name}_change": 100.0 * (policy[name] / zero[name] - 1.0) for name in COMPARED}
    return {**policy, **changes}
