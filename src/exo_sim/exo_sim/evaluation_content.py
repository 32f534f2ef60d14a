"""What determines the walks of an evaluation, as plain values to hash."""

from __future__ import annotations

import hashlib
from typing import Any

from exo_control.registry import policy_file
from exo_safety.limits import load_limits
from exo_sim.code_version import code_version
from exo_sim.evaluation import Evaluation


def evaluation_content(evaluation: Evaluation, policy: str) -> dict[str, Any]:
    """Return body, gait, settings, policy, safety limits and code of an evaluation.

    Raises:
        PolicyError: there is no such policy.
    """
    gait = evaluation.gait
    path = policy_file(policy)
    return {
        "human": evaluation.model.content_hash(),
        "controller": gait.controller.model_dump(),
        "gait": {"gains": dict(gait.gains), "offsets": dict(gait.offsets)},
        "settings": evaluation.settings.model_dump(),
        "policy": hashlib.sha256(path.read_bytes()).hexdigest() if path else policy,
        "limits": load_limits().model_dump(),
        "code": code_version(),
    }
