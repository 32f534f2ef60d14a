"""``exo evaluate``: what a policy saves, next to tuned delayed output feedback control and the direct bound."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from exo.engine_option import add_engine_option
from exo.json_output import add_json_option, print_json
from exo_control.errors import ConfigError
from exo_sim.names import DEFAULT_GAIT

if TYPE_CHECKING:
    from exo.peak_results import PeakResults
    from exo_sim.comparison import ConditionResult
    from exo_sim.evaluation import Condition
    from exo_sim.gait import Gait

LAW_NAME = "law"
DEFAULT_PEAK_NM = 8.0
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
    parser.add_argument(
        "--law",
        help="the direct bound, a feedback law of `exo bound`: name in config/policies or path; none leaves it out "
        "(default: the shipped law of this gait and peak torque)",
    )
    parser.add_argument(
        "--gait",
        help=f"name in config/gaits or path (default: the first that the first trained policy was trained on, "
        f"else {DEFAULT_GAIT})",
    )
    parser.add_argument(
        "--reference-gait",
        help="gait of the walks without exoskeleton, for a wearer who has adapted: one as well optimised without "
        "(default: that of --gait)",
    )
    add_engine_option(parser)
    parser.add_argument("--mass-kg", type=float, help="body mass of the subject (default: the model's)")
    parser.add_argument("--height-m", type=float, help="height of the subject (default: the model's)")
    parser.add_argument(
        "--peak-nm",
        type=float,
        action="append",
        help="torque cap of the exoskeleton; repeatable: a policy or law made for one of them is walked with that one "
        f"only (default: {DEFAULT_PEAK_NM:g})",
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

    from exo.evaluation_table import table
    from exo.peak_results import PeakResults
    from exo_scone.people import human_maker
    from exo_sim.comparison import ConditionResult
    from exo_sim.dofc_tuning import number_of_walks, tune_dofc
    from exo_sim.evaluation import NO_EXO, Evaluation
    from exo_sim.evaluation_settings import load_evaluation_settings
    from exo_sim.gait import load_gait
    from exo_sim.human_model import load_human_model
    from exo_sim.worker_pool import WorkerPool

    peaks_nm = args.peak_nm or [DEFAULT_PEAK_NM]
    _check(args, peaks_nm)
    settings = load_evaluation_settings(args.settings)
    gait_name, gait = _gait(args)
    model = load_human_model(gait.human).scaled(args.mass_kg, args.height_m)
    make_human = human_maker(args.engine)
    evaluation = Evaluation(model, gait, settings, make_human)
    for peak_nm in peaks_nm:
        evaluation.check(peak_nm, args.seconds)
    reference = evaluation
    if args.reference_gait:
        reference = Evaluation(model, load_gait(args.reference_gait), settings, make_human)
    laws = {peak_nm: _law(args.law, peak_nm, peaks_nm, gait_name) for peak_nm in peaks_nm}
    policies = {peak_nm: _policies(args.policy, peak_nm, peaks_nm) for peak_nm in peaks_nm}
    seeds = range(settings.first_seed, settings.first_seed + args.seeds)
    count = 1 + sum(1 + (laws[peak_nm] is not None) + len(policies[peak_nm]) for peak_nm in peaks_nm)
    total = number_of_walks(evaluation) * len(peaks_nm) + count * args.seeds
    peaks = []
    with WorkerPool(args.workers) as pool, tqdm(total=total, unit="walk", disable=None) as bar:

        def advance() -> None:
            bar.update()

        bar.set_description("walking")
        (without,) = reference.walks([NO_EXO], args.seconds, seeds, pool, advance)
        for peak_nm in peaks_nm:
            bar.set_description(f"{peak_nm:g} Nm, tuning DOFC")
            sweep = tune_dofc(evaluation, peak_nm, pool, advance)
            bar.set_description(f"{peak_nm:g} Nm, walking")
            law = laws[peak_nm]
            conditions = [sweep.best.condition(peak_nm), *([law] if law else []), *policies[peak_nm]]
            walks = evaluation.walks(conditions, args.seconds, seeds, pool, advance)
            dofc, *others = (ConditionResult(c, some, without) for c, some in zip(conditions, walks, strict=True))
            peaks.append(PeakResults(peak_nm, sweep, dofc, others.pop(0) if law else None, others))
    none = ConditionResult(NO_EXO, without, without)
    labelled = peaks if len(peaks) == 1 else [peak.labelled() for peak in peaks]
    remarks = _remarks(none, labelled, settings.largest_speed_change_percent, gait_name)
    if args.plot:
        from exo_sim.evaluation_plot import plot_evaluation

        torques = " and ".join(f"{peak_nm:g}" for peak_nm in peaks_nm)
        shown = [result for peak in labelled for result in peak.conditions]
        plot_evaluation(shown, f"{gait_name}, {torques} Nm, {args.seeds} walks", args.plot)
    if args.json:
        gaits = {"gait": gait_name, "reference_gait": args.reference_gait or gait_name}
        about = {"engine": args.engine, **gaits, "peaks_nm": peaks_nm, "seeds": args.seeds, "seconds": args.seconds}
        print_json({**about, **_content(none, peaks), "notes": remarks})
    else:
        print(table(none, labelled))
        print("\n".join(f"Note: {remark}" for remark in remarks))
    return 0


def _check(args: argparse.Namespace, peaks_nm: Sequence[float]) -> None:
    """Check what needs no walk: a wrong name or file shall not wait for the others' walks."""
    from exo.evaluation_defaults import NO_LAW, check_law
    from exo_control.registry import make_policy

    if not 1 <= args.seeds <= MOST_SEEDS:
        raise ConfigError(f"--seeds {args.seeds}: needs 1 to {MOST_SEEDS}")
    for option, values in (("--policy", args.policy), ("--peak-nm", peaks_nm)):
        twice = next((value for value in values if values.count(value) > 1), None)
        if twice is not None:
            raise ConfigError(f"{option} {twice}: is given more than once")
    laws = [args.law] if args.law not in (None, NO_LAW) else []
    for law in laws:
        check_law(law)
    for policy in (*laws, *args.policy):
        make_policy(policy)


def _gait(args: argparse.Namespace) -> "tuple[str, Gait]":
    """Return name and content of the gait: the user's, or that of a training, or the default."""
    from exo.evaluation_defaults import trained_gait
    from exo_sim.gait import load_gait

    if args.gait:
        return args.gait, load_gait(args.gait)
    trained = trained_gait(args.policy)
    try:
        return trained or DEFAULT_GAIT, load_gait(trained or DEFAULT_GAIT)
    except ConfigError as error:
        if trained is None:
            raise
        raise ConfigError(f"the gait that a policy was trained on: {error}; choose one with --gait") from None


def _law(law: str | None, peak_nm: float, peaks_nm: Sequence[float], gait: str) -> "Condition | None":
    """Return the condition of the law that is the bound at a peak torque: the user's, or else the shipped one."""
    from exo.evaluation_defaults import NO_LAW, shipped_law, walked_peaks_nm
    from exo_sim.evaluation import Condition

    if law == NO_LAW:
        return None
    if law is None:
        law = shipped_law(peak_nm, gait)
    elif peak_nm not in walked_peaks_nm(law, peaks_nm):
        return None
    return Condition(LAW_NAME, law, peak_nm) if law else None


def _policies(policies: Sequence[str], peak_nm: float, peaks_nm: Sequence[float]) -> "list[Condition]":
    from exo.evaluation_defaults import walked_peaks_nm
    from exo_sim.evaluation import Condition

    return [Condition(spec, spec, peak_nm) for spec in policies if peak_nm in walked_peaks_nm(spec, peaks_nm)]


def _remarks(
    none: "ConditionResult", peaks: "Sequence[PeakResults]", largest_speed_change_percent: float, gait: str
) -> list[str]:
    """Return what a reader has to know before believing the numbers."""
    from exo.evaluation_defaults import torque_limit_nm
    from exo_sim.comparison import notes

    results = [none, *(result for peak in peaks for result in peak.conditions)]
    remarks = notes(results, largest_speed_change_percent)
    for peak in peaks:
        if peak.sweep.best_is_at_edge:
            name = peak.dofc.condition.name
            remarks.append(f"{name}: the best setting is at the edge of the grid; a wider one may do better")
        if peak.law:
            remarks += _law_remarks(peak.law.condition, gait)
        for result in peak.policies:
            limit_nm = torque_limit_nm(result.condition.policy)
            if limit_nm not in (None, peak.peak_nm):
                remarks.append(
                    f"{result.condition.name}: was made for {limit_nm:g} Nm, and walked with a cap of "
                    f"{peak.peak_nm:g} Nm; add --peak-nm {limit_nm:g} to see it with its own"
                )
    return remarks


def _law_remarks(condition: "Condition", gait: str) -> list[str]:
    """Return in what the law is not the bound of this evaluation."""
    from exo_control.feedback_law import load_law
    from exo_control.registry import policy_file

    path = policy_file(condition.policy)
    assert path is not None  # a law is a file
    file = load_law(path).file
    made_for = {"peak torque": f"{file.torque_limit_nm:g} Nm", "gait": file.provenance.get("gait", gait)}
    walked = {"peak torque": f"{condition.peak_nm:g} Nm", "gait": gait}
    return [
        f"{condition.name}: was searched with {name} {made_for[name]}, so it is no bound with {walked[name]}"
        for name in made_for
        if made_for[name] != walked[name]
    ]


def _content(none: "ConditionResult", peaks: "Sequence[PeakResults]") -> dict[str, Any]:
    results = [none, *(result for peak in peaks for result in peak.conditions)]
    return {
        "conditions": [result.row() for result in results],
        "comparisons": [peak.comparison(result) for peak in peaks for result in peak.others],
        "figures": [{"peak_nm": result.condition.peak_nm, **result.figures()} for result in results],
        "dofc": [peak.tuning() for peak in peaks],
    }
