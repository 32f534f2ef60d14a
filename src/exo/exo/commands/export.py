"""``exo export``: a trained policy as files for the policy node and for microcontrollers."""

import argparse
from pathlib import Path
from typing import Any

from exo.json_output import add_json_option, print_json
from exo_control.errors import ConfigError

MEASURED_TICKS = 2000


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo export``."""
    parser: argparse.ArgumentParser = subparsers.add_parser("export", help="write a trained policy as ONNX or C files")
    parser.add_argument("training", metavar="RUN", help="run folder of `exo train`, or a checkpoint in it")
    parser.add_argument(
        "--output", default="policy.onnx", help="ONNX file; its manifest goes beside it as .json (default: %(default)s)"
    )
    parser.add_argument("--c-header", metavar="FILE", help="also write a C99 header for microcontrollers")
    add_json_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Write the files, then measure what they take per tick."""
    try:
        import onnx  # noqa: F401
        import torch  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            f"exo export needs {error.name}: run `make train`, or `pip install -r requirements/train.txt`"
        ) from None

    from dataclasses import asdict

    from exo_control.onnx_policy import OnnxPolicy
    from exo_control.source_commit import git_sha
    from exo_learning.checkpoint import load_checkpoint
    from exo_learning.export_c import export_c
    from exo_learning.export_onnx import export_onnx
    from exo_learning.manifest import checkpoint_manifest
    from exo_learning.tick_time import measure_policy

    checkpoint = load_checkpoint(Path(args.training))
    agent = checkpoint.restored_agent()
    manifest = checkpoint_manifest(checkpoint, git_sha() or "unknown")
    output = Path(args.output)
    export_onnx(agent.actor, agent.normaliser, manifest, output)
    times, _ = measure_policy(OnnxPolicy(output), MEASURED_TICKS)
    result: dict[str, Any] = {
        "onnx": str(output),
        "manifest": str(output.with_suffix(".json")),
        "buffers": checkpoint.buffers,
        "evaluation": manifest.evaluation,
        "onnx_tick": asdict(times),
    }
    if args.c_header:
        header = Path(args.c_header)
        export_c(agent.actor, agent.normaliser, manifest, header)
        result |= {"c_header": args.c_header, "c_tick_us": _c_tick_us(header)}
    if args.json:
        print_json(result)
        return 0
    print(f"{output} and {output.with_suffix('.json')}: {times.p50_us:.0f} us a tick, 99 % below {times.p99_us:.0f} us")
    if args.c_header:
        c_tick_us = result["c_tick_us"]
        measured = "not measured, there is no C compiler" if c_tick_us is None else f"{c_tick_us:.0f} us a tick here"
        print(f"{args.c_header}: {measured}")
    return 0


def _c_tick_us(header: Path) -> float | None:
    """Return the header's time per tick on this machine, us; None without a C compiler."""
    import tempfile

    from exo_learning.compiled_policy import CompiledPolicy, c_compiler
    from exo_learning.tick_time import measure_compiled

    if c_compiler() is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        return measure_compiled(CompiledPolicy(header, Path(folder)), MEASURED_TICKS)
