"""``exo train``: learn an assistance policy in simulation."""

import argparse
import sys
from typing import Any

from exo.engine_option import add_engine_option
from exo.json_output import add_json_option, print_json
from exo_control.errors import ConfigError


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo train``."""
    parser: argparse.ArgumentParser = subparsers.add_parser("train", help="learn an assistance policy in simulation")
    parser.add_argument(
        "--config", default="improved", help="name in config/training or path of a .yaml (default: %(default)s)"
    )
    add_engine_option(parser)
    parser.add_argument("--seed", type=int, default=1, help="of networks, exploration and walks (default: %(default)s)")
    parser.add_argument("--output", help="run folder (default: runs/train-CONFIG-SEED)")
    parser.add_argument("--resume", action="store_true", help="go on with the run in the output folder")
    parser.add_argument("--minutes", type=float, help="stop after this time; --resume goes on later")
    parser.add_argument(
        "--threads",
        type=int,
        default=2,
        help="more may be faster, but round differently; in SCONE: processes (default: %(default)s)",
    )
    add_json_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Train, and export the policy."""
    if args.minutes is not None and not 0.0 < args.minutes < 1e5:
        raise ConfigError(f"--minutes {args.minutes:g}: needs a number above 0")
    if not 1 <= args.threads <= 64:
        raise ConfigError(f"--threads {args.threads}: needs 1 to 64")
    if not 0 <= args.seed < 2**32:
        raise ConfigError(f"--seed {args.seed}: needs 0 to 4294967295")
    try:
        import torch  # noqa: F401
    except ImportError:
        raise ConfigError(
            "exo train needs PyTorch: run `make train`, or `pip install -r requirements/train.txt`"
        ) from None

    from tqdm import tqdm

    from exo_control.source_commit import git_sha
    from exo_learning.export_onnx import export_onnx
    from exo_learning.manifest import checkpoint_manifest
    from exo_learning.run_folder import POLICY_FILE, run_folder
    from exo_learning.trainer import Progress, Trainer
    from exo_learning.training_config import load_training_config
    from exo_scone.people import check_engine

    check_engine(args.engine)
    config = load_training_config(args.config)
    if args.engine != "auto":
        config = config.model_copy(update={"engine": args.engine})
    folder = run_folder(args.output, args.config, args.seed)
    print(f"Training in {folder}", file=sys.stderr)
    trainer = Trainer(config, args.seed, folder, args.threads, args.resume)
    with tqdm(total=config.buffers, initial=trainer.buffers, unit="buffer", disable=None) as bar:

        def report(progress: Progress) -> None:
            walking = progress.walking
            bar.set_postfix_str(
                f"return {walking.episode_return:.1f}, falls {walking.falls}, "
                f"CoT {walking.cost_of_transport:.2f}, {progress.left_s / 60.0:.0f} min left"
            )
            bar.update(progress.buffer - bar.n)

        trainer.run(report, args.minutes)
    checkpoint = trainer.checkpoint()
    policy = folder / POLICY_FILE
    agent = checkpoint.restored_agent()
    export_onnx(agent.actor, agent.normaliser, checkpoint_manifest(checkpoint, git_sha() or "unknown"), policy)
    result: dict[str, Any] = {
        "folder": str(folder),
        "policy": str(policy),
        "buffers": trainer.buffers,
        "finished": trainer.done,
        "minutes": trainer.elapsed_s / 60.0,
        "baselines": trainer.baselines,
        "evaluation": trainer.evaluation,
    }
    if args.json:
        print_json(result)
        return 0
    for name, figures in (*trainer.baselines.items(), ("trained", trainer.evaluation)):
        if figures:
            print(
                f"{name:8} cost of transport {figures['cot_gross']:.2f} gross, {figures['cot_net']:.2f} net J/(kg m); "
                f"{figures['speed_m_s']:.2f} m/s; {figures['falls']:.0f} falls"
            )
    print(f"wrote {policy}" + ("" if trainer.done else f" after {trainer.buffers} buffers; --resume goes on"))
    return 0
