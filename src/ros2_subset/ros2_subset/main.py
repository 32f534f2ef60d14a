"""The ``ros2`` command."""

import argparse
import signal
import sys
from importlib import import_module

from ros2_subset.errors import CommandError

COMMANDS = {
    "launch": "Run a launch file",
    "run": "Run an executable of a package",
    "topic": "List, show and measure topics",
    "bag": "Record bags, and show what is in them",
}


def _split_ros_arguments(words: list[str]) -> tuple[list[str], list[str]]:
    """Return the words before and from ``--ros-args``; an executable that ``ros2 run`` starts keeps its own."""
    if "--ros-args" not in words or words[0] == "run":
        return words, []
    start = words.index("--ros-args")
    return words[:start], words[start:]


def main(argv: list[str] | None = None) -> int:
    """Run the command of the given arguments and return its exit code."""
    words = sys.argv[1:] if argv is None else argv
    parser = argparse.ArgumentParser(
        prog="ros2",
        description="Compatible subset of the ros2 command, for machines without a ROS distribution.",
    )
    subparsers = parser.add_subparsers(metavar="command", dest="command")
    for name, summary in COMMANDS.items():
        subparser = subparsers.add_parser(
            name, help=summary, description=summary, formatter_class=argparse.ArgumentDefaultsHelpFormatter
        )
        # Only the command that is asked for gets imported: rclpy alone takes longer than everything else here.
        if words and words[0] == name:
            import_module(f"ros2_subset.commands.{name}").add_arguments(subparser)
    words, ros_arguments = _split_ros_arguments(words)
    args = parser.parse_args(words)
    if args.command is None:
        parser.print_help()
        return 0
    args.ros_arguments = ros_arguments
    try:
        return int(args.run_command(args))
    except CommandError as error:
        print(f"ros2 {args.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return int(signal.SIGINT)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone; so may we, quietly
        return 1


if __name__ == "__main__":
    sys.exit(main())
