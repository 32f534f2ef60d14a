"""Order of messages in recordings of simulations."""

import struct
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ros2_subset.bag.message_queue import MessageQueue, QueuedMessage, SimTimeQueue
from ros2_subset.bag.message_time import SECOND_NS, leading_time_ns

STAMPS = st.integers(0, 2**31 - 1), st.integers(0, SECOND_NS - 1)


@given(*STAMPS, st.booleans())
def test_the_stamp_of_a_serialised_header(seconds: int, nanoseconds: int, little_endian: bool) -> None:
    order = "<" if little_endian else ">"
    data = bytes([0, little_endian, 0, 0]) + struct.pack(f"{order}iI", seconds, nanoseconds) + b"rest"
    assert leading_time_ns(data) == seconds * SECOND_NS + nanoseconds


@given(st.lists(st.tuples(st.integers(0, 50), st.sampled_from("abc"))), st.integers(0, 50))
def test_messages_come_out_by_time_and_in_order_of_arrival(arrivals: list[tuple[int, str]], horizon: int) -> None:
    queue = MessageQueue()
    for number, (time_ns, topic) in enumerate(arrivals):
        queue.put(time_ns, topic, str(number).encode())
    early, late = list(queue.take(horizon)), list(queue.take())
    assert all(message.time_ns < horizon for message in early)
    assert all(message.time_ns >= horizon for message in late)
    expected = sorted(enumerate(arrivals), key=lambda arrival: (arrival[1], arrival[0]))
    assert [(message.time_ns, message.topic, int(message.data)) for message in early + late] == [
        (time_ns, topic, number) for number, (time_ns, topic) in expected
    ]
    assert len(queue) == 0


def drain(queue: SimTimeQueue) -> list[QueuedMessage]:
    return list(queue.take_all())


@given(st.integers(0, 2**32), st.integers(1, 4), st.integers(1, 200))
def test_the_order_does_not_depend_on_which_topic_delivers_first(seed: int, topics: int, ticks: int) -> None:
    random = Random(seed)
    expected = [(tick * 10_000_000, f"/t{topic}") for tick in range(1, ticks + 1) for topic in range(topics)]
    queue = SimTimeQueue()
    taken: list[QueuedMessage] = []
    waiting = {f"/t{topic}": 1 for topic in range(topics)}
    while any(tick <= ticks for tick in waiting.values()):
        # A topic may be ahead of the slowest by up to 40 ticks of 10 ms, less than what the queue holds back.
        slowest = min(waiting.values())
        topic = random.choice([name for name, tick in waiting.items() if tick <= min(ticks, slowest + 40)])
        queue.put_stamped(waiting[topic] * 10_000_000, topic, b"")
        waiting[topic] += 1
        if random.random() < 0.3:
            taken.extend(queue.take_ready())
    taken.extend(drain(queue))
    assert [(message.time_ns, message.topic) for message in taken] == expected
    assert len(queue) == 0


def test_unstamped_messages_get_the_latest_clock() -> None:
    queue = SimTimeQueue()
    queue.put_stamped(None, "/latched", b"early")
    queue.set_clock(100)
    queue.put_stamped(None, "/note", b"a")
    queue.set_clock(200)
    queue.put_stamped(None, "/note", b"b")
    assert [(message.time_ns, message.data) for message in drain(queue)] == [(100, b"early"), (100, b"a"), (200, b"b")]


def test_an_unset_stamp_is_no_stamp() -> None:
    queue = SimTimeQueue()
    queue.set_clock(100)
    queue.put_stamped(0, "/state", b"")
    assert [message.time_ns for message in drain(queue)] == [100]


def test_without_a_clock_nothing_is_lost() -> None:
    queue = SimTimeQueue()
    queue.put_stamped(None, "/note", b"a")
    assert list(queue.take_ready()) == []
    assert [(message.time_ns, message.data) for message in drain(queue)] == [(0, b"a")]


def test_messages_are_held_back_for_half_a_second() -> None:
    queue = SimTimeQueue()
    queue.put_stamped(SECOND_NS, "/a", b"")
    assert list(queue.take_ready()) == []
    queue.put_stamped(SECOND_NS + SECOND_NS // 2 + 1, "/a", b"")
    assert [message.time_ns for message in queue.take_ready()] == [SECOND_NS]
