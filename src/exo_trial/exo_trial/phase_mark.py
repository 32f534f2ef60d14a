"""The mark of a phase: what exo/trial_phase says, and what is read from a recording of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from exo_control.errors import ConfigError
from exo_trial.phase_clock import TrialState
from exo_trial.schedule import ScheduledPhase

STATUS_NAME = "trial_phase"
"""Of the status that carries a mark."""


@dataclass(frozen=True)
class PhaseMark:
    """The present phase and state of a trial."""

    index: int
    phase: str
    kind: str
    condition: str
    policy: str
    speed_m_s: float
    state: TrialState

    def values(self) -> dict[str, str]:
        """Return the mark as texts by key."""
        texts = {field.name: str(getattr(self, field.name)) for field in fields(self)}
        return texts | {"state": self.state.value}


KEYS = tuple(field.name for field in fields(PhaseMark))


def mark_of(phase: ScheduledPhase, index: int, state: TrialState) -> PhaseMark:
    """Return the mark of a phase."""
    return PhaseMark(index, phase.name, phase.kind, phase.condition, phase.policy, phase.speed_m_s, state)


def read_mark(values: Mapping[str, str]) -> PhaseMark:
    """Return the mark that the texts say.

    Raises:
        ConfigError: one is missing or means nothing.
    """
    try:
        return PhaseMark(
            int(values["index"]),
            values["phase"],
            values["kind"],
            values["condition"],
            values["policy"],
            float(values["speed_m_s"]),
            TrialState(values["state"]),
        )
    except (KeyError, ValueError) as error:
        raise ConfigError(f"{STATUS_NAME}: {dict(values)} is no mark of a phase: {error!r}") from None
