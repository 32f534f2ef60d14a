"""``exo bench policy``: what the trained policy's network takes per tick, in ONNX Runtime and in C."""

import argparse
import tempfile
from pathlib import Path
from typing import Any

from exo.json_output import add_json_option, print_json
from exo_control.errors import ConfigError

MOST_TICKS = 10_000_000


def add_parser(benchmarks: Any) -> None:
    """Add the benchmark to ``exo bench``."""
    parser = benchmarks.add_parser("policy", help="inference: ONNX Runtime and the C header, time per tick on one core")
    parser.add_argument("--ticks", type=int, default=20_000, help="ticks to measure (default: %(default)s)")
    parser.add_argument(
        "--policy",
        help="path of an ONNX file, without the C header (default: the paper's network; weights make no difference)",
    )
    add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    from dataclasses import asdict

    from exo_control.onnx_policy import OnnxPolicy
    from exo_learning.tick_time import measure_policy

    if not 1 <= args.ticks <= MOST_TICKS:
        raise ConfigError(f"--ticks {args.ticks}: needs a number from 1 to {MOST_TICKS}")
    with tempfile.TemporaryDirectory() as folder:
        if args.policy:
            path, c_tick_us = Path(args.policy), None
        else:
            path = Path(folder, "policy.onnx")
            c_tick_us = _export_and_measure_c(path, args.ticks)
        wall, cpu = measure_policy(OnnxPolicy(path), args.ticks)
    if args.json:
        print_json({"ticks": args.ticks, "onnx": asdict(wall), "onnx_cpu": asdict(cpu), "c_tick_us": c_tick_us})
        return 0
    print(f"{'us per tick':24}{'median':>9}{'99 %':>9}{'99.9 %':>9}{'max':>9}")
    for name, times in (("ONNX Runtime, wall time", wall), ("ONNX Runtime, CPU time", cpu)):
        values = (times.p50_us, times.p99_us, times.p999_us, times.max_us)
        print(f"{name:24}" + "".join(f"{value:9.0f}" for value in values))
    if c_tick_us is not None:
        print(f"{'C header, wall time':24}{c_tick_us:9.0f}")
    return 0


def _export_and_measure_c(path: Path, ticks: int) -> float | None:
    """Write the paper's network, untrained, to an ONNX file; return its time per tick in C, us."""
    try:
        from exo_learning.actor import Actor
        from exo_learning.export_c import export_c
        from exo_learning.export_onnx import export_onnx
        from exo_learning.manifest import make_manifest
        from exo_learning.normaliser import Normaliser
    except ImportError as error:
        raise ConfigError(
            f"exo bench policy needs {error.name}: `pip install -r requirements/train.txt`, or name an ONNX file with "
            "--policy"
        ) from None
    from exo_control.joints import TORQUE_CEILING_NM
    from exo_learning.compiled_policy import CompiledPolicy, c_compiler
    from exo_learning.tick_time import measure_compiled

    actor, normaliser, manifest = Actor(), Normaliser(), make_manifest(TORQUE_CEILING_NM)
    export_onnx(actor, normaliser, manifest, path)
    if c_compiler() is None:
        return None
    header = path.with_name("exo_policy.h")
    export_c(actor, normaliser, manifest, header)
    return measure_compiled(CompiledPolicy(header, path.parent), ticks)
