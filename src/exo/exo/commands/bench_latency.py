"""``exo bench latency``: from encoder state to torque command, over DDS."""

import argparse
from typing import Any

from exo.json_output import add_json_option, print_json
from exo_control.errors import ConfigError

LONGEST_S = 3600.0


def add_parser(benchmarks: Any) -> None:
    """Add the benchmark to ``exo bench``."""
    parser = benchmarks.add_parser("latency", help="encoder state to torque command, next to a bare rclpy echo")
    parser.add_argument("--seconds", type=float, default=20.0, help="length of the measurement (default: %(default)g)")
    parser.add_argument(
        "--policy",
        default="dofc",
        help="zero, dofc, a shipped policy, or an .onnx or .yaml file (default: %(default)s)",
    )
    add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    from dataclasses import asdict

    from exo_control.registry import policy_parameters
    from exo_nodes.latency_benchmark import measure_latency

    if not 1.0 <= args.seconds <= LONGEST_S:
        raise ConfigError(f"--seconds {args.seconds:g}: needs a number from 1 to {LONGEST_S:g}")
    policy_parameters(args.policy)
    figures = measure_latency(args.seconds, args.policy)
    if args.json:
        print_json(asdict(figures))
        return 0
    print(f"{'ms':24}{'median':>9}{'99 %':>9}{'99.9 %':>9}{'max':>9}")
    for name, latency in ((f"policy node, {args.policy}", figures.policy), ("bare echo", figures.echo)):
        values = (latency.p50_ms, latency.p99_ms, latency.p999_ms, latency.max_ms)
        print(f"{name:24}" + "".join(f"{value:9.2f}" for value in values))
    print(f"missed deadlines: {figures.missed_deadlines} of {figures.states} states")
    return 0
