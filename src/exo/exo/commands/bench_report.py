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
    from exo.report.trial_report import recordings_of, report_recording

    imported = time.perf_counter()
    trials = [report_recording(recording) for recording in recordings_of(args.trial)]
    analysed = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        write_page(Path(folder, "report.html"), trials, [], [], trials[0].name)
    done = time.perf_counter()
    figures = {
        "trial": trials[0].name,
        "recorded_s": sum(trial.seconds for trial in trials),
        "messages": sum(each.stamps.messages for trial in trials for each in trial.quality),
        "import_s": imported - begin,
        "analysis_s": analysed - imported,
        "page_s": done - analysed,
        "cpu_s": time.process_time(),
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB_PER_MIB,
    }
    if args.json:
        print_json(figures)
        return 0
    print(f"{figures['trial']}: {figures['recorded_s']:.0f} s, {figures['messages']} messages")
    print(f"import {figures['import_s']:.1f} s, analysis {figures['analysis_s']:.1f} s, page {figures['page_s']:.1f} s")
    print(f"CPU time {figures['cpu_s']:.1f} s, peak memory {figures['peak_memory_mib']:.0f} MiB")
    return 0
