"""What a study's results come to: tables, statistics, counts and remarks, written into a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from exo.comparison_text import comparison_text
from exo.study_plot import plot_changes
from exo_analysis.condition_comparison import ConditionComparison, compare_conditions
from exo_analysis.subject_table import SubjectTable, save_subject_table
from exo_control.errors import ExoError
from exo_sim.dofc_tuning import DOFC_NAME
from exo_sim.evaluation import NO_EXO
from exo_sim.study_task import CONDITIONS, POLICY_NAME
from exo_sim.subject_means import METRICS, SubjectMeans

ASSISTED = tuple(name for name in CONDITIONS if name != NO_EXO.name)
TABLES = {"net_metabolic_rate": "study", "net_cost_of_transport": "cost_of_transport"}
"""Names of the files of each metric."""


@dataclass(frozen=True)
class MetricResult:
    """One metric over all subjects who walked every condition."""

    metric: str
    values: SubjectTable
    changes: SubjectTable
    """Percent of no exoskeleton."""
    comparisons: list[ConditionComparison]
    """Of the changes; empty where there is nothing to estimate an error from."""
    no_statistics: str
    """Why there are no comparisons, if there are none."""
    lowered: int
    """Subjects whose metric the policy lowers."""
    below_dofc: int
    """Subjects with whom the policy lowers it more than tuned DOFC."""

    def content(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "comparisons": [comparison.row() for comparison in self.comparisons],
            "policy_lowers": self.lowered,
            "policy_lowers_more_than_dofc": self.below_dofc,
        }


def comparisons_or_reason(table: SubjectTable, changes: bool = False) -> tuple[list[ConditionComparison], str]:
    """Return a table's comparisons, or none and why: hours of walking are not to be lost to a missing p-value."""
    try:
        return compare_conditions(table.conditions, changes), ""
    except ExoError as error:
        return [], f"no statistics: {error}"


def metric_result(means: Sequence[SubjectMeans], metric: str) -> MetricResult:
    """Return a metric's tables and statistics over subjects that have numbers for all conditions."""
    names = [one.name for one in means]
    values = SubjectTable(names, {c: [getattr(one, metric)[c] for one in means] for c in CONDITIONS})
    changes = SubjectTable(names, {c: [one.change(metric, c) for one in means] for c in ASSISTED})
    comparisons, no_statistics = comparisons_or_reason(changes, changes=True)
    policy, dofc = changes.conditions[POLICY_NAME], changes.conditions[DOFC_NAME]
    return MetricResult(
        metric,
        values,
        changes,
        comparisons,
        no_statistics,
        sum(change < 0.0 for change in policy),
        sum(one < other for one, other in zip(policy, dofc, strict=True)),
    )


def write_study(means: Sequence[SubjectMeans], folder: Path, title: str) -> dict[str, Any]:
    """Write tables and pictures, and return what ``study.json`` holds of the results.

    Args:
        means: of all subjects; those that fell on every seed are told, and left out of the tables.
        folder: to write to.
        title: of the pictures.
    """
    folder.mkdir(parents=True, exist_ok=True)
    complete = [one for one in means if one.seeds]
    content: dict[str, Any] = {
        "subjects": [asdict(one) for one in means],
        "left_out": [one.name for one in means if not one.seeds],
    }
    for metric, label in METRICS.items():
        result = metric_result(complete, metric)
        name = TABLES[metric]
        save_subject_table(result.values, folder / f"{name}.csv")
        save_subject_table(result.changes, folder / f"{name}_changes.csv")
        if complete:
            what = label.partition(",")[0]
            plot_changes(result.changes, f"change of {what}, %", title, folder / f"{name}.png")
        content[metric] = result.content()
    return content


def remarks(means: Sequence[SubjectMeans], largest_speed_change_percent: float) -> list[str]:
    """Return what a reader has to know before believing the changes."""
    lines = []
    left_out = [one.name for one in means if not one.seeds]
    if left_out:
        lines.append(f"left out, since a condition fell on every seed: {', '.join(left_out)}")
    for condition in CONDITIONS:
        fallen = {one.name: one.falls[condition] for one in means if one.falls[condition]}
        if fallen:
            who = ", ".join(f"{name} {count}" for name, count in fallen.items())
            lines.append(f"{condition}: falls of {who}; a seed with a fall counts for no condition")
    for condition in ASSISTED:
        faults = sum(one.safety_faults[condition] for one in means)
        if faults:
            lines.append(f"{condition}: in {faults} walks the safety limiter took the torque away")
        changed = [
            one.name
            for one in means
            if one.seeds and abs(one.change("speed_mps", condition)) > largest_speed_change_percent
        ]
        if changed:
            lines.append(
                f"{condition}: speed changes by over {largest_speed_change_percent:g} % in {len(changed)} subjects: "
                "part of the change is that of walking at another speed"
            )
    return lines


def study_text(means: Sequence[SubjectMeans], notes: Sequence[str]) -> str:
    """Return the results as text: a line per subject, then statistics of each metric."""
    lines = [
        f"{'':10}{'seeds':>6}{'no exo W/kg':>13}" + "".join(f"{name + ', %':>16}{'speed %':>9}" for name in ASSISTED)
    ]
    for one in means:
        if not one.seeds:
            lines.append(f"{one.name:10}{0:6}{'-':>13}" + f"{'-':>16}{'-':>9}" * len(ASSISTED))
            continue
        cells = (f"{one.change('net_metabolic_rate', c):16.1f}{one.change('speed_mps', c):9.1f}" for c in ASSISTED)
        lines.append(f"{one.name:10}{one.seeds:6}{one.net_metabolic_rate[NO_EXO.name]:13.2f}{''.join(cells)}")
    complete = [one for one in means if one.seeds]
    for metric, label in METRICS.items():
        result = metric_result(complete, metric)
        lines += ["", f"Change of {label.partition(',')[0]}, percent of no exoskeleton:"]
        lines.append(comparison_text(result.comparisons) if result.comparisons else result.no_statistics)
        lines.append(
            f"{POLICY_NAME} lowers it in {result.lowered} of {len(means)} subjects, "
            f"more than tuned DOFC in {result.below_dofc} of {len(means)}."
        )
    lines += ["", *(f"Note: {note}" for note in notes)]
    return "\n".join(lines)
