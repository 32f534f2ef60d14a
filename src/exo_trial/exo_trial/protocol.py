"""Protocol files: the phases of a trial and how long each takes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from exo_control.config_files import ConfigModel, config_path, load_config
from exo_control.errors import ConfigError, ExoError, choices_hint
from exo_control.registry import policy_file

NO_ASSISTANCE = "zero"
"""Policy of standing and resting, and of any phase that is paused."""

NO_CONDITION = "none"

LONGEST_PHASE_S = 7200.0
FASTEST_M_S = 2.5

Kind = Literal["stand", "rest", "walk"]


class ProtocolPhase(ConfigModel):
    """A phase as it stands in a protocol file."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="small letters, digits, underscores; unique")
    kind: Kind
    minutes: float | None = Field(None, gt=0.0, le=LONGEST_PHASE_S / 60.0, description="length; or give seconds")
    seconds: float | None = Field(None, gt=0.0, le=LONGEST_PHASE_S, description="length; or give minutes")
    condition: str = Field(NO_CONDITION, pattern=r"^[a-z][a-z0-9_]*$", description="what is compared, such as free")
    policy: str = Field(NO_ASSISTANCE, description="what commands the torque, as the launch argument policy")
    speed_m_s: float = Field(0.0, ge=0.0, le=FASTEST_M_S, description="of the treadmill or the simulated person, m/s")
    shuffled: bool = Field(False, description="changes places with the other shuffled phases")

    @property
    def duration_s(self) -> float:
        """Length, s."""
        return 60.0 * self.minutes if self.minutes is not None else float(self.seconds or 0.0)

    @field_validator("policy")
    @classmethod
    def _check_policy(cls, value: str) -> str:
        try:
            path = policy_file(value)
        except ExoError as error:
            raise ValueError(f"policy = '{value}': {error}") from None
        if path is not None and not path.is_file():
            raise ValueError(f"policy = '{value}': no such file")
        return value

    @model_validator(mode="after")
    def _check_consistent(self) -> ProtocolPhase:
        if (self.minutes is None) == (self.seconds is None):
            raise ValueError(f"phase '{self.name}': give its length once, as minutes or as seconds")
        if self.kind == "walk":
            if self.speed_m_s == 0.0:
                raise ValueError(f"phase '{self.name}': walking needs a speed_m_s above 0")
            if self.condition == NO_CONDITION:
                raise ValueError(f"phase '{self.name}': walking needs a condition, such as free or dofc")
        else:
            for key, unset in (("speed_m_s", 0.0), ("policy", NO_ASSISTANCE), ("condition", NO_CONDITION)):
                if (value := getattr(self, key)) != unset:
                    raise ValueError(f"phase '{self.name}': {key} = {value} is for walking only; leave it out")
        return self


class ProtocolFile(ConfigModel):
    """What stands in a protocol file."""

    description: str
    steady_state_s: float = Field(gt=0.0, description="last part of each phase that its figures are of, s")
    phases: list[ProtocolPhase] = Field(min_length=1)

    @model_validator(mode="after")
    def _check_consistent(self) -> ProtocolFile:
        names = [phase.name for phase in self.phases]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"phase '{name}' is there more than once; give each phase a name of its own")
        shuffled = [phase.name for phase in self.phases if phase.shuffled]
        if len(shuffled) == 1:
            raise ValueError(f"phase '{shuffled[0]}' is the only shuffled one; mark another, or none")
        for phase in self.phases:
            if phase.duration_s < self.steady_state_s:
                raise ValueError(
                    f"steady_state_s = {self.steady_state_s:g} is longer than phase '{phase.name}' of "
                    f"{phase.duration_s:g} s; shorten the one or lengthen the other"
                )
        return self


@dataclass(frozen=True)
class Protocol:
    """A protocol with its name and the hash of its file."""

    name: str
    sha256: str
    content: ProtocolFile


def load_protocol(name_or_path: str) -> Protocol:
    """Load a protocol.

    Args:
        name_or_path: name of a file in config/protocols, or a path ending in .yaml.

    Raises:
        ConfigError: no such file, or a key or value in it is wrong (file, line, key, value and fix in the message).
    """
    path = Path(name_or_path)
    if not name_or_path.endswith(".yaml"):
        folder = config_path("protocols")
        known = sorted(file.stem for file in folder.glob("*.yaml"))
        if name_or_path not in known:
            raise ConfigError(
                f"unknown protocol '{name_or_path}'; {choices_hint(name_or_path, known)}, or a path to a .yaml"
            )
        path = folder / f"{name_or_path}.yaml"
    content = load_config(path, ProtocolFile)
    return Protocol(path.stem, hashlib.sha256(path.read_bytes()).hexdigest(), content)
