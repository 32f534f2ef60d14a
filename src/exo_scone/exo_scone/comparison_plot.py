"""Picture of the same gains in two engines: joint angles, ground reaction and activations over the gait cycle."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from exo_scone.comparison import ANGLES, FORCES, EngineWalk
from exo_sim.gait_analysis import CYCLE_PERCENT, load_norm
from exo_sim.names import LEG_MUSCLES

_LINES = (("#0b6e99", "-"), ("#d9822b", "--"))
_TITLES = {
    "hip": "hip flexion, deg",
    "knee": "knee flexion, deg",
    "ankle": "ankle dorsiflexion, deg",
    "grf_forward": "forward ground reaction, body weights",
    "grf_vertical": "vertical ground reaction, body weights",
}


def plot_comparison(walks: Sequence[EngineWalk], title: str, path: str | Path) -> None:
    """Draw the right leg's mean gait cycle in each engine to a PNG; a walk without a whole cycle says so instead."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    curves = [walk.curves for walk in walks]
    names, norm = (*ANGLES, *FORCES, *LEG_MUSCLES), load_norm()
    figure, axes = plt.subplots(3, 5, figsize=(15.0, 8.0), sharex=True, constrained_layout=True)
    panels = axes.ravel()
    for axis, name in zip(panels, names, strict=False):
        scale = 180.0 / np.pi if name in ANGLES else 1.0
        if name in ANGLES:
            mean, sd = np.degrees(getattr(norm, name)), np.degrees(getattr(norm, f"{name}_sd"))
            axis.fill_between(CYCLE_PERCENT, mean - sd, mean + sd, color="0.85", lw=0)
        for walk, (colour, line) in zip(curves, _LINES, strict=True):
            if name in walk:
                axis.plot(CYCLE_PERCENT, scale * walk[name], line, color=colour, lw=1.8)
        axis.set_title(_TITLES.get(name, f"activation of {name}"), fontsize=9)
        if name in LEG_MUSCLES:
            axis.set_ylim(0.0, 1.0)
        axis.set_xlim(0.0, 100.0)
        axis.spines[["top", "right"]].set_visible(False)
    _tell(panels[-1], walks)
    for axis in axes[-1]:
        axis.set_xlabel("gait cycle, %")
    handles = [Patch(color="0.85"), *(Line2D([], [], color=colour, ls=line) for colour, line in _LINES)]
    labels = ["able-bodied, mean and SD", *(walk.name for walk in walks)]
    figure.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=9)
    figure.suptitle(title, fontsize=11)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _tell(axis: object, walks: Sequence[EngineWalk]) -> None:
    """Write the figures of the walks into the last panel."""
    lines = []
    for walk in walks:
        figures = walk.figures()
        lines.append(textwrap.fill(walk.name, 28))
        ended = "fell" if figures["fell"] else "did not fall"
        lines.append(f"  {figures['seconds']:.2f} s, {ended}")
        for key, form in (("speed_mps", "{:.3f} m/s"), ("cot_gross", "{:.2f} J/(kg m)")):
            if figures[key] is not None:
                lines.append(f"  {form.format(figures[key])}")
        if not walk.curves:
            lines.append("  no whole cycle to draw")
    axis.text(0.02, 0.98, "\n".join(lines), va="top", fontsize=9, transform=axis.transAxes)  # type: ignore[attr-defined]
    axis.set_axis_off()  # type: ignore[attr-defined]
