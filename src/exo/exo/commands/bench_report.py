"""``exo bench report``: what the analysis of a recording takes, in time and memory."""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from exo import trial_folder
from exo.json_output import add_json_option, print_json
from exo_control.errors import ConfigError

KIB_PER_MIB = 1024

LONGEST_S = 24 * 3600.0

MADE = {trial_folder.SUMMARY, trial_folder.PLOT, trial_folder.VIDEO}


def add_parser(benchmarks: Any) -> None:
    """Add the benchmark to ``exo bench``."""
    parser = benchmarks.add_parser(
        "report", help="time and peak memory of `exo report` and `exo summary` for a recording"
    )
    parser.add_argument("trial", type=Path, help="trial folder")
    parser.add_argument(
        "--seconds", type=float, help="repeat the recording up to this length before (default: as it is; 3600: an hour)"
    )
    add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    recordings = trial_folder.recordings(args.trial)
    if not recordings:
        raise ConfigError(f"{args.trial}: no recording here; a trial folder holds bag/")
    if args.seconds is not None and not (math.isfinite(args.seconds) and 1.0 <= args.seconds <= LONGEST_S):
        raise ConfigError(f"--seconds {args.seconds:g}: needs a number from 1 to {LONGEST_S:g}")
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder, args.trial.absolute().name)
        trial.mkdir()
        if args.seconds is None:
            for path in args.trial.iterdir():
                if path.name not in MADE:  # so that nothing in the trial is written
                    (trial / path.name).symlink_to(path.absolute())
        else:
            from exo.repeated_recording import repeat_recording

            repeat_recording(recordings[0], trial / trial_folder.BAG, args.seconds)
        report, taken = _measure(["report", str(trial), "--output", str(Path(folder, "report.html")), "--json"])
        _, taken_by_summary = _measure(["summary", str(trial), "--json"])
    quality = [each["stamps"] for each in report["trials"][0]["quality"]]
    figures = {
        "trial": args.trial.absolute().name,
        "recorded_s": sum(trial["seconds"] for trial in report["trials"]),
        "messages": sum(stamps["messages"] for stamps in quality),
        "report": taken,
        "summary": taken_by_summary,
    }
    if args.json:
        print_json(figures)
        return 0
    print(f"{figures['trial']}: {figures['recorded_s']:.0f} s, {figures['messages']} messages")
    print(f"{'':14}{'wall time, s':>14}{'CPU time, s':>14}{'peak memory, MiB':>18}")
    for name, each in (("exo report", taken), ("exo summary", taken_by_summary)):
        print(f"{name:14}{each['wall_s']:14.1f}{each['cpu_s']:14.1f}{each['peak_memory_mib']:18.0f}")
    return 0


def _measure(arguments: list[str]) -> tuple[dict[str, Any], dict[str, float]]:
    """Run ``exo`` in a process of its own; return the object that it prints, and what it took."""
    command = [sys.executable, "-c", "import sys; from exo.cli import main; sys.exit(main())", *arguments]
    with tempfile.TemporaryFile() as output:
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdout=output)
        _, status, used = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise ConfigError(f"exo {' '.join(arguments)}: ended with status {process.returncode}; see above")
        output.seek(0)
        printed = json.loads(output.read().splitlines()[-1])
    cpu_s, peak_mib = used.ru_utime + used.ru_stime, used.ru_maxrss / KIB_PER_MIB
    return printed, {"wall_s": wall_s, "cpu_s": cpu_s, "peak_memory_mib": peak_mib}
