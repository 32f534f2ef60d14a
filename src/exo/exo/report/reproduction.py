"""What a trial was run with, and the command that runs it again."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from exo import trial_folder
from exo.trial_recording import Recording
from exo_control.errors import ConfigError
from exo_trial.trial_file import load_trial_file

ARGUMENTS = {
    "policy": "policy", "engine": "engine", "gait": "gait", "subject": "subject", "seed": "seed",
    "duration_s": "duration", "real_time_factor": "real_time_factor", "lockstep": "lockstep",
    "device": "device", "calibration": "calibration", "emulate": "emulate", "emulation": "emulation",
    "inject": "inject", "rate_hz": "rate", "realtime_priority": "realtime_priority", "estop": "estop",
}  # fmt: skip
"""Launch argument by key of the recording's parameters."""

OF_SIMULATION = ("engine", "real_time_factor", "lockstep")

OF_PHASES = ("protocol", "subject", "seed", "order_seed", "duration_scale")
"""Launch arguments that every trial in phases has, first in its command."""

NOT_REPEATED = {"trial_dir", "resume", "namespace", "log_level", "discovery"}
"""Launch arguments of a trial in phases that do not change what happens in it."""

EMULATED = "emulated"
"""Launch argument device of a trial in phases on emulated drives."""


@dataclass(frozen=True)
class Reproduction:
    """How to run a trial again."""

    command: str = ""
    """Empty if the recording does not tell."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Commit, hashes and so on, by name."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Contents of the parameter files, by launch argument."""


def reproduction(recording: Recording, bag: Path) -> Reproduction:
    """Return what a recording, and the file of its trial beside it, tell of how it was made.

    Args:
        recording: what was read.
        bag: its folder, or a file in it.
    """
    parameters = recording.parameters
    facts = {key: value for key, value in recording.custom_data.items() if key != "parameters"}
    files = {
        key: yaml.safe_dump(value, sort_keys=False)
        for key, value in parameters.items()
        if key.endswith("_params") and isinstance(value, dict)
    }
    if "protocol" in recording.custom_data:
        folder = bag.absolute().parent if bag.is_file() else bag.absolute()
        try:
            arguments = load_trial_file(folder.parent / trial_folder.TRIAL).arguments
        except ConfigError:
            facts["duration_scale"] = f"not known: {trial_folder.TRIAL} is not beside the recording"
            arguments = _recorded_arguments(parameters)
        return Reproduction(_of_phases(recording.custom_data, arguments), facts, files)
    if not parameters:
        return Reproduction("", facts, files)
    launch = "sim" if any(key in parameters for key in OF_SIMULATION) else "hardware"
    given = ((argument, parameters.get(key)) for key, argument in ARGUMENTS.items())
    return Reproduction(_command(launch, given), facts, files)


def _recorded_arguments(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return launch arguments of a trial in phases as far as its recording has them."""
    names = ("subject", "seed", "device", "calibration", "estop", "realtime_priority", "real_time_factor", "lockstep")
    arguments = {name: parameters[name] for name in names if name in parameters}
    return arguments | ({"device": EMULATED} if parameters.get("emulate") else {})


def _of_phases(custom_data: Mapping[str, str], arguments: Mapping[str, Any]) -> str:
    simulated = arguments.get("device", "") in ("", EMULATED)
    of_others = {"gait"} if not simulated else set()
    of_others |= {"real_time_factor", "lockstep"} if arguments.get("device") else {"estop"}
    # The name is of the file alone: that of a protocol of one's own is among the arguments, with its folder.
    known = {"protocol": custom_data["protocol"], "subject": custom_data.get("subject"), **arguments}
    known["order_seed"] = custom_data.get("order_seed")
    names = [*OF_PHASES, *(name for name in arguments if name not in OF_PHASES)]
    return _command("trial", ((name, known.get(name)) for name in names if name not in NOT_REPEATED | of_others))


def _command(launch: str, arguments: Iterable[tuple[str, Any]]) -> str:
    words = [f"{name}:={_text(value)}" for name, value in arguments if value not in (None, "")]
    return shlex.join(["ros2", "launch", "exo", f"{launch}.launch.py", *words])


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
