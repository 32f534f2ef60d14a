"""``exo bench report``: what the analysis of a recording takes, in time and memory."""

import argparse
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from exo.json_output import add_json_option, print_json

KIB_PER_MIB = 1024


def add_parser(benchmarks: Any) -> None:
    """Add the benchmark to ``exo bench``."""
    parser = benchmarks.add_parser("report", help="time and peak memory of `exo report` for a recording")
    parser.add_argument("trial", type=Path, help="trial folder, bag folder or bag file")
    add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    begin = time.perf_counter()
    from exo.report.page import write_page
    from exo.report.trial_report import report_trial

    imported = time.perf_counter()
    trial = report_trial(args.trial)
    analysed = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        write_page(Path(folder, "report.html"), [trial], [], [], trial.name)
    done = time.perf_counter()
    figures = {
        "trial": trial.name,
        "recorded_s": trial.seconds,
        "messages": sum(each.stamps.messages for each in trial.quality),
        "import_s": imported - begin,
        "analysis_s": analysed - imported,
        "page_s": done - analysed,
        "cpu_s": time.process_time(),
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB_PER_MIB,
    }
    if args.json:
        print_json(figures)
        return 0
    print(f"{trial.name}: {trial.seconds:.0f} s, {figures['messages']} messages")
    print(f"import {figures['import_s']:.1f} s, analysis {figures['analysis_s']:.1f} s, page {figures['page_s']:.1f} s")
    print(f"CPU time {figures['cpu_s']:.1f} s, peak memory {figures['peak_memory_mib']:.0f} MiB")
    return 0
