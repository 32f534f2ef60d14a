"""``exo calibrate``: measure encoder offsets and check signs in known poses, with the motors disabled."""

import argparse
import sys
from typing import Any

from exo.json_output import add_json_option, print_json
from exo_control.errors import ConfigError

CONFIRMATION = "zero"


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add ``exo calibrate``."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "calibrate", help="measure encoder offsets and check the signs of a device; its motors stay disabled"
    )
    parser.add_argument("--device", help="device file (default: config/hardware/device.yaml)")
    parser.add_argument(
        "--right-rad", type=float, default=0.0, help="hip angle of the pose, flexion positive (default: %(default)s)"
    )
    parser.add_argument(
        "--left-rad", type=float, default=0.0, help="hip angle of the pose, flexion positive (default: %(default)s)"
    )
    parser.add_argument(
        "--flexion-rad", type=float, help="by how much each hip is flexed in the second pose (default: 30 degrees)"
    )
    parser.add_argument("--samples", type=int, default=100, help="readings to average (default: %(default)s)")
    parser.add_argument(
        "--offsets-only", action="store_true", help="no second pose; keeps the signs that were checked before"
    )
    parser.add_argument(
        "--zero-drives", action="store_true", help="let the drives call the first pose zero, until their power goes"
    )
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

    from exo.guided_calibration import GuidedCalibration
    from exo_control.joints import by_joint_name
    from exo_hardware.calibration_file import calibration_path, with_earlier_signs
    from exo_hardware.device_config import load_device_config
    from exo_hardware.device_state import Floats
    from exo_hardware.drive_zero import zero_drives
    from exo_hardware.emulation_config import load_emulation
    from exo_hardware.flexion_check import FLEXION_RAD, refuse_odd_flexion
    from exo_hardware.make_driver import EMULATED_OFFSETS_RAD, emulate, emulated_config, make_driver
    from exo_hardware.plant import HangingLegs
    from exo_hardware.torque_driver import TorqueDriver
    from exo_hardware.zero_on_exit import zero_on_exit

    device = load_device_config(args.device)
    pose = by_joint_name(("right_hip_flexion", "left_hip_flexion"), (args.right_rad, args.left_rad))
    flexion_rad = FLEXION_RAD if args.flexion_rad is None else args.flexion_rad
    if not args.offsets_only:
        refuse_odd_flexion(pose, flexion_rad)
        if args.yes and not args.emulate:
            raise ConfigError("--yes: nobody would flex the hips of a real device; leave it out, or add --offsets-only")
    legs = HangingLegs(weight_nm=0.0, angle_rad=(args.right_rad, args.left_rad))

    def place(wanted_rad: Floats, text: str) -> None:
        if not args.yes:
            _ask(text)
        legs.angle_rad = wanted_rad

    with ExitStack() as stack:
        driver: TorqueDriver
        wait: Callable[[float], None] = time.sleep
        if args.emulate:
            device = emulated_config(device)
            emulated = emulate(device, load_emulation("realistic"), legs, EMULATED_OFFSETS_RAD)
            stack.callback(emulated.emulator.close)
            driver, wait = emulated.driver, emulated.emulator.step
        else:
            driver = make_driver(device)
        guided = GuidedCalibration(driver, wait, place, args.samples)
        stack.enter_context(zero_on_exit(driver))
        place(
            pose,
            f"The motors are disabled. Bring the hips to right {args.right_rad:+.2f} rad and left "
            f"{args.left_rad:+.2f} rad (0: thigh in line with the trunk, flexion positive) and hold still. "
            "Press Enter to measure.",
        )
        if args.zero_drives:
            if not args.yes:
                _confirm_zero()
            zero_drives(driver, wait)
        result = guided.offsets(pose)
        result = with_earlier_signs(result, device) if args.offsets_only else guided.signs(result, pose, flexion_rad)
    output = Path(args.output) if args.output else calibration_path(device)
    result.save(output)
    offsets = {name: joint.offset_rad for name, joint in result.joints.items()}
    flexions = {name: joint.flexed_rad for name, joint in result.joints.items()}
    if args.json:
        about = {"calibration": str(output), "device": device.name, "samples": result.samples}
        print_json({**about, "offset_rad": offsets, "flexed_rad": flexions, "drives_zeroed": args.zero_drives})
    else:
        for name, joint in result.joints.items():
            sign = "not checked" if joint.flexed_rad is None else f"checked, read {joint.flexed_rad:+.3f} rad flexed"
            print(f"{name:20} offset {joint.offset_rad:+.4f} rad, spread {joint.spread_rad:.4f} rad, sign {sign}")
        if args.zero_drives:
            print("the drives keep this zero until their power goes: calibrate again after the next power-on")
        print(f"wrote {output}")
    return 0


def _ask(text: str) -> str:
    """Tell what to do, wait for Enter and return what was typed before it.

    Raises:
        ConfigError: there is nobody to answer.
    """
    print(text, file=sys.stderr)
    try:
        return input()
    except EOFError:
        raise ConfigError("nobody to press Enter: the input is closed; use --yes once the hips are in place") from None


def _confirm_zero() -> None:
    """Have it confirmed that the drives get a new zero.

    Raises:
        ConfigError: it was not.
    """
    answer = _ask(f"Both drives will call this pose zero, until their power goes. Type {CONFIRMATION} to let them.")
    if answer.strip() != CONFIRMATION:
        raise ConfigError(f"--zero-drives: not confirmed by '{CONFIRMATION}', the drives keep their zero")
