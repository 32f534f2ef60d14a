"""What a trial was run with, and the command that runs it again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from exo.trial_recording import Recording

ARGUMENTS = {
    "policy": "policy", "engine": "engine", "gait": "gait", "subject": "subject", "seed": "seed",
    "duration_s": "duration", "real_time_factor": "real_time_factor", "lockstep": "lockstep",
    "device": "device", "calibration": "calibration", "emulate": "emulate", "emulation": "emulation",
    "inject": "inject", "rate_hz": "rate", "realtime_priority": "realtime_priority", "estop": "estop",
}  # fmt: skip
"""Launch argument by key of the recording's parameters."""

OF_SIMULATION = ("engine", "real_time_factor", "lockstep")


@dataclass(frozen=True)
class Reproduction:
    """How to run a trial again."""

    command: str = ""
    """Empty if the recording does not tell."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Commit, hashes and so on, by name."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Contents of the parameter files, by launch argument."""


def reproduction(recording: Recording) -> Reproduction:
    """Return what a recording tells of how it was made."""
    parameters = recording.parameters
    facts = {key: value for key, value in recording.custom_data.items() if key != "parameters"}
    files = {
        key: yaml.safe_dump(value, sort_keys=False)
        for key, value in parameters.items()
        if key.endswith("_params") and isinstance(value, dict)
    }
    if not parameters:
        return Reproduction("", facts, files)
    launch = "sim" if any(key in parameters for key in OF_SIMULATION) else "hardware"
    words = ["ros2", "launch", "exo", f"{launch}.launch.py"]
    for key, argument in ARGUMENTS.items():
        if (value := parameters.get(key)) not in (None, ""):
            words.append(f"{argument}:={_text(value)}")
    return Reproduction(shlex.join(words), facts, files)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
