"""One walk of a trial: its strides, its figures and its signals over the gait cycle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from exo.recorded_topic import Floats
from exo.report.segments import Segment
from exo.report.trial_signals import TrialSignals
from exo_analysis.gait_cycles import MeanCycle, covered, mean_cycle, whole_strides
from exo_analysis.hip_strides import LONGEST_STRIDE_S, find_strides
from exo_control.errors import ExoError
from exo_sim.gait_analysis import heel_strikes

HEEL_STRIKE, PEAK_FLEXION = "heel strike", "peak hip flexion"
RIGHT = 0
"""Place of the right leg's strides."""


@dataclass
class WalkAnalysis:
    """What is shown of a walk; figures that its recording does not give are missing."""

    label: str
    trial: str
    segment: Segment
    event: str
    """With which a gait cycle begins."""
    figures: dict[str, float] = field(default_factory=dict)
    cycles: dict[str, MeanCycle] = field(default_factory=dict)
    """Of the right leg, by name of the signal."""
    muscle_power_w: dict[str, float] = field(default_factory=dict)
    """Mean metabolic power, right and left together, by muscle of a leg."""

    @property
    def strides(self) -> int:
        """Strides of the right leg that the means are of."""
        return next((cycle.strides for cycle in self.cycles.values()), 0)


def analyse_walk(signals: TrialSignals, segment: Segment, label: str, by_hips: bool) -> WalkAnalysis:
    """Analyse a walk.

    Args:
        signals: of the trial.
        segment: part of it.
        label: name of the walk on the page.
        by_hips: cut the gait cycles at the peaks of hip flexion even where heel strikes are known.
    """
    strikes_known = signals.weight_n is not None and "grf_vertical_right" in signals
    event = PEAK_FLEXION if by_hips or not strikes_known else HEEL_STRIKE
    walk = WalkAnalysis(label, signals.name, segment, event)
    walk.figures["seconds"] = segment.seconds
    if segment.speed_m_s is not None:
        walk.figures["speed_asked_m_s"] = segment.speed_m_s
    find = _hip_peaks if event == PEAK_FLEXION else _heel_strikes
    strides = [_strides(signals, segment, side, find) for side in ("right", "left")]
    _gait_figures(walk, strides)
    if len(strides[RIGHT]):
        for name in signals.over_the_cycle:
            time_s, values = signals[name]
            # A topic may have gaps of its own, or have begun later than the one that the strides are found in.
            inside = covered(strides[RIGHT], time_s)
            if len(inside):
                walk.cycles[name] = mean_cycle(time_s, values, inside)
    _speed_and_energy(walk, signals, segment)
    _device(walk, signals, segment)
    return walk


Finder = Callable[[TrialSignals, str, Floats], Floats]


def _heel_strikes(signals: TrialSignals, side: str, inside: Floats) -> Floats:
    time_s, force_n = signals[f"grf_vertical_{side}"]
    chosen = (time_s >= inside[0]) & (time_s <= inside[1])
    times: Floats = time_s[chosen][heel_strikes(force_n[chosen] / (signals.weight_n or 1.0))]
    return times


def _hip_peaks(signals: TrialSignals, side: str, inside: Floats) -> Floats:
    time_s, angle = signals[f"hip_{side}"]
    chosen = (time_s >= inside[0]) & (time_s <= inside[1])
    time_s, angle = time_s[chosen], angle[chosen]
    if len(time_s) < 2:
        return np.empty(0)
    # The filter needs even samples; strides with a gap in them are left out later.
    even = np.arange(time_s[0], time_s[-1], float(np.median(np.diff(time_s))))
    try:
        return find_strides(even, np.interp(even, time_s, angle)).peaks_s
    except ExoError:  # who stands has no strides
        return np.empty(0)


def _strides(signals: TrialSignals, segment: Segment, side: str, find: Finder) -> Floats:
    name = f"hip_{side}" if find is _hip_peaks else f"grf_vertical_{side}"
    if name not in signals:
        return np.empty((0, 2))
    found = [
        whole_strides(find(signals, side, np.array(interval)), signals[name][0])
        for interval in segment.intervals_s
        if interval[1] - interval[0] > LONGEST_STRIDE_S
    ]
    return np.concatenate([np.empty((0, 2)), *found])


def _gait_figures(walk: WalkAnalysis, strides: list[Floats]) -> None:
    right, left = strides
    if len(right):
        seconds = right[:, 1] - right[:, 0]
        walk.figures |= {"stride_s": float(seconds.mean()), "cadence_steps_min": float(120.0 / seconds.mean())}
        if len(seconds) > 1:
            walk.figures["stride_sd_s"] = float(seconds.std(ddof=1))
    if len(right) and len(left):
        at = np.searchsorted(left[:, 0], right[:, 0])
        known = at < len(left)
        part = (left[at[known], 0] - right[known, 0]) / (right[known, 1] - right[known, 0])
        part = part[part < 1.0]
        if len(part):
            walk.figures["step_asymmetry_percent"] = float(100.0 * (2.0 * part.mean() - 1.0))


def _speed_and_energy(walk: WalkAnalysis, signals: TrialSignals, segment: Segment) -> None:
    if "com_forward" in signals:
        time_s, forward = signals["com_forward"]
        parts = [np.flatnonzero((time_s >= begin) & (time_s <= end)) for begin, end in segment.intervals_s]
        parts = [part for part in parts if len(part) > 1]
        metres = sum(float(forward[part[-1]] - forward[part[0]]) for part in parts)
        seconds = sum(float(time_s[part[-1]] - time_s[part[0]]) for part in parts)
        if seconds > 0.0:
            walk.figures["speed_m_s"] = metres / seconds
    power = signals.mean_of("power_gross", segment)
    if power is not None:
        net = signals.mean_of("power_net", segment)
        assert net is not None
        walk.figures |= {"metabolic_power_w": power, "metabolic_power_net_w": net}
        if signals.mass_kg is not None:
            walk.figures["net_metabolic_rate_w_kg"] = net / signals.mass_kg
            if (speed := walk.figures.get("speed_m_s", 0.0)) > 0.1:  # standing still has no cost of transport
                walk.figures["cot_gross"] = power / (signals.mass_kg * speed)
                walk.figures["cot_net"] = net / (signals.mass_kg * speed)
        walk.muscle_power_w = signals.muscle_power(segment)
    squared = signals.hip_activation_squared(segment)
    if squared is not None:
        walk.figures["hip_activation_squared"] = squared


def _device(walk: WalkAnalysis, signals: TrialSignals, segment: Segment) -> None:
    torque = [signals.part(f"torque_{side}", segment) for side in ("right", "left")]
    if any(values is None or not len(values) for values in torque):
        return
    both = np.concatenate([values for values in torque if values is not None])
    walk.figures |= {
        "torque_peak_nm": float(np.abs(both).max()),
        "torque_rms_nm": float(np.sqrt(np.mean(both**2))),
    }
    power = [signals.part(f"exo_power_{side}", segment) for side in ("right", "left")]
    if all(values is not None and len(values) for values in power):
        walk.figures["exo_net_power_w"] = sum(float(np.mean(values)) for values in power if values is not None)
        walk.figures["exo_positive_power_w"] = sum(
            float(np.maximum(values, 0.0).mean()) for values in power if values is not None
        )
