"""Picture of a gait: joint angles, ground reaction and muscle activity over the gait cycle, against human norms."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from exo_sim.engine import layout
from exo_sim.gait_analysis import CYCLE_PERCENT, WARM_UP_S, cycles, heel_strikes, load_norm, mean_cycles
from exo_sim.names import LEG_MUSCLES
from exo_sim.walk import Walk

_MODEL, _NORM = "#0b6e99", "0.75"


def plot_gait(walk: Walk, path: str | Path) -> None:
    """Draw the right leg's mean gait cycle (line) and its spread (band of one standard deviation) to a PNG."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    steady = walk.since(WARM_UP_S) if walk.seconds > 2.0 * WARM_UP_S else walk
    leg, norm = mean_cycles(steady), load_norm()
    figure, axes = plt.subplots(3, 5, figsize=(15.0, 8.0), sharex=True, constrained_layout=True)
    top = (
        ("hip flexion, deg", np.degrees(leg["hip"]), np.degrees(norm.hip), np.degrees(norm.hip_sd)),
        ("knee flexion, deg", np.degrees(leg["knee"]), np.degrees(norm.knee), np.degrees(norm.knee_sd)),
        ("ankle dorsiflexion, deg", np.degrees(leg["ankle"]), np.degrees(norm.ankle), np.degrees(norm.ankle_sd)),
        ("vertical ground reaction, body weights", leg["grf_vertical"], None, None),
        ("forward ground reaction, body weights", leg["grf_forward"], None, None),
        ("exoskeleton hip torque, Nm", leg["hip_torque"], None, None),
    )
    panels = axes.ravel()
    for axis, (title, values, mean, sd) in zip(panels, top, strict=False):
        if mean is not None and sd is not None:
            axis.fill_between(CYCLE_PERCENT, mean - sd, mean + sd, color=_NORM, lw=0, label="able-bodied, mean and SD")
        _band(axis, values)
        axis.set_title(title, fontsize=9)
    strikes = heel_strikes(steady.ground_reaction_bw[:, 0, 1])
    for axis, (i, name) in zip(panels[len(top) :], enumerate(LEG_MUSCLES), strict=True):
        _band(axis, cycles(steady.part(layout.ACTIVATION + i, 1)[:, 0], strikes))
        axis.set_ylim(0.0, 1.0)
        axis.set_title(f"activation of {name}", fontsize=9)
    panels[0].legend(fontsize=7)
    for axis in axes[-1]:
        axis.set_xlabel("gait cycle, %")
    for axis in panels:
        axis.set_xlim(0.0, 100.0)
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _band(axis: object, values: np.ndarray) -> None:
    mean, sd = values.mean(axis=0), values.std(axis=0)
    axis.fill_between(CYCLE_PERCENT, mean - sd, mean + sd, color=_MODEL, alpha=0.3, lw=0)  # type: ignore[attr-defined]
    axis.plot(CYCLE_PERCENT, mean, color=_MODEL, lw=1.8, label="simulation")  # type: ignore[attr-defined]
