"""Where the numbers lie in serialised messages (CDR, as in bags)."""

import struct
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

Span = tuple[int, int]
"""First byte and end of float64 numbers in a message."""

MALFORMED = (struct.error, IndexError, ValueError)
"""What reading a damaged message raises here; ValueError includes a text that is not UTF-8."""


@dataclass(frozen=True)
class Layout:
    """Where the numbers of a type of message lie."""

    spans: Callable[[bytes], dict[str, Span]]
    """All numbers from the first to the last that are of interest, by name, in the order of the message."""
    names: Callable[[bytes], list[str]]
    """Names that the message gives to its numbers; empty if it gives none."""


ENCAPSULATION = 4
"""Bytes before the message itself; alignment counts from their end."""

STAMP_END = ENCAPSULATION + 8
"""End of the time of a message that begins with a header."""

_DOUBLE = 8
_LENGTH = struct.Struct("<I")

VECTOR = "vector"
"""Name of the numbers of a message that has one vector of interest."""


def is_little_endian(message: bytes) -> bool:
    """Whether a message is in the byte order of all our machines, the only one that is read here."""
    return len(message) >= STAMP_END and message[1] & 1 == 1


def stamp_ns(message: bytes) -> int:
    """Return the time of a message that begins with a header, ns."""
    seconds, nanoseconds = struct.unpack_from("<iI", message, ENCAPSULATION)
    return int(seconds) * 1_000_000_000 + int(nanoseconds)


def _align(at: int, size: int) -> int:
    return at + (ENCAPSULATION - at) % size


def _count(message: bytes, at: int) -> tuple[int, int]:
    """Return the length of the string or sequence that begins here, and where its content begins."""
    at = _align(at, 4)
    (count,) = _LENGTH.unpack_from(message, at)
    return count, at + 4


def _string_end(message: bytes, at: int) -> int:
    length, begin = _count(message, at)
    return begin + length


def strings(message: bytes, at: int, count: int) -> tuple[list[str], int]:
    """Return strings that follow each other from byte ``at`` on, and where they end."""
    texts = []
    for _ in range(count):  # without a call each: an hour of diagnostics has millions of them
        at += -at & 3
        begin = at + 4
        at = begin + _LENGTH.unpack_from(message, at)[0]
        texts.append(message[begin : at - 1].decode())  # the last byte is zero
    if at > len(message):
        raise ValueError("the message ends before its texts do")
    return texts, at


def joint_names(message: bytes) -> list[str]:
    """Return ``name`` of a sensor_msgs/JointState."""
    count, at = _count(message, _string_end(message, STAMP_END))
    return strings(message, at, count)[0]


def _joint_state_spans(message: bytes) -> dict[str, Span]:
    count, at = _count(message, _string_end(message, STAMP_END))
    for _ in range(count):
        at = _string_end(message, at)
    spans = {}
    for field in ("position", "velocity", "effort"):
        count, begin = _count(message, at)
        begin = _align(begin, _DOUBLE) if count else begin
        at = begin + _DOUBLE * count
        spans[field] = (begin, at)
    return _inside(spans, message)


def _inside(spans: dict[str, Span], message: bytes) -> dict[str, Span]:
    if any(end > len(message) for _, end in spans.values()):
        raise ValueError("the message ends before its numbers do")
    return spans


JOINT_STATE = Layout(_joint_state_spans, joint_names)
"""``position``, ``velocity`` and ``effort`` of a sensor_msgs/JointState."""


def numbers_after(strings: int, names: Sequence[str]) -> Layout:
    """Return the layout of named numbers behind strings of any length, the first of which is the header's frame.

    Those of a geometry_msgs/WrenchStamped come after one string, those of a nav_msgs/Odometry after two.
    """

    def spans(message: bytes) -> dict[str, Span]:
        at = STAMP_END
        for _ in range(strings):
            at = _string_end(message, at)
        begin = _align(at, _DOUBLE)
        return _inside({VECTOR: (begin, begin + _DOUBLE * len(names))}, message)

    return Layout(spans, lambda message: list(names))


def diagnostic_reports(message: bytes, only: Collection[bytes] | None = None) -> list[tuple[str, str, dict[str, str]]]:
    """Return name, message and values of each status of a diagnostic_msgs/DiagnosticArray.

    Args:
        message: serialised.
        only: keys of the values to return; None for all.
    """
    count, at = _count(message, _string_end(message, STAMP_END))
    reports = []
    for _ in range(count):
        (name, text, _), at = strings(message, at + 1, 3)  # behind the level, a byte
        entries, at = _count(message, at)
        if only is None:
            texts, at = strings(message, at, 2 * entries)
            values = dict(zip(texts[::2], texts[1::2], strict=True))
        else:
            values, at = _values_of(message, at, entries, only)
        reports.append((name, text, values))
    return reports


def _values_of(message: bytes, at: int, entries: int, only: Collection[bytes]) -> tuple[dict[str, str], int]:
    """Return the values of some of the keys that begin at a byte, and where the last value ends."""
    words = memoryview(message)[: len(message) & ~3].cast("I")  # lengths lie at multiples of four bytes
    word, values = (at + 3) >> 2, {}
    for _ in range(entries):
        length = words[word]
        key = message[4 * word + 4 : 4 * word + 3 + length]  # the last byte is zero
        word += 1 + ((length + 3) >> 2)
        length = words[word]
        begin, end = 4 * word + 4, 4 * word + 4 + length
        if key in only:
            values[key.decode()] = message[begin : end - 1].decode()
        word, at = word + 1 + ((length + 3) >> 2), end
    if at > len(message):
        raise ValueError("the message ends before its texts do")
    return values, at
