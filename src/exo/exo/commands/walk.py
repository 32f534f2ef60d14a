"""``exo walk``: walk a gait in the engine and describe it."""

import argparse
from typing import Any

from exo.engine_option import add_engine_option
from exo.json_output import add_json_option, print_json
from exo_control.errors import ConfigError
from exo_sim.names import DEFAULT_GAIT


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo walk``."""
    parser: argparse.ArgumentParser = subparsers.add_parser("walk", help="walk a gait and describe it")
    parser.add_argument(
        "--gait",
        default=DEFAULT_GAIT,
        help="name in config/gaits or path; in SCONE also a model of your own, ending in .scone, with the .par beside "
        "it (default: %(default)s)",
    )
    add_engine_option(parser)
    parser.add_argument("--seconds", type=float, default=20.0, help="duration of a walk (default: %(default)g)")
    parser.add_argument("--seeds", type=int, help="number of walks, each with its own disturbances")
    parser.add_argument("--first-seed", type=int, default=1, help="seed of the first walk (default: %(default)s)")
    parser.add_argument("--noise-nm", type=float, default=0.0, help="random hip torque, new per leg every 0.25 s, +-Nm")
    parser.add_argument("--push-m-s", type=float, default=0.0, help="random forward pushes every 4 s, +-m/s")
    parser.add_argument(
        "--policy",
        default="zero",
        help="zero, dofc, a shipped policy, or an .onnx or .yaml file (default: %(default)s)",
    )
    parser.add_argument(
        "--policy-param", action="append", default=[], metavar="NAME=VALUE", help="parameter of the policy; repeatable"
    )
    parser.add_argument("--mass-kg", type=float, help="body mass of the subject (default: the model's)")
    parser.add_argument("--height-m", type=float, help="height of the subject (default: the model's)")
    parser.add_argument("--physics-step-s", type=float, default=0.001, help="integration step (default: %(default)g)")
    parser.add_argument("--plot", metavar="PNG", help="draw the gait cycle against human norms")
    add_json_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Walk, print the figures; a fall is a result, not an error."""
    from exo_control.registry import make_policy
    from exo_scone.people import human_maker, is_own_model, load_own_human
    from exo_sim.assisted_walk import AssistedWalker
    from exo_sim.disturbance import Disturbance
    from exo_sim.gait import load_gait
    from exo_sim.gait_analysis import describe
    from exo_sim.human_interface import Human
    from exo_sim.human_model import load_human_model

    for option, value, least in (("--seconds", args.seconds, 1.0), ("--noise-nm", args.noise_nm, 0.0)):
        if not least <= value < 1e5:
            raise ConfigError(f"{option} {value:g}: needs a number of at least {least:g}")
    if args.seeds is not None and args.seeds < 1:
        raise ConfigError(f"--seeds {args.seeds}: needs at least 1 walk")
    policy = make_policy(args.policy, _parameters(args.policy_param))
    if args.engine == "scone" and is_own_model(args.gait):
        for option, value in (("--mass-kg", args.mass_kg), ("--height-m", args.height_m)):
            if value is not None:
                raise ConfigError(f"{option} {value:g}: {args.gait} has a body of its own; leave the option out")
        human: Human | None = load_own_human(args.gait)
        gait = load_gait(DEFAULT_GAIT)  # the model has its own, so that this one is not walked
        model = load_human_model(gait.human)
    else:
        gait = load_gait(args.gait)
        model = load_human_model(gait.human).scaled(args.mass_kg, args.height_m)
        human = human_maker(args.engine)(model, gait) if args.engine == "scone" else None
    walker = AssistedWalker(model, gait, policy, args.physics_step_s, human=human)
    disturbance = Disturbance(args.noise_nm, args.push_m_s)
    if args.seeds is None:
        walk = walker.disturbed(args.seconds, disturbance, args.first_seed)
        result = describe(walk)
        if args.plot:
            from exo_sim.gait_plot import plot_gait

            plot_gait(walk, args.plot)
    else:
        walks = [walker.disturbed(args.seconds, disturbance, args.first_seed + i) for i in range(args.seeds)]
        times = [walk.seconds for walk in walks]
        survived = sum(not walk.fell for walk in walks)
        result = {"seeds": args.seeds, "survived": survived, "seconds_walked": times}
    if args.json:
        print_json(result)
        return 0
    for name, value in result.items():
        print(f"{name:24} {_text(value)}")
    return 0


def _parameters(pairs: list[str]) -> dict[str, float]:
    values = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        try:
            values[name] = float(text)
        except ValueError:
            raise ConfigError(f"--policy-param {pair}: needs NAME=NUMBER, such as delay_s=0.2") from None
        if not equals:
            raise ConfigError(f"--policy-param {pair}: needs NAME=NUMBER, such as delay_s=0.2")
    return values


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "  ".join(f"{name} {_text(item)}" for name, item in value.items())
    if isinstance(value, list):
        return "  ".join(_text(item) for item in value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)
