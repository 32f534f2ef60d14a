"""How hard a policy that was trained at one speed assists at others: torque (RMS) at 3, 4 and 5 km/h."""

from __future__ import annotations

import argparse
from typing import Any

from exo.comparison_text import comparison_text
from exo.study_plot import plot_values
from exo.study_report import comparisons_or_reason
from exo.worker_options import make_pool
from exo_analysis.subject_table import SEED, SubjectTable, save_subject_table
from exo_sim.evaluation import Condition, Evaluation
from exo_sim.evaluation_settings import EvaluationSettings
from exo_sim.gait import load_gait
from exo_sim.human_model import load_human_model
from exo_sim.speed_task import SpeedTask
from exo_sim.stored_results import run_stored

GAITS = {"3 km/h": "speeds/geyer_herr_0.83", "4 km/h": "speeds/geyer_herr_1.11", "5 km/h": "speeds/geyer_herr_1.39"}
"""The gait of the reference subject at each of the paper's speeds."""


def study_speeds(args: argparse.Namespace, settings: EvaluationSettings) -> tuple[str, dict[str, Any], str]:
    """Walk each speed on the same seeds; return the file's name, its content and the text to print.

    The seeds are those of noise and disturbances on one walker: p-values tell the speeds apart for this walker, not for
    a population.

    Raises:
        ConfigError, PolicyError: an argument is out of range, or the policy cannot be loaded.
    """
    from tqdm import tqdm

    condition = Condition(args.policy, args.policy, args.peak_nm)
    gaits = {speed: load_gait(name) for speed, name in GAITS.items()}
    evaluations = {s: Evaluation(load_human_model(gait.human), gait, settings) for s, gait in gaits.items()}
    next(iter(evaluations.values())).check(args.peak_nm, args.seconds)
    seeds = range(settings.first_seed, settings.first_seed + args.seeds)
    tasks = [
        SpeedTask(speed, evaluation, condition, args.seconds, seed)
        for speed, evaluation in evaluations.items()
        for seed in seeds
    ]
    with make_pool(args) as pool, tqdm(total=len(tasks), unit="walk", disable=None) as bar:

        def advance() -> None:
            bar.update()

        walks = run_stored(tasks, args.output / "speeds", pool, advance)
    by_speed = {speed: walks[i * args.seeds : (i + 1) * args.seeds] for i, speed in enumerate(GAITS)}
    whole = [i for i in range(args.seeds) if not any(some[i]["fell"] for some in by_speed.values())]
    table = SubjectTable(
        [str(seeds[i]) for i in whole],
        {s: [some[i]["torque_rms_nm"] for i in whole] for s, some in by_speed.items()},
        row=SEED,
    )
    args.output.mkdir(parents=True, exist_ok=True)
    save_subject_table(table, args.output / "speeds.csv")
    falls = {speed: sum(walk["fell"] for walk in some) for speed, some in by_speed.items()}
    comparisons, no_statistics = comparisons_or_reason(table)
    if whole:
        title = f"{args.policy}, {args.peak_nm:g} Nm, {len(whole)} seeds"
        plot_values(table, "torque, root mean square, Nm", title, args.output / "speeds.png", decimals=2)
    means = {
        speed: {
            "torque_rms_nm": float(sum(table.conditions[speed]) / len(whole)) if whole else None,
            "speed_mps": float(sum(by_speed[speed][i]["speed_mps"] for i in whole) / len(whole)) if whole else None,
            "falls": falls[speed],
        }
        for speed in GAITS
    }
    lines = [f"{'':10}{'RMS Nm':>8}{'m/s':>8}{'falls':>7}"]
    for speed, row in means.items():
        numbers = f"{row['torque_rms_nm']:8.2f}{row['speed_mps']:8.2f}" if whole else f"{'-':>8}{'-':>8}"
        lines.append(f"{speed:10}{numbers}{row['falls']:7}")
    lines += ["", f"{len(whole)} of {args.seeds} seeds without a fall at any speed, which alone count."]
    lines.append(comparison_text(comparisons, "seeds") if comparisons else no_statistics)
    content = {
        "gaits": GAITS,
        "speeds": means,
        "seeds_compared": len(whole),
        "comparisons": [comparison.row() for comparison in comparisons],
    }
    return "speeds", content, "\n".join(lines)
