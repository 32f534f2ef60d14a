"""``exo compare``: paired statistics of subjects under several conditions."""

import argparse
from pathlib import Path
from typing import Any

from exo.comparison_text import comparison_text
from exo.json_output import add_json_option, print_json


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo compare``."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "compare",
        help="paired statistics of a table: subjects under several conditions",
        description="Compare the conditions of a CSV file (subject or seed, then a column per condition) by paired "
        "t-tests with confidence intervals, effect sizes, a check of normality, the signed-rank test, and Holm's "
        "correction.",
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
    from exo_analysis.condition_comparison import compare_conditions
    from exo_analysis.subject_table import load_subject_table
    from exo_control.errors import ConfigError, ExoError

    table = load_subject_table(args.table)
    try:
        comparisons = compare_conditions(table.conditions, args.changes)
    except ExoError as error:
        raise ConfigError(f"{args.table}: {error}") from None
    if args.json:
        rows = [comparison.row() for comparison in comparisons]
        print_json({"table": str(args.table), "subjects": len(table.subjects), "comparisons": rows})
        return 0
    print(comparison_text(comparisons, f"{table.row}s"))
    return 0
