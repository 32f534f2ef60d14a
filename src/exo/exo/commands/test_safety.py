"""``exo test-safety``: break emulated drives at random moments; the torque goes, in time, for good, by name."""

import argparse
from typing import Any

from exo.json_output import add_json_option, print_json
from exo_control.errors import ConfigError

MOST_TRIALS = 10_000
MAKES = ("cubemars", "moteus")


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo test-safety``."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "test-safety", help="fault campaign on emulated drives: every row of the safety checklist at random moments"
    )
    parser.add_argument("--device", help="device file (default: config/hardware/device.yaml)")
    parser.add_argument("--emulation", default="ideal", help="kind of emulated drives (default: %(default)s)")
    parser.add_argument("--driver", choices=MAKES, help="make of the emulated drives (default: the device's)")
    parser.add_argument("--trials", type=int, default=20, help="random moments per row (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of all moments, torques and joints (default: %(default)s)")
    add_json_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Run all rows and print the table; exit code 1 if any trial went wrong."""
    from dataclasses import asdict

    from tqdm import tqdm

    from exo_hardware.device_config import load_device_config
    from exo_hardware.emulation_config import load_emulation
    from exo_hardware.safety_campaign import RowResult, SafetyCampaign, rows_for, with_drives
    from exo_safety.limits import load_limits

    if not 1 <= args.trials <= MOST_TRIALS:
        raise ConfigError(f"--trials {args.trials}: needs a number from 1 to {MOST_TRIALS}")
    if args.seed < 0:
        raise ConfigError(f"--seed {args.seed}: needs a number from 0 up")
    limits = load_limits()
    device = load_device_config(args.device)
    device = with_drives(device, args.driver or device.driver)
    rows = rows_for(device.driver)
    campaign = SafetyCampaign(device, load_emulation(args.emulation), limits, args.seed)
    results: list[RowResult] = []
    with tqdm(total=len(rows) * args.trials, unit="trial", disable=None) as bar:
        for row in rows:
            for so_far in campaign.run_row(row, args.trials):
                result = so_far
                bar.update()
            results.append(result)
    passed = all(result.passed for result in results)
    if args.json:
        about = {"seed": args.seed, "trials_per_row": args.trials, "emulation": args.emulation, "driver": device.driver}
        tables = [{**asdict(result), "passed": result.passed} for result in results]
        print_json({"passed": passed, **about, "limits_sha256": limits.sha256(), "rows": tables})
    else:
        for result in results:
            print(_line(result))
        print(f"{'all' if passed else 'NOT all'} of {sum(result.trials for result in results)} trials went well")
    return 0 if passed else 1


def _line(result: Any) -> str:
    times = ""
    if result.within_s is not None:
        times = f"zero within {1e3 * result.within_s:4.0f} ms, slowest {1e3 * result.slowest_s:4.0f} ms"
    good = result.trials - len(result.problems)
    line = f"{result.point:3} {result.name:56}{times:38} {good} of {result.trials}"
    return line if result.passed else f"{line}  {'; '.join(sorted(set(result.problems)))}"
