"""The walks of all trials against each other and against able-bodied walking: tables of the page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from exo.recorded_topic import Floats
from exo.report.figures import NormCurve, colour_of
from exo.report.table import NOTHING, Table, text
from exo.report.walk_analysis import PEAK_FLEXION, WalkAnalysis
from exo_analysis.gait_cycles import CYCLE_PERCENT
from exo_analysis.similarity import best_cycle_likeness, normalised_cross_correlation
from exo_sim.gait_analysis import load_norm

COLUMNS = (
    ("speed, m/s", "speed_m_s", 2),
    ("cadence, steps/min", "cadence_steps_min", 1),
    ("asymmetry, %", "step_asymmetry_percent", 1),
    ("torque RMS, Nm", "torque_rms_nm", 2),
    ("torque peak, Nm", "torque_peak_nm", 2),
    ("exo power net, W", "exo_net_power_w", 2),
    ("exo power positive, W", "exo_positive_power_w", 2),
    ("net metabolic rate, W/kg", "net_metabolic_rate_w_kg", 2),
    ("net above standing, W/kg", "net_above_standing_w_kg", 2),
    ("net CoT, J/(kg m)", "cot_net", 2),
    ("hip muscles, act.²", "hip_activation_squared", 4),
)
BASELINE_POLICY = "zero"


def summary_table(walks: Sequence[WalkAnalysis]) -> Table:
    """Return the figures of each walk; those that no walk has are left out."""
    used = [column for column in COLUMNS if any(column[1] in walk.figures for walk in walks)]
    rows = []
    for walk in walks:
        stride, sd = walk.figures.get("stride_s"), walk.figures.get("stride_sd_s")
        seconds = NOTHING if stride is None else text(stride, 3) + (f" ± {text(sd, 3)}" if sd is not None else "")
        rows.append(
            [walk.label, walk.segment.window, str(walk.strides), seconds]
            + [text(walk.figures.get(key), digits) for _, key, digits in used]
        )
    caption = (
        "Figures of each walk, of the part that the column window names: the steady part of a phase, as in exo "
        "summary, where trial.json beside the recording tells how long that is and the phase lasted so long. Strides "
        "are whole ones of the right leg; stride time is mean ± SD over them. Asymmetry "
        "is how much longer the step onto the left is, % of a stride. Torque is of both hips, power the sum of both; "
        "net metabolic rate and cost of transport (CoT) are without the basal part, net above standing as in "
        "exo metabolic; act.² is mean squared activation."
    )
    columns = ["walk", "window, s", "strides", "stride, s", *(name for name, _, _ in used)]
    return Table(columns, rows, caption, [colour_of(index) for index in range(len(walks))])


OF_HIPS = (
    ("stride variability, %", "stride_cv_percent", 1),
    ("cadence, steps/min", "cadence_by_hips_steps_min", 1),
    ("step time, s", "step_by_hips_s", 3),
    ("step length, m", "step_length_by_hips_m", 2),
    ("hip range right, degrees", "hip_range_right_deg", 1),
    ("hip range left, degrees", "hip_range_left_deg", 1),
    ("work +, J/stride", "work_positive_j_stride", 2),
    ("work −, J/stride", "work_negative_j_stride", 2),
)


def hips_table(walks: Sequence[WalkAnalysis]) -> Table | None:
    """Return what the encoders and the torque of the device alone tell of each walk; None if they tell nothing."""
    used = [column for column in OF_HIPS if any(column[1] in walk.figures for walk in walks)]
    if not used:
        return None
    rows = [[walk.label, *(text(walk.figures.get(key), digits) for _, key, digits in used)] for walk in walks]
    caption = (
        "From the hip encoders alone. A heel is taken to strike when the thighs are furthest apart: 20 to 31 ms after "
        "the simulated person's does, with an SD below 6 ms. Step length is that of straight legs with this opening "
        "(inverted pendulum, after Zijlstra and Hof 2003): an estimate, of the simulated person 4 % too short to 12 % "
        "too long at 1.3 to 1.4 m/s, 29 % too long at 0.8 m/s. Variability is SD over mean of the stride time. Work of "
        "the device on both hips while it drives (+) and while it brakes (−)."
    )
    return Table(["walk", *(name for name, _, _ in used)], rows, caption, [colour_of(i) for i in range(len(walks))])


def changes_table(walks: Sequence[WalkAnalysis]) -> Table | None:
    """Return the changes against the first walk with the policy that gives no torque; None if there is none."""
    baseline = next((walk for walk in walks if walk.segment.policy == BASELINE_POLICY), None)
    others = [(index, walk) for index, walk in enumerate(walks) if walk is not baseline]
    keys = [
        (name.partition(",")[0], key)
        for name, key, _ in COLUMNS
        if key in ("speed_m_s", "net_metabolic_rate_w_kg", "cot_net", "hip_activation_squared", "cadence_steps_min")
        and baseline is not None
        and baseline.figures.get(key)
    ]
    if baseline is None or not others or not keys:
        return None
    rows = []
    for _, walk in others:
        changes = [
            100.0 * (walk.figures[key] / baseline.figures[key] - 1.0) if key in walk.figures else None
            for _, key in keys
        ]
        rows.append([walk.label, *(text(change, 1, signed=True) for change in changes)])
    caption = f"Change against {baseline.label} (no torque), %. One walk each: no spread over subjects can be given."
    return Table(["walk", *(name for name, _ in keys)], rows, caption, [colour_of(index) for index, _ in others])


def norms(walk: WalkAnalysis) -> dict[str, NormCurve]:
    """Return the curves of able-bodied walking in degrees and degrees/s, from the event that the walk is cut at."""
    norm = load_norm()
    # Cut at the peak of hip flexion, the cycle begins that much later than at heel strike.
    shift = int(np.argmax(norm.hip[:-1])) if walk.event == PEAK_FLEXION else 0

    def rolled(curve: Floats) -> Floats:
        once = np.roll(curve[:-1], -shift)
        return np.degrees(np.append(once, once[0]) if shift else curve)

    curves = {
        f"{name}_right": NormCurve(rolled(getattr(norm, name)), rolled(getattr(norm, f"{name}_sd")))
        for name in ("hip", "knee", "ankle")
    }
    if stride_s := walk.figures.get("stride_s"):
        step_s = stride_s / (CYCLE_PERCENT.size - 1)
        curves["hip_velocity_right"] = NormCurve(
            np.gradient(curves["hip_right"].mean, step_s), np.zeros(CYCLE_PERCENT.size)
        )
    return curves


SIGNALS = (
    ("hip angle", "hip_right"),
    ("knee angle", "knee_right"),
    ("ankle angle", "ankle_right"),
    ("hip velocity", "hip_velocity_right"),
    ("exo torque", "torque_right"),
)


def likeness_table(walks: Sequence[WalkAnalysis]) -> Table | None:
    """Return how alike the mean curves are to able-bodied walking and to the first walk; None without curves."""
    shown = [(index, walk) for index, walk in enumerate(walks) if walk.cycles]
    if not shown:
        return None
    first = shown[0][1]
    against_norm = [(name, key) for name, key in SIGNALS[:4] if any(key in walk.cycles for _, walk in shown)]
    against_first = [(name, key) for name, key in SIGNALS if key in first.cycles] if len(shown) > 1 else []
    answered = any(walk.torque_following for _, walk in shown)
    rows = []
    for _, walk in shown:
        curves = norms(walk)
        row = [walk.label]
        for _, key in against_norm:
            known = key in walk.cycles and key in curves
            row.append(_likeness(walk, curves[key].mean, np.degrees(walk.cycles[key].mean)) if known else NOTHING)
        for _, key in against_first:
            known = key in walk.cycles and walk is not first and walk.event == first.event
            row.append(_likeness(walk, first.cycles[key].mean, walk.cycles[key].mean) if known else NOTHING)
        if answered:
            followed = walk.torque_following
            row.append(_cell(followed.at_zero, followed.best, followed.lag_ms) if followed else NOTHING)
        rows.append(row)
    columns = ["walk", *(f"{name} – norm" for name, _ in against_norm)]
    columns += [f"{name} – first" for name, _ in against_first]
    columns += ["exo torque – command"] if answered else []
    compared = f" First: {first.label}." if against_first else ""
    caption = (
        "Likeness: normalised cross-correlation at zero lag (Wren et al. 2006), 1 is the same shape; in brackets the "
        "best one over all lags, and that lag, ms, above zero where the walk is later. Of mean curves the lag goes "
        "round the gait cycle, in steps of 1 % of the walk's stride time. The norm's hip velocity is the derivative of "
        "its mean angle at the walk's stride time."
    )
    if answered:
        caption += " Exo torque – command: what acted against what the policy asked for, right leg, over the walk."
    return Table(columns, rows, caption + compared, [colour_of(index) for index, _ in shown])


def _likeness(walk: WalkAnalysis, reference: Floats, curve: Floats) -> str:
    if not (np.any(reference) and np.any(curve)):
        return NOTHING
    best = best_cycle_likeness(reference, curve)
    lag_ms = 1000.0 * best.lag * walk.figures["stride_s"] / (CYCLE_PERCENT.size - 1)
    return _cell(normalised_cross_correlation(reference, curve), best.r, lag_ms)


def _cell(at_zero: float, best: float, lag_ms: float) -> str:
    return f"{text(at_zero)} ({text(best)} at {text(lag_ms, 0, signed=True) if round(lag_ms) else '0'})"
