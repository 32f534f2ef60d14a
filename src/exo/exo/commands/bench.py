"""``exo bench``: how fast the parts of the stack are."""

import argparse
from collections.abc import Callable
from typing import Any

from exo.commands import bench_latency, bench_policy, bench_report, bench_train, bench_view
from exo.json_output import add_json_option, print_json


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo bench`` and its benchmarks."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "bench", help="measure speed: engine, latency, policy, training, report, live page"
    )
    benchmarks = parser.add_subparsers(dest="benchmark", metavar="BENCHMARK", required=True)
    engine = benchmarks.add_parser("engine", help="the simulation engine: real-time factor, ratio to MuJoCo, threads")
    add_json_option(engine)
    bench_latency.add_parser(benchmarks)
    bench_policy.add_parser(benchmarks)
    bench_train.add_parser(benchmarks)
    bench_report.add_parser(benchmarks)
    bench_view.add_parser(benchmarks)
    return parser


def run(args: argparse.Namespace) -> int:
    """Run the chosen benchmark."""
    return BENCHMARKS[args.benchmark](args)


def run_engine(args: argparse.Namespace) -> int:
    """Measure the simulation engine."""
    from dataclasses import asdict

    from exo_sim.benchmark import benchmark_engine

    figures = benchmark_engine()
    if args.json:
        print_json(asdict(figures))
        return 0
    rows = [
        (
            "real-time factor",
            f"{figures.real_time_factor:.0f}",
            "one core, a call per 10 ms policy period; wall time",
        ),
        ("", f"{figures.real_time_factor_cpu:.0f}", "CPU time"),
        ("time per step", f"{figures.step_us:.2f} us", f"of {1e3 * figures.physics_step_s:g} ms; CPU time"),
        ("two threads over one", f"{figures.thread_scaling:.2f}", "wall time; means something on an idle machine only"),
        ("", f"{figures.thread_scaling_cpu:.2f}", "CPU time"),
    ]
    if figures.mujoco_ratio is None or figures.mujoco_step_us is None:
        rows.append(("ratio to MuJoCo", "-", "MuJoCo is not installed: pip install -r requirements/test.txt"))
    else:
        note = f"same model and step; MuJoCo takes {figures.mujoco_step_us:.1f} us a step"
        rows.append(("ratio to MuJoCo", f"{figures.mujoco_ratio:.1f}", note))
    for name, value, note in rows:
        print(f"{name:22}{value:>9}  {note}")
    return 0


BENCHMARKS: dict[str, Callable[[argparse.Namespace], int]] = {
    "engine": run_engine,
    "latency": bench_latency.run,
    "train": bench_train.run,
    "report": bench_report.run,
    "policy": bench_policy.run,
    "view": bench_view.run,
}
