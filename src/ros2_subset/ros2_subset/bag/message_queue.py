"""Order in which received messages go to the bag."""

from collections.abc import Iterator
from dataclasses import dataclass

from ros2_subset.bag.message_time import SECOND_NS


@dataclass(frozen=True, slots=True, order=True)
class QueuedMessage:
    """A message with its place in the bag: by time, then topic, then order on the topic."""

    time_ns: int
    topic: str
    number: int
    data: bytes


class MessageQueue:
    """Sorts messages by time, since which of two topics delivers first is chance.

    Readers of a file without summary, as a killed recorder leaves it, want messages in the order of their times.
    """

    def __init__(self) -> None:
        self._messages: list[QueuedMessage] = []
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._messages)

    def put(self, time_ns: int, topic: str, data: bytes) -> None:
        """Add a message."""
        number = self._numbers[topic] = self._numbers.get(topic, -1) + 1
        self._messages.append(QueuedMessage(time_ns, topic, number, data))

    def take(self, before_ns: int | None = None) -> Iterator[QueuedMessage]:
        """Return the messages before a time, or all, in order."""
        if before_ns is None:
            ready, self._messages = self._messages, []
        else:
            ready = [message for message in self._messages if message.time_ns < before_ns]
            self._messages = [message for message in self._messages if message.time_ns >= before_ns]
        return iter(sorted(ready))


class SimTimeQueue(MessageQueue):
    """Sorts messages by simulation time.

    Held back for half a second of simulation time, messages come out in the same order in every run of a deterministic
    simulation.
    """

    HOLD_BACK_NS = SECOND_NS // 2

    def __init__(self) -> None:
        super().__init__()
        self._untimed: list[tuple[str, bytes]] = []
        self._clock_ns: int | None = None
        self._latest_ns = 0

    def __len__(self) -> int:
        return super().__len__() + len(self._untimed)

    def set_clock(self, time_ns: int) -> None:
        """Take over the simulation time from ``/clock``; messages that wait for the first one get it."""
        self._clock_ns = time_ns
        for topic, data in self._untimed:
            self.put(time_ns, topic, data)
        self._untimed.clear()

    def put_stamped(self, stamp_ns: int | None, topic: str, data: bytes) -> None:
        """Add a message; one without a stamp gets the latest time from ``/clock``."""
        time_ns = stamp_ns or self._clock_ns
        if time_ns is None:
            self._untimed.append((topic, data))
            return
        self._latest_ns = max(self._latest_ns, time_ns)
        self.put(time_ns, topic, data)

    def take_ready(self) -> Iterator[QueuedMessage]:
        """Return the messages whose turn has come, in order."""
        return self.take(self._latest_ns - self.HOLD_BACK_NS)

    def take_all(self) -> Iterator[QueuedMessage]:
        """Return all messages in order, at the end of the recording."""
        self.set_clock(self._clock_ns or 0)  # before the first /clock, simulation time is zero
        return self.take()
