"""The picture of a trial: the right leg over the gait cycle."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np

from exo.trajectory import JOINTS, Floats, Trajectory
from exo_sim.gait_analysis import CYCLE_PERCENT

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

ASSISTED, REFERENCE = "#0b6e99", "0.45"


def _signals(trajectory: Trajectory, weight_n: float) -> list[tuple[str, Floats]]:
    """Return title and strides (strides, 101) of each panel."""
    steady = trajectory.steady()
    angle = {name: np.degrees(steady.position_rad[:, JOINTS.index(name)]) for name in JOINTS}
    torque = steady.torque_nm[:, 0]
    panels = [
        ("hip flexion, degrees", angle["right_hip_flexion"]),
        ("knee flexion, degrees", angle["right_knee_flexion"]),
        ("ankle dorsiflexion, degrees", angle["right_ankle_dorsiflexion"]),
        ("exoskeleton torque on the hip, Nm (flexion +)", torque),
        ("exoskeleton power at the hip, W", torque * steady.hip_velocity_rad_s[:, 0]),
        ("vertical ground reaction, body weights", steady.ground_n[:, 0, 1] / weight_n),
    ]
    return [(title, steady.gait_cycles(values, weight_n)) for title, values in panels]


def plot_trial(trajectory: Trajectory, unassisted: Trajectory | None, weight_n: float, title: str, path: Path) -> bool:
    """Draw the mean over all strides (line) and one standard deviation (band); False if there is no whole stride."""
    panels = _signals(trajectory, weight_n)
    strides = len(panels[0][1])
    if strides == 0:
        return False
    reference = _signals(unassisted, weight_n) if unassisted is not None else []
    figure, axes = plt.subplots(2, 3, figsize=(12.0, 6.5), sharex=True, constrained_layout=True)
    for axis, (name, values) in zip(axes.ravel(), panels, strict=True):
        _draw(axis, values, f"with the exoskeleton ({strides} strides)", ASSISTED)
        for other, other_values in reference:
            if other == name and len(other_values) and not name.startswith("exoskeleton"):
                _draw(axis, other_values, f"the same gait without ({len(other_values)} strides)", REFERENCE, "--")
        axis.axhline(0.0, color="0.8", lw=0.8, zorder=0)
        axis.set_title(name, fontsize=10)
        axis.set_xlim(0.0, 100.0)
        axis.spines[["top", "right"]].set_visible(False)
    for axis in axes[-1]:
        axis.set_xlabel("gait cycle from heel strike, %")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), fontsize=9, frameon=False)
    figure.suptitle(f"{title}\nright leg, mean and standard deviation over strides", fontsize=11)
    figure.savefig(path, dpi=120)
    plt.close(figure)
    return True


def _draw(axis: Axes, values: Floats, label: str, colour: str, style: str = "-") -> None:
    mean, sd = values.mean(axis=0), values.std(axis=0)
    axis.fill_between(CYCLE_PERCENT, mean - sd, mean + sd, color=colour, alpha=0.2, lw=0)
    axis.plot(CYCLE_PERCENT, mean, style, color=colour, lw=1.8, label=label)
