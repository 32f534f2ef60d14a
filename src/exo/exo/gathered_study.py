"""Trials of several people as one table: a row per person, a column per condition or phase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from statistics import fmean

from exo.phase_figures import RecordedTrial, phase_figures
from exo.report.trial_signals import TrialSignals
from exo.spirometry import respiration_of_phases
from exo.study_measures import CONDITION, MEASURES, NET_CHANGE, NET_COST, NET_RATE, PHASE, TORQUE
from exo_analysis.metabolic_rate import net_change_percent
from exo_analysis.net_rates import FREE, STAND, WALK
from exo_analysis.respiration import Respiration
from exo_analysis.subject_table import SUBJECT, SubjectTable
from exo_control.errors import ConfigError, ExoError, choices_hint

SPIROMETER, MODEL = "spirometer", "muscle model"
"""Where metabolic rates come from."""


@dataclass(frozen=True)
class PhaseFigures:
    """Figures of the steady part of a phase; None where there are none, and then why."""

    name: str
    kind: str
    condition: str
    asked_m_s: float
    walked_m_s: float | None
    gross_w_kg: float | None
    torque_rms_nm: float | None
    problem: str

    @property
    def speed_m_s(self) -> float:
        """Walking speed: as measured, or that of the treadmill."""
        return self.walked_m_s if self.walked_m_s is not None else self.asked_m_s


@dataclass(frozen=True)
class PersonTrial:
    """The trial of one person."""

    folder: Path
    person: str
    source: str
    """SPIROMETER or MODEL; MODEL too where no metabolic rate is recorded."""
    phases: Sequence[PhaseFigures]


@dataclass(frozen=True)
class GatheredStudy:
    """A table of trials and what it is of."""

    table: SubjectTable
    measure: str
    source: str
    trials: Sequence[PersonTrial]


def person_name(trial: RecordedTrial) -> str:
    """Return the name of a trial's person: that of the subject, without folder and ending."""
    return PurePath(trial.file.arguments["subject"]).name.removesuffix(".yaml")


def person_trial(
    trial: RecordedTrial, respiration: Respiration | None = None, offset_s: float = 0.0, person: str = ""
) -> PersonTrial:
    """Return the figures of one person's trial.

    Args:
        trial: in phases.
        respiration: of the spirometer; without it metabolic rates are those of the simulated person's muscle model.
        offset_s: spirometer's time at the first state of the trial, s.
        person: name; by default that of the subject.

    Raises:
        ConfigError: the trial's recordings have no common time with the spirometer.
    """
    steady_s, mass_kg = trial.file.schedule.steady_state_s, trial.file.mass_kg
    breathed = respiration_of_phases(trial, respiration, offset_s) if respiration is not None else None
    signals = {name: TrialSignals(recording, name, trial.file) for name, recording in trial.recordings.items()}
    phases = []
    for index, (name, run) in enumerate(trial.runs):
        figures = phase_figures(signals[name], run, steady_s, mass_kg)
        gross, problem = figures["gross_w_kg"], ""
        if breathed is not None:
            steady = breathed[index].steady
            gross, problem = steady.mean_w_kg if steady else None, breathed[index].problem
        if not run.complete:
            problem = "was not finished"
        elif run.last(steady_s) is None:
            problem = f"ran {run.seconds:.0f} s without a pause at its end, needs {steady_s:g} s"
        mark = run.mark
        of_phase = {key: figures[key] if run.complete else None for key in ("walked_m_s", TORQUE)}
        phases.append(
            PhaseFigures(
                mark.phase,
                mark.kind,
                mark.condition,
                mark.speed_m_s,
                of_phase["walked_m_s"],
                gross if run.complete else None,
                of_phase[TORQUE],
                problem,
            )
        )
    begun = {phase.name for phase in phases}
    phases += [
        PhaseFigures(each.name, each.kind, each.condition, each.speed_m_s, None, None, None, "was not begun")
        for each in trial.file.schedule.phases
        if each.name not in begun
    ]
    source = SPIROMETER if respiration is not None else MODEL
    return PersonTrial(trial.folder, person or person_name(trial), source, phases)


def gather(
    trials: Sequence[PersonTrial], measure: str = NET_RATE, by: str = CONDITION, only: Sequence[str] = ()
) -> GatheredStudy:
    """Return the table of trials.

    Args:
        trials: one of each person.
        measure: key of MEASURES.
        by: what a column is, CONDITION (mean over its phases) or PHASE.
        only: names of the columns; by default all walking ones.

    Raises:
        ConfigError: a person is there twice, metabolic rates come from different sources, there is no such column, or
            a person lacks one.
    """
    first: dict[str, PersonTrial] = {}
    for trial in trials:
        if (other := first.setdefault(trial.person, trial)) is not trial:
            raise ConfigError(
                f"{trial.folder}: person '{trial.person}' is in {other.folder} already; one trial per person, or name "
                f"who it is: --person {trial.folder}=NAME"
            )
    odd = next((trial for trial in trials if trial.source != trials[0].source), None)
    if odd is not None and measure != TORQUE:
        raise ConfigError(
            f"metabolic rates of {trials[0].folder} are from a {trials[0].source}, those of {odd.folder} from a "
            f"{odd.source}: they do not compare; give the missing file with --spirometer TRIAL=FILE"
        )
    columns = _columns(trials, measure, by, only)
    values: dict[str, list[float]] = {column: [] for column in columns}
    problems: list[str] = []
    for trial in trials:
        for column in columns:
            try:
                values[column].append(_value(trial, measure, by, column))
            except ExoError as error:
                problems.append(f"{trial.person} ({trial.folder}): {by} '{column}': {error}")
    if problems:
        raise ConfigError(
            "; ".join(problems) + ". Leave out the trial, or name the columns that all have: --only NAME..."
        )
    table = SubjectTable([trial.person for trial in trials], values, SUBJECT)
    return GatheredStudy(table, measure, trials[0].source, trials)


def _columns(trials: Sequence[PersonTrial], measure: str, by: str, only: Sequence[str]) -> list[str]:
    names = {_name(phase, by): None for trial in trials for phase in trial.phases if phase.kind == WALK}
    for name in only:
        if name not in names:
            raise ConfigError(f"--only {name}: no trial walks such a {by}; {choices_hint(name, names)}")
    if not names:
        raise ConfigError("no walking phase in these trials: nothing to gather")
    free = _free_columns(trials, by) if measure == NET_CHANGE else set()
    return list(only) or [name for name in names if name not in free]


def _name(phase: PhaseFigures, by: str) -> str:
    return phase.condition if by == CONDITION else phase.name


def _free_columns(trials: Sequence[PersonTrial], by: str) -> set[str]:
    return {_name(phase, by) for trial in trials for phase in trial.phases if phase.condition == FREE}


def _value(trial: PersonTrial, measure: str, by: str, column: str) -> float:
    """Return a cell; raises ExoError with the reason if there is none."""
    phases = [phase for phase in trial.phases if phase.kind == WALK and _name(phase, by) == column]
    if not phases:
        raise ExoError(f"the trial has no such {by}")
    speeds = sorted({phase.asked_m_s for phase in phases})
    if len(speeds) > 1:
        walked = ", ".join(f"{speed:g}" for speed in speeds)
        raise ExoError(f"is walked at {walked} m/s, of which a mean says nothing; take --by {PHASE}")
    if measure == TORQUE:
        return fmean(_known([(phase, phase.torque_rms_nm) for phase in phases], "torque"))
    gross = _known([(phase, phase.gross_w_kg) for phase in phases], "metabolic rate")
    standing = [(phase, phase.gross_w_kg) for phase in trial.phases if phase.kind == STAND]
    if not standing:
        raise ExoError("the trial has no standing phase, above which net rates are")
    stand = fmean(_known(standing, "metabolic rate"))
    if measure == NET_COST:
        usable = [phase for phase in phases if phase.gross_w_kg is not None]
        return fmean((rate - stand) / phase.speed_m_s for rate, phase in zip(gross, usable, strict=True))
    if measure == NET_CHANGE:
        free = [(phase, phase.gross_w_kg) for phase in trial.phases if phase.kind == WALK and phase.condition == FREE]
        if not free:
            raise ExoError(f"the trial has no condition '{FREE}' to compare with")
        return net_change_percent(fmean(gross), fmean(_known(free, "metabolic rate")), stand)
    return fmean(gross) - stand


def _known(figures: Sequence[tuple[PhaseFigures, float | None]], what: str) -> list[float]:
    """Return the numbers that there are, of phases of one kind."""
    found = [value for _, value in figures if value is not None]
    if not found:
        reasons = (f"phase {phase.name} {phase.problem or f'has no {what} recorded'}" for phase, _ in figures)
        raise ExoError(", ".join(reasons))
    return found


def plain(study: GatheredStudy) -> Mapping[str, object]:
    """Return plain values of a study and of each phase that it comes from."""
    return {
        "measure": study.measure,
        "unit": MEASURES[study.measure],
        "source": None if study.measure == TORQUE else study.source,
        "subjects": study.table.subjects,
        "conditions": dict(study.table.conditions),
        "trials": [
            {
                "subject": trial.person,
                "trial": str(trial.folder),
                "source": trial.source,
                "phases": [asdict(phase) for phase in trial.phases],
            }
            for trial in study.trials
        ],
    }
