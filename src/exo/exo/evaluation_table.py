"""The table of an evaluation, as text."""

from collections.abc import Sequence
from typing import Any

from exo.peak_results import PeakResults
from exo_sim.comparison import ConditionResult

COLUMNS = (
    ("CoT gross %", "cot_gross_change", "{:+.1f}"),
    ("CoT net %", "cot_net_change", "{:+.1f}"),
    ("power %", "power_change", "{:+.1f}"),
    ("a2 %", "a2_change", "{:+.1f}"),
    ("hip a2 %", "hip_a2_change", "{:+.1f}"),
    ("speed %", "speed_change", "{:+.1f}"),
    ("exo net W", "exo_net_w", "{:.1f}"),
    ("exo pos. W", "exo_positive_w", "{:.1f}"),
    ("RMS Nm", "torque_rms_nm", "{:.1f}"),
    ("peak Nm", "torque_peak_nm", "{:.1f}"),
    ("falls", "falls", "{}"),
)
"""Heading, key and format of the table's columns."""


def table(none: ConditionResult, peaks: Sequence[PeakResults]) -> str:
    """Return the conditions with their changes, the tuned settings and the comparisons as text.

    Args:
        none: walking without exoskeleton.
        peaks: what was walked at each peak torque.
    """
    results = [none, *(result for peak in peaks for result in peak.conditions)]
    rows = [{**result.figures(), **result.row()} for result in results]
    width = max(len(row["name"]) for row in rows) + 2
    lines = [" " * width + "".join(f"{heading:>12}" for heading, _, _ in COLUMNS)]
    for row in rows:
        cells = (_cell(row[key], form) for _, key, form in COLUMNS)
        lines.append(f"{row['name']:{width}}" + "".join(f"{cell:>12}" for cell in cells))
    base = rows[0]
    lines.append("")
    if base["speed_mps"] is not None:
        lines.append(
            f"Changes are of walking without exoskeleton: {base['speed_mps']:.3f} m/s, cost of transport "
            f"{base['cot_gross']:.2f} gross and {base['cot_net']:.2f} net J/(kg m), {base['power_w']:.0f} W."
        )
    for peak in peaks:
        best = peak.sweep.best
        lines.append(f"{peak.dofc.condition.name}: delay {best.delay_s:g} s, gain {best.gain_nm:g} Nm.")
        lines += [_sentence(peak.comparison(result)) for result in peak.others]
    return "\n".join(lines)


def _sentence(compared: dict[str, Any]) -> str:
    line = f"{compared['name']}: better than tuned DOFC in {compared['seeds_better_than_dofc']} of "
    line += f"{compared['seeds']} seeds"
    if compared["percent_of_law_saving"] is not None:
        line += f"; {compared['percent_of_law_saving']:.0f} % of the law's saving"
    return f"{line}."


def _cell(value: Any, form: str) -> str:
    return "-" if value is None else form.format(value)
