"""Picture of learning curves: one colour per configuration, the mean over its seeds and their spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from exo_control.joints import POLICY_PERIOD_S
from exo_learning.checkpoint import load_checkpoint
from exo_learning.errors import TrainingError
from exo_learning.learning_curve import read_curve
from exo_learning.manifest import config_name

Floats = NDArray[np.float64]

_PANELS = (
    ("net cost of transport without exploration, % of no assistance", "eval_cot_net"),
    ("speed without exploration, % of no assistance", "eval_speed_m_s"),
    ("falls per 1000 s of exploring", "falls"),
)


@dataclass(frozen=True)
class Run:
    """A training run as its folder tells it."""

    name: str  # of the configuration
    seed: int
    buffer_s: float  # walking time in a buffer, s
    baselines: dict[str, dict[str, float]]
    columns: dict[str, Floats]  # of the learning curve; NaN where a row has no value

    @classmethod
    def load(cls, folder: Path) -> Run:
        """Read a run folder.

        Raises:
            TrainingError: the folder holds no run, or one that has not finished a buffer.
        """
        saved = load_checkpoint(folder)
        rows = read_curve(folder)
        if not rows:
            raise TrainingError(f"{folder} has no learning curve yet")
        columns = {name: np.array([float(row[name] or "nan") for row in rows]) for name in rows[0]}
        config = saved.config
        name = config_name(config.sha256()) or folder.name.removesuffix(f"-{saved.seed}")
        return cls(name, saved.seed, config.ppo.buffer_ticks * POLICY_PERIOD_S, saved.baselines, columns)

    def series(self, column: str) -> tuple[Floats, Floats]:
        """Return buffers and values of a panel, in its unit."""
        buffer, value = self.columns["buffer"], self.columns[column]
        if column == "falls":
            width = min(10, len(value))  # a buffer has few falls: mean over ten
            smooth = np.convolve(value, np.full(width, 1.0 / width), mode="valid")
            return buffer[width - 1 :], 1000.0 * smooth / self.buffer_s
        known = np.isfinite(value)
        reference = self.baselines["zero"][column.removeprefix("eval_")]
        return buffer[known], 100.0 * (value[known] / reference - 1.0)


def plot_curves(runs: Sequence[Run], path: str | Path) -> None:
    """Draw the runs to a PNG: thin lines are seeds, thick ones their mean, the band reaches from worst to best."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    names = list(dict.fromkeys(run.name for run in runs))
    figure, axes = plt.subplots(1, len(_PANELS), figsize=(14.0, 4.2), constrained_layout=True)
    for axis, (title, column) in zip(axes, _PANELS, strict=True):
        for number, name in enumerate(names):
            series = [run.series(column) for run in runs if run.name == name]
            colour = f"C{number}"
            for buffer, value in series:
                axis.plot(buffer, value, color=colour, lw=0.6, alpha=0.6)
            buffer = min((buffer for buffer, _ in series), key=len)
            values = np.stack([value[: len(buffer)] for _, value in series])
            seeds = "1 seed" if len(series) == 1 else f"{len(series)} seeds"
            axis.plot(buffer, values.mean(axis=0), color=colour, lw=2.0, label=f"{name}, {seeds}")
            axis.fill_between(buffer, values.min(axis=0), values.max(axis=0), color=colour, alpha=0.15, lw=0.0)
        if column != "falls":
            reference = runs[0].baselines
            key = column.removeprefix("eval_")
            axis.axhline(0.0, color="0.3", lw=0.8)
            change = 100.0 * (reference["dofc"][key] / reference["zero"][key] - 1.0)
            axis.axhline(change, color="0.3", lw=0.8, ls="--", label="DOFC")
        axis.set_title(title, fontsize=9)
        axis.set_xlabel("buffer")
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=120)
    plt.close(figure)
