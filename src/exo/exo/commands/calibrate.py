"""``exo calibrate``: measure the encoder offsets of a device in a known pose, with the motors disabled."""

import argparse
import sys
from typing import Any

from exo.json_output import add_json_option, print_json
from exo_control.errors import ConfigError


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo calibrate``."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "calibrate", help="measure the encoder offsets of a device; its motors stay disabled"
    )
    parser.add_argument("--device", help="device file (default: config/hardware/device.yaml)")
    parser.add_argument(
        "--right-rad", type=float, default=0.0, help="hip angle of the pose, flexion positive (default: %(default)s)"
    )
    parser.add_argument(
        "--left-rad", type=float, default=0.0, help="hip angle of the pose, flexion positive (default: %(default)s)"
    )
    parser.add_argument("--samples", type=int, default=100, help="readings to average (default: %(default)s)")
    parser.add_argument("--output", help="calibration file to write (default: where the driver looks for it)")
    parser.add_argument("--emulate", action="store_true", help="use emulated drives, to try it without a device")
    parser.add_argument("--yes", action="store_true", help="do not ask before measuring")
    add_json_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Measure, check, write the file and print the offsets."""
    import time
    from collections.abc import Callable
    from contextlib import ExitStack
    from pathlib import Path

    from tqdm import tqdm

    from exo_control.joints import POLICY_PERIOD_S, by_joint_name
    from exo_hardware.calibration_file import calibration_path
    from exo_hardware.device_config import load_device_config
    from exo_hardware.emulation_config import load_emulation
    from exo_hardware.make_driver import EMULATED_OFFSETS_RAD, emulate, emulated_config, make_driver
    from exo_hardware.offset_calibration import OffsetCalibration
    from exo_hardware.plant import HangingLegs
    from exo_hardware.torque_driver import TorqueDriver
    from exo_hardware.zero_on_exit import zero_on_exit

    device = load_device_config(args.device)
    pose = by_joint_name(("right_hip_flexion", "left_hip_flexion"), (args.right_rad, args.left_rad))
    output = Path(args.output) if args.output else None
    with ExitStack() as stack:
        driver: TorqueDriver
        wait: Callable[[float], None] = time.sleep
        if args.emulate:
            device = emulated_config(device)
            legs = HangingLegs(weight_nm=0.0, angle_rad=(float(pose[0]), float(pose[1])))
            emulated = emulate(device, load_emulation("realistic"), legs, EMULATED_OFFSETS_RAD)
            stack.callback(emulated.emulator.close)
            driver, wait = emulated.driver, emulated.emulator.step
        else:
            driver = make_driver(device)
        calibration = OffsetCalibration(device, pose, args.samples)
        stack.enter_context(zero_on_exit(driver))
        if not args.yes:
            _ask(args)
        with tqdm(total=args.samples, unit="sample", disable=None) as bar:
            while not calibration.complete:
                driver.poll()
                calibration.add(driver.receive())
                bar.update()
                wait(POLICY_PERIOD_S)
    output = output or calibration_path(device)
    result = calibration.result()
    result.save(output)
    offsets = {name: joint.offset_rad for name, joint in result.joints.items()}
    if args.json:
        print_json(
            {"calibration": str(output), "device": device.name, "samples": result.samples, "offset_rad": offsets}
        )
    else:
        for name, joint in result.joints.items():
            print(f"{name:20} offset {joint.offset_rad:+.4f} rad, spread {joint.spread_rad:.4f} rad")
        print(f"wrote {output}")
    return 0


def _ask(args: argparse.Namespace) -> None:
    """Tell what to do and wait for Enter.

    Raises:
        ConfigError: there is nobody to answer.
    """
    print(
        f"The motors are disabled. Bring the hips to right {args.right_rad:+.2f} rad and left {args.left_rad:+.2f} rad "
        "(0: thigh in line with the trunk, flexion positive) and hold still. Press Enter to measure.",
        file=sys.stderr,
    )
    try:
        input()
    except EOFError:
        raise ConfigError("nobody to press Enter: the input is closed; use --yes once the hips are in place") from None
