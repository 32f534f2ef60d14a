"""``exo scone compare``: the same gains in our engine and in SCONE, side by side."""

import argparse
import sys
from typing import Any

from exo.json_output import add_json_option, print_json
from exo.subject_options import add_subject_options, scaled_to_subject
from exo_control.errors import ConfigError

ROWS = (
    ("seconds", "walked, s", "{:.2f}"),
    ("fell", "fell", "{}"),
    ("speed_mps", "speed, m/s", "{:.3f}"),
    ("cot_gross", "cost of transport, gross, J/(kg m)", "{:.2f}"),
    ("cot_net", "cost of transport, net, J/(kg m)", "{:.2f}"),
    ("engines_own_power_w", "metabolic power by the engine itself, W", "{:.0f}"),
    ("stride_s", "stride, s", "{:.3f}"),
    ("stance_percent", "stance, %", "{:.1f}"),
    ("wall_s_per_simulated_s", "time per simulated second, s", "{:.4f}"),
)


def add_parser(tasks: Any) -> None:
    """Add ``exo scone compare``."""
    parser: argparse.ArgumentParser = tasks.add_parser(
        "compare", help="the same gains in our engine and in SCONE: curves, cost, speed, computing time"
    )
    parser.add_argument("gait", help="name in config/gaits, or path of a .yaml")
    parser.add_argument("--seconds", type=float, default=10.0, help="duration of the walks (default: %(default)g)")
    parser.add_argument(
        "--model",
        metavar="FILE.scone",
        help="SCONE model of your own that walks there, with the .par beside it (default: one written from the gait)",
    )
    add_subject_options(parser)
    parser.add_argument("--plot", metavar="PNG", help="draw the gait cycles of both")
    add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Walk in both engines and print the table; a fall is a result, not an error."""
    from tqdm import tqdm

    from exo_control.joints import POLICY_PERIOD_S
    from exo_scone.comparison import differences, walk_engine
    from exo_scone.errors import SconeError
    from exo_scone.finder import find_scone
    from exo_scone.people import load_own_human, make_scone_human
    from exo_sim.gait import load_gait
    from exo_sim.human import SimulatedHuman
    from exo_sim.human_model import load_human_model

    if not 1.0 <= args.seconds < 1e4:
        raise ConfigError(f"--seconds {args.seconds:g}: needs a number of at least 1")
    found = find_scone()
    if found.problem:
        raise SconeError(found.problem)
    gait = load_gait(args.gait)
    model = scaled_to_subject(args, load_human_model(gait.human))
    theirs = load_own_human(args.model) if args.model else make_scone_human(model, gait)
    name = f"SCONE {found.version}, {theirs.engine}"
    with tqdm(total=round(2.0 * args.seconds / POLICY_PERIOD_S), unit="tick", disable=None) as bar:
        walks = [
            walk_engine("exo", SimulatedHuman(model, gait), args.seconds, bar.update),
            walk_engine(name, theirs, args.seconds, bar.update),
        ]
    alike = differences(*walks)
    figures = [walk.figures() for walk in walks]
    if args.plot:
        from exo_scone.comparison_plot import plot_comparison

        what = f"{args.gait} and {args.model}" if args.model else f"{args.gait}: the same gains"
        plot_comparison(walks, f"{what} in two engines, without exoskeleton", args.plot)
    if args.json:
        print_json(
            {"gait": args.gait, "model": args.model, "scone": found.version, "engines": figures, "likeness": alike}
        )
        return 0
    print(f"{'':42}{'exo':>14}{'SCONE':>14}   SCONE: {name.removeprefix('SCONE ')}")
    for key, label, form in ROWS:
        cells = ("-" if row[key] is None else form.format(row[key]) for row in figures)
        print(f"{label:42}" + "".join(f"{cell:>14}" for cell in cells))
    if not alike:
        print("Curves are not compared: one of the walks has no whole gait cycle after its first 3 s.", file=sys.stderr)
        return 0
    print(f"\n{'mean gait cycle, right leg':42}{'RMS difference':>16}{'correlation':>14}")
    for key, row in alike.items():
        print(f"{key:42}{row['rms_difference']:>16.3f}{row['correlation']:>14.3f}")
    return 0
