"""Picture of a study: what each subject's figure changes by under each condition, in pairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from exo_analysis.subject_table import SubjectTable

_COLOURS = ("#8a8a8a", "#0b6e8c", "#b5532a", "#5b7f3b")


def plot_changes(table: SubjectTable, ylabel: str, title: str, path: Path) -> None:
    """Draw changes as ``plot_values`` does, with a line at zero."""
    plot_values(table, ylabel, title, path, zero_line=True)


def plot_values(
    table: SubjectTable, ylabel: str, title: str, path: Path, zero_line: bool = False, decimals: int = 1
) -> None:
    """Draw one line per subject across the conditions, and mean and SD beside it, to a PNG.

    Args:
        table: a number per subject and condition.
        ylabel: what the numbers are, with unit.
        title: of the picture.
        path: of the PNG.
        zero_line: whether zero is drawn.
        decimals: of mean and SD.
    """
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    names = list(table.conditions)
    values = np.array([table.conditions[name] for name in names])
    at = np.arange(len(names))
    figure, axis = plt.subplots(figsize=(1.8 + 1.9 * len(names), 4.6), constrained_layout=True)
    if zero_line:
        axis.axhline(0.0, color="0.3", lw=0.8)
    axis.plot(at, values, color="0.75", lw=0.8, zorder=1)
    for column, some in enumerate(values):
        colour = _COLOURS[(column + 1) % len(_COLOURS)]
        axis.plot(np.full(len(some), at[column]), some, "o", color=colour, ms=4, alpha=0.7, zorder=2)
        mean, sd = some.mean(), some.std(ddof=1) if len(some) > 1 else 0.0
        axis.errorbar(at[column] + 0.16, mean, sd, fmt="D", color=colour, ms=6, capsize=4, zorder=3)
        axis.annotate(
            f"{mean:.{decimals}f} ± {sd:.{decimals}f}",
            (at[column] + 0.16, mean),
            (9, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.5},
        )
    axis.set_xticks(at, names)
    axis.set_xlim(-0.4, len(names) - 0.4)
    axis.set_ylabel(ylabel)
    axis.set_title(title, fontsize=10)
    axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=120)
    plt.close(figure)
