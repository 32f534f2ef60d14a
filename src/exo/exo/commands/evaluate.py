"""``exo evaluate``: what a policy saves, next to tuned delayed output feedback control and the direct bound."""

import argparse
from typing import TYPE_CHECKING, Any

from exo.engine_option import add_engine_option
from exo.json_output import add_json_option, print_json
from exo_control.errors import ConfigError
from exo_sim.names import DEFAULT_GAIT

if TYPE_CHECKING:
    from exo_sim.comparison import ConditionResult
    from exo_sim.dofc_tuning import DofcSweep

LAW_NAME = "law"
MOST_SEEDS = 10_000


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo evaluate``."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "evaluate", help="compare policies with no exoskeleton, tuned DOFC and the direct bound"
    )
    parser.add_argument(
        "--policy",
        action="append",
        default=[],
        help="zero, dofc, a shipped policy, or an .onnx or .yaml file; repeatable",
    )
    parser.add_argument("--law", help="feedback law of `exo bound` for this gait: the direct bound")
    parser.add_argument("--gait", default=DEFAULT_GAIT, help="name in config/gaits or path (default: %(default)s)")
    parser.add_argument(
        "--reference-gait",
        help="gait of the walks without exoskeleton, for a wearer who has adapted: one as well optimised without "
        "(default: that of --gait)",
    )
    add_engine_option(parser)
    parser.add_argument("--mass-kg", type=float, help="body mass of the subject (default: the model's)")
    parser.add_argument("--height-m", type=float, help="height of the subject (default: the model's)")
    parser.add_argument(
        "--peak-nm", type=float, default=8.0, help="torque cap of the exoskeleton (default: %(default)g)"
    )
    parser.add_argument("--seeds", type=int, default=20, help="walks per condition (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=60.0, help="duration of a walk (default: %(default)g)")
    parser.add_argument("--settings", help="noise, disturbances, DOFC grid (default: config/evaluation.yaml)")
    parser.add_argument("--workers", type=int, help="processes (default: all cores)")
    parser.add_argument("--plot", metavar="PNG", help="draw the changes, with a dot per seed")
    add_json_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Walk all conditions and print the table; a fall is a result, not an error."""
    from tqdm import tqdm

    from exo_control.registry import make_policy
    from exo_scone.people import human_maker
    from exo_sim.comparison import ConditionResult, notes
    from exo_sim.dofc_tuning import number_of_walks, tune_dofc
    from exo_sim.evaluation import NO_EXO, Condition, Evaluation
    from exo_sim.evaluation_settings import load_evaluation_settings
    from exo_sim.gait import load_gait
    from exo_sim.human_model import load_human_model
    from exo_sim.worker_pool import WorkerPool

    if not 1 <= args.seeds <= MOST_SEEDS:
        raise ConfigError(f"--seeds {args.seeds}: needs 1 to {MOST_SEEDS}")
    if args.law and not args.law.endswith(".yaml"):
        raise ConfigError(f"--law {args.law}: needs a .yaml file that `exo bound` wrote")
    twice = next((spec for spec in args.policy if args.policy.count(spec) > 1), None)
    if twice:
        raise ConfigError(f"--policy {twice}: is given more than once")
    settings = load_evaluation_settings(args.settings)
    gait = load_gait(args.gait)
    model = load_human_model(gait.human).scaled(args.mass_kg, args.height_m)
    make_human = human_maker(args.engine)
    evaluation = Evaluation(model, gait, settings, make_human)
    evaluation.check(args.peak_nm, args.seconds)
    reference = evaluation
    if args.reference_gait:
        reference = Evaluation(model, load_gait(args.reference_gait), settings, make_human)
    named = [(LAW_NAME, args.law)] if args.law else []
    policies = [Condition(name, spec, args.peak_nm) for name, spec in [*named, *((spec, spec) for spec in args.policy)]]
    for condition in policies:
        make_policy(condition.policy)  # a wrong name or file shall not wait for the others' walks
    seeds = range(settings.first_seed, settings.first_seed + args.seeds)
    total = number_of_walks(evaluation) + (2 + len(policies)) * args.seeds
    with WorkerPool(args.workers) as pool, tqdm(total=total, unit="walk", disable=None) as bar:

        def advance() -> None:
            bar.update()

        bar.set_description("tuning DOFC")
        sweep = tune_dofc(evaluation, args.peak_nm, pool, advance)
        bar.set_description("walking")
        conditions = [sweep.best.condition(args.peak_nm), *policies]
        walks = reference.walks([NO_EXO], args.seconds, seeds, pool, advance)
        walks += evaluation.walks(conditions, args.seconds, seeds, pool, advance)
    results = [ConditionResult(c, some, walks[0]) for c, some in zip([NO_EXO, *conditions], walks, strict=True)]
    remarks = notes(results, settings.largest_speed_change_percent)
    if sweep.best_is_at_edge:
        remarks.append("DOFC tuned: the best setting is at the edge of the grid; a wider one may do better")
    if args.law:
        remarks += _law_remarks(args)
    if args.plot:
        from exo_sim.evaluation_plot import plot_evaluation

        plot_evaluation(results[1:], f"{args.gait}, {args.peak_nm:g} Nm, {args.seeds} walks", args.plot)
    if args.json:
        gaits = {"gait": args.gait, "reference_gait": args.reference_gait or args.gait}
        about = {"engine": args.engine, **gaits, "peak_nm": args.peak_nm, "seeds": args.seeds, "seconds": args.seconds}
        print_json({**about, **_content(results, sweep), "notes": remarks})
    else:
        print(_table(results, sweep))
        print("\n".join(f"Note: {remark}" for remark in remarks))
    return 0


def _law_remarks(args: argparse.Namespace) -> list[str]:
    """Return in what the law is not the bound of this evaluation."""
    from exo_control.feedback_law import load_law

    file = load_law(args.law).file
    made_for = {"peak torque": f"{file.torque_limit_nm:g} Nm", "gait": file.provenance.get("gait", args.gait)}
    walked = {"peak torque": f"{args.peak_nm:g} Nm", "gait": args.gait}
    return [
        f"{LAW_NAME}: was searched with {name} {made_for[name]}, so it is no bound with {walked[name]}"
        for name in made_for
        if made_for[name] != walked[name]
    ]


def _content(results: "list[ConditionResult]", sweep: "DofcSweep") -> dict[str, Any]:
    from dataclasses import asdict

    dofc, others = results[1], results[2:]
    return {
        "conditions": [result.row() for result in results],
        "comparisons": [_comparison(result, dofc, _law(results)) for result in others],
        "figures": [result.figures() for result in results],
        "dofc": {"best": asdict(sweep.best), "sweep": [asdict(setting) for setting in sweep.settings]},
    }


def _law(results: "list[ConditionResult]") -> "ConditionResult | None":
    return next((result for result in results if result.condition.name == LAW_NAME), None)


def _comparison(result: "ConditionResult", dofc: "ConditionResult", law: "ConditionResult | None") -> dict[str, Any]:
    return {
        "name": result.condition.name,
        "seeds": len(result.walks),
        "seeds_better_than_dofc": result.seeds_better_than(dofc),
        "percent_of_law_saving": result.part_of_saving(law) if law and law is not result else None,
    }


COLUMNS = (
    ("CoT gross %", "cot_gross_change", "{:+.1f}"),
    ("CoT net %", "cot_net_change", "{:+.1f}"),
    ("power %", "power_change", "{:+.1f}"),
    ("a2 %", "a2_change", "{:+.1f}"),
    ("hip a2 %", "hip_a2_change", "{:+.1f}"),
    ("speed %", "speed_change", "{:+.1f}"),
    ("exo net W", "exo_net_w", "{:.1f}"),
    ("exo pos. W", "exo_positive_w", "{:.1f}"),
    ("RMS Nm", "torque_rms_nm", "{:.1f}"),
    ("peak Nm", "torque_peak_nm", "{:.1f}"),
    ("falls", "falls", "{}"),
)
"""Heading, key and format of the table's columns."""


def _table(results: "list[ConditionResult]", sweep: "DofcSweep") -> str:
    rows = [{**result.figures(), **result.row()} for result in results]
    width = max(len(row["name"]) for row in rows) + 2
    lines = [" " * width + "".join(f"{heading:>12}" for heading, _, _ in COLUMNS)]
    for row in rows:
        cells = (_cell(row[key], form) for _, key, form in COLUMNS)
        lines.append(f"{row['name']:{width}}" + "".join(f"{cell:>12}" for cell in cells))
    base = rows[0]
    lines.append("")
    if base["speed_mps"] is not None:
        lines.append(
            f"Changes are of walking without exoskeleton: {base['speed_mps']:.3f} m/s, cost of transport "
            f"{base['cot_gross']:.2f} gross and {base['cot_net']:.2f} net J/(kg m), {base['power_w']:.0f} W."
        )
    lines.append(f"DOFC tuned: delay {sweep.best.delay_s:g} s, gain {sweep.best.gain_nm:g} Nm.")
    for result in results[2:]:
        compared = _comparison(result, results[1], _law(results))
        line = f"{compared['name']}: better than tuned DOFC in {compared['seeds_better_than_dofc']} of "
        line += f"{compared['seeds']} seeds"
        if compared["percent_of_law_saving"] is not None:
            line += f"; {compared['percent_of_law_saving']:.0f} % of the law's saving"
        lines.append(f"{line}.")
    return "\n".join(lines)


def _cell(value: Any, form: str) -> str:
    return "-" if value is None else form.format(value)
