"""``ros2 topic``."""

import argparse
import time
from typing import Any

import rclpy
from rclpy.qos import DurabilityPolicy, QoSPresetProfiles, QoSProfile, ReliabilityPolicy, qos_profile_sensor_data

from ros2_subset.command_node import command_node, is_running, topics, wait_for_graph, wait_for_type
from ros2_subset.errors import CommandError
from ros2_subset.message_text import TextStyle, is_message, select_field, to_csv, to_yaml
from ros2_subset.message_types import message_class
from ros2_subset.rate import RateMeter
from ros2_subset.raw_subscription import RawSubscription

_PRESETS = ("system_default", "sensor_data", "services_default", "parameters", "parameter_events", "best_available")
_HZ_QUEUE_DEPTH = 1000
_HZ_POLL_PERIOD_S = 0.02


def _positive_int(text: str) -> int:
    value = int(text)
    if value <= 0:
        raise ValueError
    return value


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the verbs and their arguments."""
    verbs = parser.add_subparsers(metavar="verb", required=True)
    _add_list(verbs.add_parser("list", help="list topics", description="List topics."))
    _add_echo(verbs.add_parser("echo", help="show messages", description="Show the messages of a topic."))
    _add_hz(verbs.add_parser("hz", help="measure the rate", description="Measure the rate of a topic."))
    _add_info(verbs.add_parser("info", help="show publishers and subscribers", description="Show a topic's ends."))


def _add_spin_time(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--spin-time", type=float, default=3.0, metavar="S", help="longest wait for discovery, s (default: %(default)s)"
    )


def _add_list(parser: argparse.ArgumentParser) -> None:
    _add_spin_time(parser)
    parser.add_argument("-t", "--show-types", action="store_true", help="types too")
    parser.add_argument("-c", "--count-topics", action="store_true", help="only the number of topics")
    parser.add_argument("--include-hidden-topics", action="store_true", help="hidden topics too")
    parser.set_defaults(run_command=run_list)


def run_list(args: argparse.Namespace) -> int:
    """List topics."""
    with command_node(args.ros_arguments) as node:
        wait_for_graph(node, args.spin_time)
        found = topics(node, args.include_hidden_topics)
    if args.count_topics:
        print(len(found))
        return 0
    for name, types in found:
        print(f"{name} [{', '.join(types)}]" if args.show_types else name)
    return 0


def _add_info(parser: argparse.ArgumentParser) -> None:
    _add_spin_time(parser)
    parser.add_argument("topic_name", help="name of the topic")
    parser.add_argument("-v", "--verbose", action="store_true", help="each publisher and subscriber with its QoS")
    parser.set_defaults(run_command=run_info)


def run_info(args: argparse.Namespace) -> int:
    """Show the type of a topic, its publishers and its subscribers."""
    with command_node(args.ros_arguments) as node:
        name = node.resolve_topic_name(args.topic_name)
        type_name = wait_for_type(node, name, args.spin_time)
        wait_for_graph(node, args.spin_time)
        publishers = node.get_publishers_info_by_topic(name)
        subscriptions = node.get_subscriptions_info_by_topic(name)
    sections = [[f"Type: {type_name}"]]
    sections.append([f"Publisher count: {len(publishers)}", *(map(str, publishers) if args.verbose else ())])
    sections.append([f"Subscription count: {len(subscriptions)}", *(map(str, subscriptions) if args.verbose else ())])
    separator = "\n\n" if args.verbose else "\n"
    print(separator.join(line for section in sections for line in section))
    return 0


def _add_echo(parser: argparse.ArgumentParser) -> None:
    _add_spin_time(parser)
    parser.add_argument("topic_name", help="name of the topic")
    parser.add_argument("message_type", nargs="?", help="type of the messages, where the topic is not published yet")
    parser.add_argument("--qos-profile", choices=_PRESETS, help="QoS to start from")
    parser.add_argument("--qos-depth", type=_positive_int, help="queue size")
    parser.add_argument("--qos-reliability", choices=["reliable", "best_effort"], help="instead of the publishers'")
    parser.add_argument("--qos-durability", choices=["transient_local", "volatile"], help="instead of the publishers'")
    parser.add_argument("--csv", action="store_true", help="one line of comma-separated values for each message")
    parser.add_argument("--field", help="only this field, as in 'pose.position'")
    parser.add_argument("-f", "--full-length", action="store_true", help="long texts and arrays in full")
    parser.add_argument(
        "-l", "--truncate-length", type=_positive_int, default=128, help="length to shorten to (default: %(default)s)"
    )
    parser.add_argument("--no-arr", action="store_true", help="no arrays")
    parser.add_argument("--no-str", action="store_true", help="no texts")
    parser.add_argument("--flow-style", action="store_true", help="collections in one line")
    parser.add_argument("--once", action="store_true", help="only the first message")
    parser.add_argument("--timeout", type=float, metavar="S", help="stop after this many seconds")
    parser.set_defaults(run_command=run_echo)


def _echo_qos(args: argparse.Namespace, offers: list[QoSProfile]) -> QoSProfile:
    if args.qos_profile is None:
        qos = QoSProfile(depth=qos_profile_sensor_data.depth)
        qos.reliability, qos.durability = ReliabilityPolicy.BEST_EFFORT, DurabilityPolicy.VOLATILE
        if offers and all(offer.reliability == ReliabilityPolicy.RELIABLE for offer in offers):
            qos.reliability = ReliabilityPolicy.RELIABLE
        if offers and all(offer.durability == DurabilityPolicy.TRANSIENT_LOCAL for offer in offers):
            qos.durability = DurabilityPolicy.TRANSIENT_LOCAL
    else:
        qos = QoSPresetProfiles.get_from_short_key(args.qos_profile)
    if args.qos_depth is not None:
        qos.depth = args.qos_depth
    if args.qos_reliability is not None:
        qos.reliability = ReliabilityPolicy.get_from_short_key(args.qos_reliability)
    if args.qos_durability is not None:
        qos.durability = DurabilityPolicy.get_from_short_key(args.qos_durability)
    return qos


def run_echo(args: argparse.Namespace) -> int:
    """Show messages as they arrive; the exit code is 1 if ``--once`` runs into the timeout."""
    style = TextStyle(None if args.full_length else args.truncate_length, args.no_arr, args.no_str, args.flow_style)
    shown = 0

    def show(message: Any) -> None:
        nonlocal shown
        if args.once and shown:
            return
        value = message
        if args.field is not None:
            try:
                value = select_field(message, args.field)
            except ValueError as error:
                raise CommandError(f"--field: {error}") from None
        if args.csv:
            print(to_csv(value, style), flush=True)
        else:
            print(f"{to_yaml(value, style)}\n---", flush=True)
        shown += 1

    deadline = None if args.timeout is None else time.monotonic() + args.timeout
    with command_node(args.ros_arguments) as node:
        name = node.resolve_topic_name(args.topic_name)
        type_name = args.message_type or wait_for_type(node, name, args.spin_time)
        offers = [info.qos_profile for info in node.get_publishers_info_by_topic(name)]
        message_type = message_class(type_name)
        assert is_message(message_type)
        node.create_subscription(message_type, name, show, _echo_qos(args, offers))
        while is_running() and not (args.once and shown):
            if deadline is not None and time.monotonic() > deadline:
                return 1 if args.once else 0
            rclpy.spin_once(node, timeout_sec=0.1)
    return 0


def _add_hz(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("topic_name", help="name of the topic")
    parser.add_argument(
        "-w", "--window", type=_positive_int, default=10000, help="number of intervals (default: %(default)s)"
    )
    parser.add_argument("--wall-time", action="store_true", help="nothing to choose: wall time is always used here")
    parser.set_defaults(run_command=run_hz)


def run_hz(args: argparse.Namespace) -> int:
    """Show the rate every second; the times are those at which the middleware received the messages."""
    meter = RateMeter(args.window)
    with command_node(args.ros_arguments) as node:
        name = node.resolve_topic_name(args.topic_name)
        type_name = wait_for_type(node, name, None)
        qos = QoSProfile(depth=_HZ_QUEUE_DEPTH, reliability=ReliabilityPolicy.BEST_EFFORT)
        subscription = RawSubscription(node, name, type_name, qos)
        next_print = time.monotonic() + 1.0
        arrived = False
        while is_running():
            for _, info in subscription.take():
                meter.add(info["received_timestamp"])
                arrived = True
            if time.monotonic() >= next_print:
                next_print += 1.0
                rate = meter.rate()
                if arrived and rate is not None:
                    print(
                        f"average rate: {rate.rate_hz:.3f}\n\tmin: {rate.min_s:.3f}s max: {rate.max_s:.3f}s "
                        f"std dev: {rate.std_s:.5f}s window: {rate.window}",
                        flush=True,
                    )
                    arrived = False
            time.sleep(_HZ_POLL_PERIOD_S)
    return 0
