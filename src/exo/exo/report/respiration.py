"""What a spirometer measured beside a trial in phases, as on the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from exo.phase_figures import RecordedTrial, load_trial
from exo.report.figures import Picture, respiration_course
from exo.report.table import NOTHING, Table, text
from exo.spirometry import PhaseRespiration, begin_ns, respiration_of_phases
from exo_analysis.metabolic_rate import AEROBIC_RATIO, metabolic_power_w
from exo_analysis.net_rates import NetRate, net_rates, standing_rate
from exo_analysis.respiration import Respiration
from exo_analysis.spirometer_file import load_spirometer_file
from exo_control.errors import ExoError


@dataclass(frozen=True)
class TrialRespiration:
    """A spirometer's file beside a trial."""

    name: str
    file: Path
    phases: Sequence[PhaseRespiration]
    standing_w_kg: float | None
    conditions: Mapping[str, NetRate]
    notes: Sequence[str]
    """What a reader has to know; why there are no net rates, if so."""
    tables: Sequence[Table]
    picture: Picture


def report_respiration(folder: Path, file: Path, offset_s: float) -> TrialRespiration:
    """Lay a spirometer's file beside a trial.

    Args:
        folder: of the trial.
        file: the spirometer's export.
        offset_s: spirometer's time when the trial began, s.

    Raises:
        ConfigError: file or trial cannot be read, or the trial has no phases or no common time.
    """
    respiration = load_spirometer_file(file)
    trial = load_trial(folder)
    phases = respiration_of_phases(trial, respiration, offset_s)
    rates = [phase.rate for phase in phases if phase.rate is not None]
    stand, conditions, notes = standing_rate(rates), {}, []
    try:
        conditions = net_rates(rates)
    except ExoError as error:
        notes.append(f"No net rates: {error}.")
    if stand is None:
        notes.append("No net rates: they need a standing phase that was gone through.")
    name = trial.folder.absolute().name
    tables = [_phases(name, file, trial, phases, stand), *([_conditions(name, conditions)] if conditions else [])]
    picture = _picture(name, trial, respiration, phases, offset_s)
    return TrialRespiration(name, file, phases, stand, conditions, notes, tables, picture)


def _phases(
    name: str, file: Path, trial: RecordedTrial, phases: Sequence[PhaseRespiration], stand: float | None
) -> Table:
    rows = []
    for phase in phases:
        mark, steady = phase.run.mark, phase.steady
        notes = [] if phase.run.complete else ["not finished: not used"]
        if steady is None:
            rows.append([mark.phase, mark.condition, *[NOTHING] * 6, "; ".join([*notes, phase.problem])])
            continue
        if steady.respiratory_exchange_ratio > AEROBIC_RATIO:
            notes.append("exchange ratio above 1: not aerobic, and the equation does not hold")
        net = steady.mean_w_kg - stand if stand is not None and mark.kind == "walk" and phase.run.complete else None
        numbers = [text(steady.mean_w_kg), text(steady.sd_w_kg), text(steady.slope_w_kg_min), text(net)]
        numbers += [str(steady.breaths), text(steady.respiratory_exchange_ratio)]
        rows.append([mark.phase, mark.condition, *numbers, "; ".join(notes)])
    columns = ["phase", "condition", "gross, W/kg", "SD", "slope, W/kg/min", "net, W/kg", "breaths", "RER", "note"]
    if all(not row[-1] for row in rows):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    caption = (
        f"{name}, {file.name}: metabolic rate from respiration (Brockway 1987, without urinary nitrogen), mean and SD "
        f"of the breaths in the last {trial.file.schedule.steady_state_s:g} s of each phase; net is above standing; "
        "RER is VCO2 over VO2."
    )
    return Table(columns, rows, caption)


def _conditions(name: str, conditions: Mapping[str, NetRate]) -> Table:
    rows = [
        [condition, str(rate.phases), text(rate.net_w_kg), text(rate.change_percent, 1, signed=True)]
        for condition, rate in conditions.items()
    ]
    columns = ["condition", "phases", "net, W/kg", "change, %"]
    return Table(columns, rows, f"{name}: net metabolic rate by condition, and its change against walking free.")


def _picture(
    name: str, trial: RecordedTrial, respiration: Respiration, phases: Sequence[PhaseRespiration], offset_s: float
) -> Picture:
    zero_ns = begin_ns(trial)

    def seconds(span: tuple[int, int]) -> tuple[float, float]:
        return 1e-9 * (span[0] - zero_ns), 1e-9 * (span[1] - zero_ns)

    spans = [(phase.run.mark.kind, seconds(span)) for phase in phases for span in phase.run.intervals_ns]
    steady = []
    for phase in phases:
        window = phase.run.last(trial.file.schedule.steady_state_s)
        if phase.steady is not None and window is not None:
            steady.append((seconds(window), trial.file.mass_kg * phase.steady.mean_w_kg))
    power_w = metabolic_power_w(respiration)
    title = f"{name}: metabolic power from respiration, W"
    return respiration_course(title, respiration.time_s - offset_s, power_w, spans, steady)
