"""``ros2 launch``."""

import argparse
import os
import sys
from typing import Any

from ros2_subset.errors import CommandError
from ros2_subset.fallback_path import enable_fallback
from ros2_subset.launch_arguments import check_arguments, check_declared_at_run_time, parse_arguments
from ros2_subset.packages import find_launch_file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the arguments."""
    parser.add_argument(
        "-n",
        "--noninteractive",
        action="store_true",
        default=not sys.stdin.isatty(),
        help="no terminal is attached, so Ctrl-C must be passed on to the processes",
    )
    parser.add_argument("-d", "--debug", action="store_true", help="log more")
    parser.add_argument(
        "-s", "--show-args", "--show-arguments", action="store_true", help="show the arguments of the launch file"
    )
    parser.add_argument(
        "-a", "--show-all-subprocesses-output", action="store_true", help="show the output of all processes"
    )
    parser.add_argument("--launch-prefix", help="command to put before every executable")
    parser.add_argument("--launch-prefix-filter", help="regular expression of the executables that get the prefix")
    parser.add_argument("package_name", help="package of the launch file, or path of the launch file")
    parser.add_argument("launch_file_name", nargs="?", help="name of the launch file")
    parser.add_argument("launch_arguments", nargs="*", help="arguments of the launch file, as '<name>:=<value>'")
    parser.set_defaults(run_command=run)


def run(args: argparse.Namespace) -> int:
    """Run a launch file, or show its arguments."""
    path, words = _find_launch_file(args)
    arguments = parse_arguments(words)
    if args.launch_prefix_filter is not None and args.launch_prefix is None:
        raise CommandError("--launch-prefix must be given if --launch-prefix-filter is")
    if args.show_all_subprocesses_output:
        os.environ["OVERRIDE_LAUNCH_PROCESS_OUTPUT"] = "both"

    enable_fallback()
    from launch import LaunchDescription, LaunchService
    from launch.actions import IncludeLaunchDescription, OpaqueFunction
    from launch.launch_description_sources import (
        AnyLaunchDescriptionSource,
        get_launch_description_from_any_launch_file,
    )

    description = _load(get_launch_description_from_any_launch_file, path)
    if args.show_args:
        _print_arguments(description)
        return 0
    check_arguments(arguments, description)

    given = dict(arguments)
    if args.launch_prefix is not None:
        given["launch-prefix"] = args.launch_prefix
    if args.launch_prefix_filter is not None:
        given["launch-prefix-filter"] = args.launch_prefix_filter
    service = LaunchService(argv=words, noninteractive=args.noninteractive, debug=args.debug)
    service.include_launch_description(
        LaunchDescription(
            [
                IncludeLaunchDescription(AnyLaunchDescriptionSource(path), launch_arguments=given.items()),
                OpaqueFunction(function=check_declared_at_run_time, args=[arguments, description]),
            ]
        )
    )
    return int(service.run())


def _find_launch_file(args: argparse.Namespace) -> tuple[str, list[str]]:
    words = list(args.launch_arguments)
    if os.path.isfile(args.package_name):
        if args.launch_file_name is not None:
            words.insert(0, args.launch_file_name)
        return args.package_name, words
    if args.launch_file_name is None or ":=" in args.launch_file_name:
        if os.sep in args.package_name or args.package_name.endswith(".py"):
            raise CommandError(f"launch file '{args.package_name}' does not exist")
        raise CommandError(f"which launch file of package '{args.package_name}'? Give its name after the package")
    return str(find_launch_file(args.package_name, args.launch_file_name)), words


def _load(load: Any, path: str) -> Any:
    try:
        return load(path)
    except Exception as error:
        raise CommandError(f"cannot load launch file '{path}': {type(error).__name__}: {error}") from error


def _print_arguments(description: Any) -> None:
    print("Arguments (pass arguments as '<name>:=<value>'):")
    arguments = description.get_launch_arguments()
    for argument in arguments:
        star = "*" if argument._conditionally_included else ""
        print(f"\n    '{argument.name}':{star}\n        {argument.description}")
        if argument.default_value is not None:
            print(f"        (default: {' + '.join(sub.describe() for sub in argument.default_value)})")
    if not arguments:
        print("\n  No arguments.")
    elif any(argument._conditionally_included for argument in arguments):
        print("\n* argument(s) which are only used if specific conditions occur")
