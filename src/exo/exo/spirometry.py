"""A spirometer's file beside a trial in phases: the metabolic rate in the steady part of each phase."""

from __future__ import annotations

import itertools
from dataclasses import asdict, dataclass
from typing import Any

from exo.phase_figures import RecordedTrial
from exo_analysis.metabolic_rate import SteadyState, steady_state
from exo_analysis.net_rates import PhaseRate
from exo_analysis.respiration import Respiration
from exo_control.errors import ConfigError, ExoError
from exo_trial.phase_runs import PhaseRun


@dataclass(frozen=True)
class PhaseRespiration:
    """What the spirometer says of a phase."""

    run: PhaseRun
    steady: SteadyState | None
    problem: str
    """Why there is no rate; empty if there is one."""

    @property
    def rate(self) -> PhaseRate | None:
        """The rate, if there is one and the phase was gone through to its end."""
        if self.steady is None or not self.run.complete:
            return None
        return PhaseRate(self.run.mark.kind, self.run.mark.condition, self.steady.mean_w_kg)

    def row(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "phase": self.run.mark.phase,
            "kind": self.run.mark.kind,
            "condition": self.run.mark.condition,
            "complete": self.run.complete,
            "steady_state": asdict(self.steady) if self.steady is not None else None,
            "problem": self.problem or None,
        }


def begin_ns(trial: RecordedTrial) -> int:
    """Return the time of the first state of a trial, ns.

    Raises:
        ConfigError: a later recording does not follow in time, as after the resumption of a simulated trial, whose
            clock starts anew.
    """
    spans = [recording.applied_torque.stamp_ns[[0, -1]].tolist() for recording in trial.recordings.values()]
    if any(second[0] < first[1] for first, second in itertools.pairwise(spans)):
        raise ConfigError(
            f"{trial.folder}: the clock of a simulated trial starts anew when it is resumed; a spirometer's file can "
            "be aligned with a trial of one recording, or with one on the device"
        )
    return spans[0][0]


def respiration_of_phases(trial: RecordedTrial, respiration: Respiration, offset_s: float) -> list[PhaseRespiration]:
    """Return what the spirometer says of each phase that was begun.

    Args:
        trial: the trial.
        respiration: of the whole trial.
        offset_s: spirometer's time at the first state of the trial, s.

    Raises:
        ConfigError: the recordings have no common time.
    """
    zero_ns = begin_ns(trial)
    window_s = trial.file.schedule.steady_state_s
    found = []
    for _, run in trial.runs:
        window = run.last(window_s)
        if window is None:
            reason = f"ran {run.seconds:.0f} s without a pause at its end, needs {window_s:g} s"
            found.append(PhaseRespiration(run, None, reason))
            continue
        begin_s, end_s = (offset_s + (time_ns - zero_ns) * 1e-9 for time_ns in window)
        try:
            # The window as it comes out of the same numbers, so that rounding does not make it too short.
            steady = steady_state(respiration, begin_s, end_s, trial.file.mass_kg, end_s - begin_s)
        except ExoError as error:
            found.append(PhaseRespiration(run, None, str(error)))
            continue
        found.append(PhaseRespiration(run, steady, ""))
    return found
