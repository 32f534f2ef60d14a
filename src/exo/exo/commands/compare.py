"""``exo compare``: paired statistics of subjects under several conditions."""

import argparse
from pathlib import Path
from typing import Any

from exo.json_output import add_json_option, print_json


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo compare``."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "compare",
        help="paired statistics of a table: subjects under several conditions",
        description="Compare the conditions of a CSV file (subject, then a column per condition) by paired t-tests "
        "with confidence intervals, effect sizes, a check of normality, the signed-rank test, and Holm's correction.",
    )
    parser.add_argument("table", type=Path, help="CSV file, such as config/studies/paper_table_iv.csv")
    parser.add_argument(
        "--changes",
        action="store_true",
        help="the numbers are changes already: compare each condition with zero too",
    )
    add_json_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Compare and print."""
    from dataclasses import asdict

    from exo_analysis.condition_comparison import compare_conditions
    from exo_analysis.subject_table import load_subject_table
    from exo_control.errors import ConfigError, ExoError

    table = load_subject_table(args.table)
    try:
        found = compare_conditions(table.conditions, args.changes)
    except ExoError as error:
        raise ConfigError(f"{args.table}: {error}") from None
    if args.json:
        rows = [
            {"first": each.first, "second": each.second, **asdict(each.result), "p_holm": each.p_holm} for each in found
        ]
        print_json({"table": str(args.table), "subjects": len(table.subjects), "comparisons": rows})
        return 0
    print(f"{'':36}{'mean':>8}{'SD':>8}{'95 % interval':>20}{'t':>7}{'p':>8}{'Holm':>8}{'g':>7}{'Wilcoxon':>10}")
    for each in found:
        result = each.result
        low, high = result.confidence_interval
        line = f"{each.label:36}{result.mean:8.2f}{result.sd:8.2f}{f'{low:.2f} to {high:.2f}':>20}{result.t:7.2f}"
        line += f"{result.p:8.3f}{each.p_holm:8.3f}{result.effect_size_corrected:7.2f}{result.wilcoxon_p:10.3f}"
        print(line + ("" if each.looks_normal else "  not normal: read the signed-rank test"))
    print(f"{len(table.subjects)} subjects; p is two-sided.")
    return 0
