"""Picture of an evaluation: what each condition changes, on average and in each walk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from exo_sim.comparison import ConditionResult

_PANELS = (
    ("net cost of transport", "cot_net"),
    ("gross cost of transport", "cot_gross"),
    ("squared activation, hip muscles", "hip_a2"),
    ("speed", "speed_mps"),
)
_BAR, _DOT = "#8fc1d4", "#0b3c4d"


def plot_evaluation(results: Sequence[ConditionResult], title: str, path: str | Path) -> None:
    """Draw changes in percent of walking without exoskeleton to a PNG: bars of the means, a dot for each walk."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    height = 1.6 + 0.45 * len(results)
    figure, axes = plt.subplots(1, len(_PANELS), figsize=(13.0, height), sharey=True, constrained_layout=True)
    for axis, (name, figure_name) in zip(axes, _PANELS, strict=True):
        for row, result in enumerate(results):
            change = result.change(figure_name)
            if change is None:
                axis.text(0.0, row, " all fell", va="center", fontsize=8)
                continue
            axis.barh(row, change, color=_BAR, height=0.7, zorder=1)
            each = [
                100.0 * (getattr(walk, figure_name) / getattr(other, figure_name) - 1.0) for walk, other in result.pairs
            ]
            spread = [row + 0.5 * (i / max(len(each) - 1, 1) - 0.5) for i in range(len(each))]
            axis.plot(each, spread, ".", color=_DOT, ms=4, alpha=0.7, zorder=2)
        axis.axvline(0.0, color="0.3", lw=0.8)
        axis.set_title(name, fontsize=10)
        axis.set_xlabel("change, %")
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_yticks(range(len(results)), [result.condition.name for result in results])
    axes[0].invert_yaxis()
    figure.suptitle(f"{title}: change from walking without exoskeleton, mean (bar) and each walk (dot)", fontsize=11)
    figure.savefig(path, dpi=120)
    plt.close(figure)
