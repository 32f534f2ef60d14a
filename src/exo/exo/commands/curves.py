"""``exo curves``: the learning curves of training runs."""

import argparse
from pathlib import Path
from typing import Any

from exo.json_output import add_json_option, print_json


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo curves``."""
    parser: argparse.ArgumentParser = subparsers.add_parser("curves", help="draw the learning curves of training runs")
    parser.add_argument("runs", nargs="+", metavar="RUN", help="run folders of `exo train`; several seeds are averaged")
    parser.add_argument("--plot", metavar="PNG", default="curves.png", help="picture to write (default: %(default)s)")
    add_json_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Draw the curves and print where each run stands."""
    import numpy as np

    from exo_learning.curve_plot import Run, plot_curves

    runs = [Run.load(Path(folder)) for folder in args.runs]
    plot_curves(runs, args.plot)
    rows = []
    for folder, one in zip(args.runs, runs, strict=True):
        evaluated = one.series("eval_cot_net")[1]
        rows.append(
            {
                "folder": folder,
                "config": one.name,
                "seed": one.seed,
                "buffers": len(one.columns["buffer"]),
                "minutes": float(one.columns["elapsed_s"][-1]) / 60.0,
                "falls": int(np.nansum(one.columns["falls"])),
                "cot_net_change": float(evaluated[-1]) if len(evaluated) else None,
            }
        )
    if args.json:
        print_json({"plot": args.plot, "runs": rows})
        return 0
    for row in rows:
        change = "not evaluated yet" if row["cot_net_change"] is None else f"net CoT {row['cot_net_change']:+.1f} %"
        print(f"{row['folder']}: {row['config']}, seed {row['seed']}, {row['buffers']} buffers, {change}")
    print(f"wrote {args.plot}")
    return 0
