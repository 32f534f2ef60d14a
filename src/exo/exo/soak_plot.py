"""The picture of a soak."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from exo.soak_figures import MemorySamples
from exo.trial_recording import Recording


def plot_soak(recording: Recording, memory: MemorySamples, stalls: Sequence[tuple[int, float]], path: Path) -> None:
    """Draw the times between states, what the machine stalled, and the memory of each process."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    stamps = recording.applied_torque.stamp_ns
    minutes = 1e-9 / 60.0 * (stamps - stamps[0])
    figure, (timing, memories) = plt.subplots(2, 1, figsize=(9, 6), sharex=True, layout="constrained")
    timing.plot(minutes[1:], 1e-6 * np.diff(stamps), ",", color="tab:blue")
    at = np.array([1e-9 / 60.0 * (stall - stamps[0]) for stall, _ in stalls])
    timing.plot(at, [1e3 * late for _, late in stalls], "x", color="tab:red", label="machine woke a sleeper so late")
    timing.set(ylabel="time between states (ms)", ylim=(0.0, None))
    if stalls:
        timing.legend(loc="upper right")
    for name in sorted({name for _, sample in memory for name in sample}):
        course = [(seconds / 60.0, sample[name]) for seconds, sample in memory if name in sample]
        memories.plot(*zip(*course, strict=True), label=name.replace("_", " "))
    memories.set(xlabel="time (min)", ylabel="resident memory (MiB)", ylim=(0.0, None))
    memories.legend(loc="center right", ncols=2)
    for axes in (timing, memories):
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=120)
    plt.close(figure)
