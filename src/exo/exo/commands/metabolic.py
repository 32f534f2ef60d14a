"""``exo metabolic``: net metabolic rates of a trial in phases from a spirometer's file."""

import argparse
from pathlib import Path
from typing import Any

from exo.json_output import add_json_option, print_json

PLOT = "metabolic.png"


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo metabolic``."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "metabolic",
        help="net metabolic rates of a trial, from a spirometer's file",
        description="Align a spirometer's export with the phases of a trial; print the metabolic rate in the steady "
        "part of each phase and the net rate of each condition; draw metabolic.png in the trial folder.",
    )
    parser.add_argument("spirometer", type=Path, help="CSV export, of a COSMED K5 or with its columns t, VO2, VCO2")
    parser.add_argument("trial", type=Path, help="trial folder of trial.launch.py")
    parser.add_argument(
        "--offset-s",
        type=float,
        default=0.0,
        help="spirometer's time when the trial began, s; 0 (default): both were started together",
    )
    add_json_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Align, print and draw."""
    from dataclasses import asdict

    from exo.phase_figures import load_trial
    from exo.phase_plot import Panel, draw_phases
    from exo.spirometry import respiration_of_phases
    from exo_analysis.metabolic_rate import AEROBIC_RATIO, metabolic_power_w
    from exo_analysis.net_rates import net_rates, standing_rate
    from exo_analysis.spirometer_file import load_spirometer_file

    respiration = load_spirometer_file(args.spirometer)
    trial = load_trial(args.trial)
    phases = respiration_of_phases(trial, respiration, args.offset_s)
    rates = [phase.rate for phase in phases if phase.rate is not None]
    stand, conditions = standing_rate(rates), net_rates(rates)
    power = metabolic_power_w(respiration) / trial.file.mass_kg
    means = [phase.steady.mean_w_kg if phase.steady is not None else None for phase in phases]
    time_s = respiration.time_s - args.offset_s
    panel = Panel("metabolic rate from respiration, gross, W/kg", time_s, power, means)
    picture = args.trial / PLOT
    draw_phases(trial, [panel], f"{args.trial.absolute().name}: {args.spirometer.name}", picture)
    if args.json:
        rows = [phase.row() for phase in phases]
        by_condition = {condition: asdict(rate) for condition, rate in conditions.items()}
        print_json({"trial": str(args.trial), "phases": rows, "standing_w_kg": stand, "conditions": by_condition})
        return 0
    print(f"{'phase':16}{'condition':12}{'W/kg':>8}{'SD':>8}{'W/kg/min':>10}{'breaths':>9}{'RER':>7}")
    for phase in phases:
        line = f"{phase.run.mark.phase:16}{phase.run.mark.condition:12}"
        if (steady := phase.steady) is None:
            print(f"{line}  no rate: {phase.problem}")
            continue
        line += f"{steady.mean_w_kg:8.2f}{steady.sd_w_kg:8.2f}{steady.slope_w_kg_min:10.2f}{steady.breaths:9}"
        notes = "" if phase.run.complete else "  not finished: not used"
        notes += "  above 1: not aerobic" if steady.respiratory_exchange_ratio > AEROBIC_RATIO else ""
        print(f"{line}{steady.respiratory_exchange_ratio:7.2f}{notes}")
    if stand is None:
        print("no net rates: they need a standing phase")
    for condition, rate in conditions.items():
        change = "" if rate.change_percent is None else f", {rate.change_percent:+.1f} % against walking free"
        print(f"{condition}: net {rate.net_w_kg:.2f} W/kg{change}")
    print(picture)
    return 0
