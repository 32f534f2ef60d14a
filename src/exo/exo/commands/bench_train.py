"""``exo bench train``: time per training buffer, next to stable-baselines3."""

import argparse
from typing import Any

from exo.json_output import add_json_option, print_json
from exo_control.errors import ConfigError


def add_parser(benchmarks: Any) -> None:
    """Add ``exo bench train``."""
    parser = benchmarks.add_parser("train", help="training: time per buffer, ratio to stable-baselines3")
    parser.add_argument("--config", default="paper", help="name in config/training or a .yaml (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="for both (default: %(default)s)")
    add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Measure training."""
    try:
        import torch  # noqa: F401
    except ImportError:
        raise ConfigError("exo bench train needs PyTorch: pip install -r requirements/train.txt") from None

    from dataclasses import asdict

    from exo_learning.benchmark import benchmark_training
    from exo_learning.training_config import load_training_config

    if not 1 <= args.threads <= 64:
        raise ConfigError(f"--threads {args.threads}: needs 1 to 64")
    config = load_training_config(args.config)
    figures = benchmark_training(config, args.threads)
    minutes = config.buffers * (figures.simulation_s + figures.update_s) / 60.0
    if args.json:
        print_json({**asdict(figures), "training_minutes": minutes})
        return 0
    theirs, theirs_cpu = ("-" if x is None else f"{x:.2f}" for x in (figures.sb3_ratio, figures.sb3_ratio_cpu))
    rows = [
        ("simulation", f"{figures.simulation_s:.2f} s", f"per buffer of {figures.buffer_ticks} ticks"),
        ("update", f"{figures.update_s:.2f} s", ""),
        ("whole training", f"{minutes:.1f} min", f"{config.buffers} buffers, {figures.threads} threads"),
        ("over stable-baselines3", theirs, "throughput; same networks, environment and settings"),
        ("", theirs_cpu, "CPU time; blind to what else the machine does"),
    ]
    if figures.sb3_ratio is None:
        rows.append(("", "", "not installed: pip install -r requirements/test.txt"))
    for name, value, note in rows:
        print(f"{name:24}{value:>10}  {note}")
    return 0
