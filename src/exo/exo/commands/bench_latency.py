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
    parser.add_argument(
        "--hardware",
        action="store_true",
        help="from encoder frame to torque frame instead, with the hardware node on emulated drives",
    )
    add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    from dataclasses import asdict

    from exo_control.registry import policy_parameters

    if not 1.0 <= args.seconds <= LONGEST_S:
        raise ConfigError(f"--seconds {args.seconds:g}: needs a number from 1 to {LONGEST_S:g}")
    policy_parameters(args.policy)
    rows: list[tuple[str, Any]]
    if args.hardware:
        from exo_nodes.hardware_latency import measure_hardware_latency

        on_bus = measure_hardware_latency(args.seconds, args.policy)
        figures, rows = asdict(on_bus), [("encoder frame to torque", on_bus.frames)]
        last = f"torque frames: {on_bus.torque_frames}"
    else:
        from exo_nodes.latency_benchmark import measure_latency

        over_dds = measure_latency(args.seconds, args.policy)
        figures = asdict(over_dds)
        rows = [(f"policy node, {args.policy}", over_dds.policy), ("bare echo", over_dds.echo)]
        last = f"missed deadlines: {over_dds.missed_deadlines} of {over_dds.states} states"
    if args.json:
        print_json(figures)
        return 0
    print(f"{'ms':26}{'median':>9}{'99 %':>9}{'99.9 %':>9}{'max':>9}")
    for name, latency in rows:
        values = (latency.p50_ms, latency.p99_ms, latency.p999_ms, latency.max_ms)
        print(f"{name:26}" + "".join(f"{value:9.2f}" for value in values))
    print(last)
    return 0
