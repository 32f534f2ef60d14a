"""``exo bench view``: frames of the live page, and what they cost the 100 Hz loop."""

import argparse
import importlib.util
from typing import Any

from exo.json_output import add_json_option, print_json
from exo_control.errors import ConfigError

LONGEST_S = 3600.0
MOST_WALKS = 100


def add_parser(benchmarks: Any) -> None:
    """Add the benchmark to ``exo bench``."""
    parser = benchmarks.add_parser(
        "view",
        help="the live page: frames per second in Chromium, and the 100 Hz loop with and without it",
        description="Let a person walk in real time without and with the live page open, in turns. Without Chromium a "
        "WebSocket client receives the frames and draws nothing.",
    )
    parser.add_argument("--seconds", type=float, default=20.0, help="length of a walk (default: %(default)g)")
    parser.add_argument(
        "--walks", type=int, default=2, help="with the page, and as many without (default: %(default)s)"
    )
    parser.add_argument(
        "--realtime-priority",
        type=int,
        default=0,
        help="SCHED_FIFO priority of simulation and policy, 1 to 99 (default: 0, none)",
    )
    add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    from dataclasses import asdict

    from exo.browser import find_browser
    from exo.view_plan import NEEDS_WEBSOCKETS

    if not 1.0 <= args.seconds <= LONGEST_S:
        raise ConfigError(f"--seconds {args.seconds:g}: needs a number from 1 to {LONGEST_S:g}")
    if not 1 <= args.walks <= MOST_WALKS:
        raise ConfigError(f"--walks {args.walks}: needs a number from 1 to {MOST_WALKS}")
    if not 0 <= args.realtime_priority <= 99:
        raise ConfigError(f"--realtime-priority {args.realtime_priority}: needs a number from 0 to 99")
    if importlib.util.find_spec("websockets") is None:
        raise ConfigError(NEEDS_WEBSOCKETS)
    from exo.view_benchmark import measure_view

    figures = measure_view(args.seconds, args.walks, find_browser(), args.realtime_priority)
    if args.json:
        print_json(asdict(figures) | {"latency_ratio": figures.latency_ratio})
        return 0
    drawn = "nothing drawn" if figures.drawn_per_s is None else f"{figures.drawn_per_s:.1f} drawn"
    print(f"frames per second, {figures.viewer}: {figures.received_per_s:.1f} received, {drawn}")
    print(f"{'':14}{'ticks':>8}{'late':>6}{'late commands':>15}{'latency, ms: median':>21}{'99 %':>8}")
    for name, loop in (("with page", figures.with_page), ("without", figures.without_page)):
        latency = loop.latency
        row = f"{loop.ticks:8}{loop.late_ticks:6}{loop.late_commands:15}{latency.p50_ms:21.2f}{latency.p99_ms:8.2f}"
        print(f"{name:14}{row}")
    ratio = figures.latency_ratio
    print(f"{'ratio':14}{ratio['p50']:50.2f}{ratio['p99']:8.2f}")
    return 0
