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


class SimTimeQueue:
    """Sorts messages by simulation time.

    Which of two topics delivers first is chance. Held back for half a second of simulation time and then sorted,
    messages come out in the same order in every run of a deterministic simulation.
    """

    HOLD_BACK_NS = SECOND_NS // 2

    def __init__(self) -> None:
        self._messages: list[QueuedMessage] = []
        self._untimed: list[tuple[str, int, bytes]] = []
        self._numbers: dict[str, int] = {}
        self._clock_ns: int | None = None
        self._latest_ns = 0

    def __len__(self) -> int:
        return len(self._messages) + len(self._untimed)

    def set_clock(self, time_ns: int) -> None:
        """Take over the simulation time from ``/clock``; messages that wait for the first one get it."""
        self._clock_ns = time_ns
        for topic, number, data in self._untimed:
            self._add(time_ns, topic, number, data)
        self._untimed.clear()

    def put(self, topic: str, data: bytes, stamp_ns: int | None) -> None:
        """Add a message; one without a stamp gets the latest time from ``/clock``."""
        number = self._numbers[topic] = self._numbers.get(topic, -1) + 1
        time_ns = stamp_ns or self._clock_ns
        if time_ns is None:
            self._untimed.append((topic, number, data))
        else:
            self._add(time_ns, topic, number, data)

    def _add(self, time_ns: int, topic: str, number: int, data: bytes) -> None:
        self._latest_ns = max(self._latest_ns, time_ns)
        self._messages.append(QueuedMessage(time_ns, topic, number, data))

    def take(self, everything: bool = False) -> Iterator[QueuedMessage]:
        """Return the messages whose turn has come, in order; everything at the end of the recording."""
        if everything:
            self.set_clock(self._clock_ns or 0)  # before the first /clock, simulation time is zero
        horizon = self._latest_ns + 1 if everything else self._latest_ns - self.HOLD_BACK_NS
        ready = sorted(message for message in self._messages if message.time_ns < horizon)
        self._messages = [message for message in self._messages if message.time_ns >= horizon]
        return iter(ready)
