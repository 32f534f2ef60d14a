"""One walk of a trial: its strides, its figures and its signals over the gait cycle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from exo.recorded_topic import Floats
from exo.report.segments import Segment
from exo.report.torque_following import TorqueFollowing, torque_following
from exo.report.trial_signals import TrialSignals, evenly
from exo.trial_recording import SIDES
from exo_analysis.device_effort import device_effort
from exo_analysis.gait_cycles import MeanCycle, covered, mean_cycle, whole_strides
from exo_analysis.hip_contacts import find_contacts
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
    torque_following: TorqueFollowing | None = None
    """Of the right leg; None without torque or commands."""

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
    _hips(walk, signals, segment)
    _speed_and_energy(walk, signals, segment)
    _device(walk, signals, segment)
    walk.torque_following = torque_following(signals, segment)
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
    try:
        return find_strides(*evenly(time_s, angle)).peaks_s  # strides with a gap in them are left out later
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
            sd = float(seconds.std(ddof=1))
            walk.figures |= {"stride_sd_s": sd, "stride_cv_percent": 100.0 * sd / float(seconds.mean())}
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


def _hips(walk: WalkAnalysis, signals: TrialSignals, segment: Segment) -> None:
    """Add what the hip angles alone tell."""
    if "hip_right" not in signals or not segment.intervals_s:
        return
    time_s, right = signals["hip_right"]
    _, left = signals["hip_left"]
    inside = segment.longest.holds(time_s)
    if inside.sum() < 2:
        return
    even, right, left = evenly(time_s[inside], right[inside], left[inside])
    try:
        ranges = [find_strides(even, angle).range_rad for angle in (right, left)]
        contacts = find_contacts(even, right, left)
    except ExoError:  # who stands has no strides
        return
    walk.figures |= {
        f"hip_range_{side}_deg": float(np.degrees(of_side.mean())) for side, of_side in zip(SIDES, ranges, strict=True)
    }
    steps = contacts.steps_s
    walk.figures |= {"step_by_hips_s": float(steps.mean()), "cadence_by_hips_steps_min": float(60.0 / steps.mean())}
    if signals.leg_length_m is not None:
        walk.figures["step_length_by_hips_m"] = contacts.step_length_m(signals.leg_length_m)


def _device(walk: WalkAnalysis, signals: TrialSignals, segment: Segment) -> None:
    if "torque_right" not in signals:
        return
    time_s, _ = signals["torque_right"]
    inside = segment.holds(time_s)
    if inside.sum() < 2:
        return
    torque = np.stack([signals[f"torque_{side}"][1] for side in SIDES], axis=1)
    walk.figures |= {
        "torque_peak_nm": float(np.abs(torque[inside]).max()),
        "torque_rms_nm": float(np.sqrt(np.mean(torque[inside] ** 2))),
    }
    if "hip_velocity_right" not in signals:
        return
    velocity_s = signals["hip_velocity_right"][0]
    velocity = np.stack([signals[f"hip_velocity_{side}"][1] for side in SIDES], axis=1)
    both_s, of_torque, of_velocity = np.intersect1d(time_s, velocity_s, return_indices=True)
    inside = segment.holds(both_s)
    if inside.sum() < 2:
        return
    period_s = float(np.median(np.diff(both_s[inside])))
    effort = device_effort(torque[of_torque][inside], velocity[of_velocity][inside], period_s)
    walk.figures |= {
        "exo_net_power_w": effort.power_net_w,
        "exo_positive_power_w": effort.power_positive_w,
        "exo_negative_power_w": effort.power_negative_w,
    }
    if (stride_s := walk.figures.get("stride_s")) is not None:
        walk.figures |= {
            "work_positive_j_stride": effort.power_positive_w * stride_s,
            "work_negative_j_stride": effort.power_negative_w * stride_s,
        }
