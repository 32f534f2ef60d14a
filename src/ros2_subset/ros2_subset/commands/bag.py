"""``ros2 bag``."""

import argparse
import datetime
import signal
import sys
from pathlib import Path

import yaml

from ros2_subset.errors import CommandError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the verbs and their arguments."""
    verbs = parser.add_subparsers(metavar="verb", required=True)
    record = verbs.add_parser("record", help="record topics", description="Record topics to a bag.")
    _add_record_arguments(record)
    record.set_defaults(run_command=run_record)
    info = verbs.add_parser("info", help="show what is in a bag", description="Show what is in a bag.")
    info.add_argument("bag_path", type=Path, help="bag, a folder or a file")
    info.add_argument("-t", "--topic-name", action="store_true", help="show only the names of the topics")
    info.set_defaults(run_command=run_info)


def _add_record_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", help="folder to make; by default named after the time")
    parser.add_argument("-s", "--storage", default="mcap", choices=["mcap"], help="file format")
    topics = parser.add_mutually_exclusive_group()
    topics.add_argument("topics_positional", nargs="*", default=[], metavar="topic", help="topics to record")
    topics.add_argument("--topics", nargs="+", default=[], metavar="topic", help="topics to record")
    parser.add_argument("-a", "--all", action="store_true", help="record all topics except hidden ones")
    parser.add_argument("--all-topics", action="store_true", help="record all topics except hidden ones")
    parser.add_argument("-e", "--regex", default="", help="record topics that contain this regular expression")
    parser.add_argument("--exclude-regex", default="", help="except those that contain this one")
    parser.add_argument("--include-hidden-topics", action="store_true", help="hidden topics too")
    parser.add_argument("--no-discovery", action="store_true", help="record only topics that are there at the start")
    parser.add_argument("-p", "--polling-interval", type=int, default=100, help="ms between looks for new topics")
    parser.add_argument("--qos-profile-overrides-path", type=Path, help="YAML file with QoS profiles of topics")
    parser.add_argument(
        "--use-sim-time",
        action="store_true",
        help="time of a message is its header stamp, or else the latest /clock; messages are sorted by it",
    )
    parser.add_argument("--node-name", default="rosbag2_recorder", help="name of the recorder's node")
    parser.add_argument(
        "--custom-data", nargs="*", default=[], metavar="KEY=VALUE", help="entries for the metadata of the bag"
    )
    parser.add_argument("--disable-keyboard-controls", action="store_true", help="nothing to disable: there are none")


def parse_custom_data(entries: list[str]) -> dict[str, str]:
    """Return the entries by key; of several with one key the last counts.

    Raises:
        CommandError: if an entry is not of the form ``KEY=VALUE``.
    """
    custom_data = {}
    for entry in entries:
        key, separator, value = entry.partition("=")
        if not separator or not key:
            raise CommandError(f"--custom-data '{entry}': expected KEY=VALUE")
        custom_data[key] = value
    return custom_data


def run_record(args: argparse.Namespace) -> int:
    """Record until SIGINT or SIGTERM."""
    names = args.topics or args.topics_positional
    if not (names or args.all or args.all_topics or args.regex):
        raise CommandError("which topics? Give some by name, or --all or --regex")
    path = Path(args.output or datetime.datetime.now().strftime("rosbag2_%Y_%m_%d-%H_%M_%S"))
    if path.exists():
        raise CommandError(f"Output folder '{path}' already exists.")
    custom_data = parse_custom_data(args.custom_data)

    # From here on a signal means: stop recording and close the bag.
    stop_signals: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: stop_signals.append(received))

    import rclpy
    from rclpy.signals import SignalHandlerOptions

    from ros2_subset.bag.qos import parse_overrides
    from ros2_subset.bag.recorder import Recorder, TopicFilter, free_space

    overrides = {}
    if args.qos_profile_overrides_path is not None:
        try:
            overrides = parse_overrides(yaml.safe_load(args.qos_profile_overrides_path.read_text(encoding="utf-8")))
        except (OSError, yaml.YAMLError) as error:
            raise CommandError(f"cannot read QoS overrides '{args.qos_profile_overrides_path}': {error}") from error

    rclpy.init(args=args.ros_arguments, signal_handler_options=SignalHandlerOptions.NO)
    node = rclpy.create_node(args.node_name, enable_rosout=False, start_parameter_services=False)
    recorder = Recorder(
        node,
        path,
        TopicFilter(
            topics=frozenset(node.resolve_topic_name(name) for name in names),
            all_topics=args.all or args.all_topics,
            regex=args.regex,
            exclude_regex=args.exclude_regex,
            include_hidden=args.include_hidden_topics,
        ),
        use_sim_time=args.use_sim_time,
        custom_data=custom_data,
        qos_overrides={node.resolve_topic_name(name): profile for name, profile in overrides.items()},
        polling_interval_s=args.polling_interval / 1000,
        discover=not args.no_discovery,
    )
    try:
        recorder.record(lambda: bool(stop_signals))
    except OSError as error:
        where = path if path.exists() else path.absolute().parent
        raise CommandError(
            f"cannot write bag '{path}': {error.strerror or error} ({free_space(where)}); recording stopped with "
            f"{recorder.message_count} messages in the bag and {recorder.lost_messages} lost"
        ) from error
    finally:
        node.destroy_node()
        rclpy.shutdown()
    return 0


def run_info(args: argparse.Namespace) -> int:
    """Show what is in a bag; the exit code is 1 if the bag is damaged."""
    from ros2_subset.bag.info import format_info, read_info

    info = read_info(args.bag_path)
    if args.topic_name:
        print("\n".join(name for name, *_ in info.topics))
    else:
        print(format_info(info))
    if info.damage is not None:
        print(f"ros2 bag info: bag '{args.bag_path}' is damaged: {info.damage}", file=sys.stderr)
        return 1
    return 0
