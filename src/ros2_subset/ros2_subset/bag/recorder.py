"""Recording topics to a bag."""

import re
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rosbags.interfaces import Connection
from rosbags.typesys import Stores, get_typestore

from ros2_subset.bag.mcap_file import BagWriter
from ros2_subset.bag.message_queue import MessageQueue, QueuedMessage, SimTimeQueue
from ros2_subset.bag.message_time import SECOND_NS, leading_time_ns
from ros2_subset.bag.qos import QUEUE_DEPTH, adapt_to_publishers, is_compatible, to_bag
from ros2_subset.message_types import message_class
from ros2_subset.raw_subscription import RawSubscription

CLOCK_TOPIC = "/clock"

# Messages queue up in the middleware with the time of their arrival, so a slow poll costs nothing but delay.
POLL_PERIOD_S = 0.02
FLUSH_PERIOD_S = 1.0
# After the signal to stop, messages that are on their way still count.
DRAIN_PERIOD_S = 0.1
# Between the time of arrival and the moment from which a message can be taken.
ARRIVAL_MARGIN_NS = 10_000_000


@dataclass(frozen=True)
class TopicFilter:
    """Which topics to record."""

    topics: frozenset[str] = frozenset()
    """Full names."""
    all_topics: bool = False
    regex: str = ""
    exclude_regex: str = ""
    include_hidden: bool = False

    def matches(self, topic: str) -> bool:
        """Return whether to record a topic."""
        if topic in self.topics:
            return True
        hidden = any(part.startswith("_") for part in topic.split("/"))
        if hidden and not self.include_hidden:
            return False
        if self.exclude_regex and re.search(self.exclude_regex, topic):
            return False
        return self.all_topics or bool(self.regex and re.search(self.regex, topic))

    @property
    def is_open_ended(self) -> bool:
        """Whether topics may come up that are not known by name."""
        return self.all_topics or bool(self.regex)


@dataclass
class RecordedTopic:
    """A topic that is being recorded."""

    name: str
    type_name: str
    subscription: RawSubscription
    request: QoSProfile
    offers: list[QoSProfile]
    starts_with_header: bool
    connection: Connection | None = None
    warned: bool = False


class Recorder:
    """Records topics to a bag until told to stop.

    With ``use_sim_time`` the time of a message is its header stamp, or else the latest ``/clock``, and messages are
    written in the order of these times; otherwise it is the time of arrival in the middleware.
    """

    def __init__(
        self,
        node: Node,
        path: Path,
        topic_filter: TopicFilter,
        *,
        use_sim_time: bool = False,
        custom_data: Mapping[str, str] | None = None,
        qos_overrides: Mapping[str, QoSProfile] | None = None,
        polling_interval_s: float = 0.1,
        discover: bool = True,
    ) -> None:
        self._node = node
        self._logger = node.get_logger()
        self._filter = topic_filter
        self._overrides = qos_overrides or {}
        self._polling_interval_s = polling_interval_s
        self._discover = discover
        self._typestore = get_typestore(Stores.ROS2_JAZZY)
        self._topics: dict[str, RecordedTopic] = {}
        self._refused: set[str] = set()
        self._queue = SimTimeQueue() if use_sim_time else MessageQueue()
        self._chunk_second: int | None = None
        self._clock: RawSubscription | None = None
        self._all_found = False
        self._writer = BagWriter(path)
        for key, value in (custom_data or {}).items():
            self._writer.set_custom_data(key, value)

    def record(self, should_stop: Callable[[], bool]) -> None:
        """Record until ``should_stop`` returns true, then close the bag.

        Raises:
            OSError: if the disk is full or fails; what was written before stays readable.
        """
        self._writer.open()
        try:
            self._record_until(should_stop)
            self._write(self._queue.take_all() if isinstance(self._queue, SimTimeQueue) else self._queue.take())
            for topic in sorted(self._topics.values(), key=lambda topic: topic.name):
                self._connect(topic)
        except BaseException:
            with suppress(OSError):  # the first error is the one to report
                self._writer.close()
            raise
        self._writer.close()

    @property
    def message_count(self) -> int:
        """Messages in the bag so far."""
        return sum(self._writer.counts.values())

    @property
    def lost_messages(self) -> int:
        """Messages lost because they could not be written."""
        return self._writer.lost_messages + len(self._queue)

    def _record_until(self, should_stop: Callable[[], bool]) -> None:
        if isinstance(self._queue, SimTimeQueue):
            # Deep, since a fast simulation can publish thousands of times between two polls.
            qos = QoSProfile(depth=QUEUE_DEPTH, reliability=ReliabilityPolicy.BEST_EFFORT)
            self._clock = RawSubscription(self._node, CLOCK_TOPIC, "rosgraph_msgs/msg/Clock", qos)
        self._logger.info("Listening for topics...")
        self._look_for_topics()
        self._logger.info("Recording...")
        now = time.monotonic()
        next_look, next_flush = now + self._polling_interval_s, now + FLUSH_PERIOD_S
        while not should_stop():
            self._take_all()
            now = time.monotonic()
            if now >= next_look and self._discover and not self._all_found:
                self._look_for_topics()
                next_look = now + self._polling_interval_s
            if now >= next_flush and self._clock is None:
                self._writer.flush()
                next_flush = now + FLUSH_PERIOD_S
            time.sleep(POLL_PERIOD_S)
        # Publishers may go on, so an empty queue is nothing to wait for.
        deadline = time.monotonic() + DRAIN_PERIOD_S
        while time.monotonic() < deadline:
            self._take_all()
            time.sleep(POLL_PERIOD_S)
        self._take_all()
        self._logger.info("Recording stopped")

    def _look_for_topics(self) -> None:
        for name, types in sorted(self._node.get_topic_names_and_types()):
            if not self._filter.matches(name):
                continue
            # Our own subscription makes the topic known too; the publishers decide how to subscribe.
            publishers = self._node.get_publishers_info_by_topic(name)
            if name in self._topics:
                self._warn_of_incompatible(self._topics[name], [info.qos_profile for info in publishers])
            elif publishers and name not in self._refused:
                self._subscribe(name, types, [info.qos_profile for info in publishers])
        if not self._filter.is_open_ended and set(self._topics) >= self._filter.topics:
            self._all_found = True
            self._logger.info("All requested topics are subscribed. Stopping discovery...")

    def _subscribe(self, name: str, types: list[str], offers: list[QoSProfile]) -> None:
        if len(types) > 1 or types[0] not in self._typestore.types:
            self._refused.add(name)
            reason = "it has several types" if len(types) > 1 else "its type is unknown here"
            self._logger.warning(f"Topic '{name}' is not recorded: {reason} ({', '.join(types)})")
            return
        request = self._overrides.get(name) or adapt_to_publishers(offers)
        fields = list(message_class(types[0]).get_fields_and_field_types().values())
        self._topics[name] = RecordedTopic(
            name,
            types[0],
            RawSubscription(self._node, name, types[0], request),
            request,
            offers,
            starts_with_header=bool(fields) and fields[0] == "std_msgs/Header",
        )
        self._logger.info(f"Subscribed to topic '{name}'")

    def _warn_of_incompatible(self, topic: RecordedTopic, offers: list[QoSProfile]) -> None:
        if topic.warned or all(is_compatible(topic.request, offer) for offer in offers):
            return
        topic.warned = True
        self._logger.warning(
            f"A new publisher for subscribed topic {topic.name} was found offering a lower quality of service than "
            "requested; its messages are not recorded. Use --qos-profile-overrides-path to request less."
        )

    def _take_all(self) -> int:
        """Take what has arrived from the middleware; return the number of messages."""
        count = 0
        started_ns = time.time_ns()
        if isinstance(self._queue, SimTimeQueue) and self._clock is not None:
            for data, _ in self._clock.take():
                self._queue.set_clock(leading_time_ns(data))
        for topic in self._topics.values():
            for data, info in topic.subscription.take():
                self._receive(topic, data, info)
                count += 1
        if isinstance(self._queue, SimTimeQueue):
            self._write(self._queue.take_ready())
        else:
            # What arrived before we began to take has been taken.
            self._write(self._queue.take(before_ns=started_ns - ARRIVAL_MARGIN_NS))
        return count

    def _receive(self, topic: RecordedTopic, data: bytes, info: Mapping[str, Any]) -> None:
        if isinstance(self._queue, SimTimeQueue):
            stamped = topic.starts_with_header or topic.name == CLOCK_TOPIC
            self._queue.put_stamped(leading_time_ns(data) if stamped else None, topic.name, data)
        else:
            self._queue.put(info["received_timestamp"] or time.time_ns(), topic.name, data)

    def _write(self, messages: Iterable[QueuedMessage]) -> None:
        for message in messages:
            # In simulation time a chunk for each second of it, so that the file is the same in every run.
            if self._clock is not None and message.time_ns // SECOND_NS != self._chunk_second:
                self._writer.flush()
                self._chunk_second = message.time_ns // SECOND_NS
            self._writer.write(self._connect(self._topics[message.topic]), message.time_ns, message.data)

    def _connect(self, topic: RecordedTopic) -> Connection:
        if topic.connection is None:
            topic.connection = self._writer.add_connection(
                topic.name,
                topic.type_name,
                typestore=self._typestore,
                offered_qos_profiles=[to_bag(offer) for offer in topic.offers],
            )
        return topic.connection


def free_space(path: Path) -> str:
    """Return the free space of the file system of a path, in words."""
    return f"{shutil.disk_usage(path).free / 2**20:.1f} MiB free"
