"""``exo compare``: paired statistics of subjects under several conditions."""

import argparse
from itertools import combinations
from pathlib import Path
from typing import Any

from exo.json_output import add_json_option, print_json

DOUBTFUL_P = 0.05
"""Below this the differences do not look normal, and the signed-rank test is the one to read."""


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

    from exo_analysis.paired_comparison import compare_paired, correct_for_several
    from exo_analysis.subject_table import load_subject_table
    from exo_control.errors import ConfigError

    table = load_subject_table(args.table)
    pairs: list[tuple[str, str | None]] = [(name, None) for name in table.conditions] if args.changes else []
    pairs += list(combinations(table.conditions, 2))
    if not pairs:
        raise ConfigError(f"{args.table}: one condition; give another to compare with, or --changes for zero")
    found = [
        compare_paired(table.conditions[first], table.conditions[second] if second is not None else None)
        for first, second in pairs
    ]
    corrected = correct_for_several([comparison.p for comparison in found])
    rows = [
        {"first": first, "second": second, **asdict(comparison), "p_holm": p_holm}
        for (first, second), comparison, p_holm in zip(pairs, found, corrected, strict=True)
    ]
    if args.json:
        print_json({"table": str(args.table), "subjects": len(table.subjects), "comparisons": rows})
        return 0
    print(f"{'':36}{'mean':>8}{'SD':>8}{'95 % interval':>20}{'t':>7}{'p':>8}{'Holm':>8}{'g':>7}{'Wilcoxon':>10}")
    for row in rows:
        label = row["first"] if row["second"] is None else f"{row['first']} - {row['second']}"
        low, high = row["confidence_interval"]
        line = f"{label:36}{row['mean']:8.2f}{row['sd']:8.2f}{f'{low:.2f} to {high:.2f}':>20}{row['t']:7.2f}"
        line += f"{row['p']:8.3f}{row['p_holm']:8.3f}{row['effect_size_corrected']:7.2f}{row['wilcoxon_p']:10.3f}"
        doubtful = row["normality_p"] is not None and row["normality_p"] < DOUBTFUL_P
        print(line + ("  not normal: read the signed-rank test" if doubtful else ""))
    print(f"{len(table.subjects)} subjects; p is two-sided.")
    return 0
