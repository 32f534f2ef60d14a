"""The manifest of a policy that was trained here."""

import importlib.metadata
import platform
from collections.abc import Mapping

from exo_control.history import HISTORY_LENGTH
from exo_control.joints import JOINT_NAMES
from exo_control.policy_manifest import RATE_HZ, PolicyManifest, TrainingRecord

PACKAGES = ("exo_learning", "exo_sim", "numpy", "numba", "torch", "onnx")
"""Packages whose versions the manifest names."""


def make_manifest(
    torque_limit_nm: float, training: TrainingRecord | None, evaluation: Mapping[str, float | None] | None = None
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


def versions() -> dict[str, str]:
    """Return the versions of Python and of what a policy depends on."""
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in PACKAGES}}
