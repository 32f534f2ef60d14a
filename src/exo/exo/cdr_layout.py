"""Where the numbers lie in serialised messages (CDR, as in bags)."""

import struct
from collections.abc import Callable

Buffer = bytes | memoryview
Span = Callable[[Buffer], tuple[int, int]]
"""First byte and end of the float64 numbers in a message."""

ENCAPSULATION = 4
"""Bytes before the message itself; alignment counts from their end."""

STAMP_END = ENCAPSULATION + 8
"""End of the time of a message that begins with a header."""

_DOUBLE = 8


def _align(at: int, size: int) -> int:
    return at + (ENCAPSULATION - at) % size


def _count(message: Buffer, at: int) -> tuple[int, int]:
    """Return the length of the string or sequence that begins here, and where its content begins."""
    at = _align(at, 4)
    (count,) = struct.unpack_from("<I", message, at)
    return count, at + 4


def _string_end(message: Buffer, at: int) -> int:
    length, begin = _count(message, at)
    return begin + length


def strings(message: Buffer, at: int, count: int) -> tuple[list[str], int]:
    """Return strings that follow each other from byte ``at`` on, and where they end."""
    texts = []
    for _ in range(count):
        length, begin = _count(message, at)
        at = begin + length
        texts.append(str(message[begin : at - 1], "utf-8"))  # the last byte is zero
    return texts, at


def joint_names(message: Buffer) -> list[str]:
    """Return ``name`` of a sensor_msgs/JointState."""
    count, at = _count(message, _string_end(message, STAMP_END))
    return strings(message, at, count)[0]


def joint_state(field: str) -> Span:
    """Return the span of ``position``, ``velocity`` or ``effort`` of a sensor_msgs/JointState."""
    sequences = ("position", "velocity", "effort").index(field) + 1

    def span(message: Buffer) -> tuple[int, int]:
        count, at = _count(message, _string_end(message, STAMP_END))
        for _ in range(count):
            at = _string_end(message, at)
        begin = end = at
        for _ in range(sequences):
            count, begin = _count(message, end)
            begin = _align(begin, _DOUBLE) if count else begin
            end = begin + _DOUBLE * count
        return begin, end

    return span


def numbers_after(strings: int, count: int) -> Span:
    """Return the span of so many numbers behind strings of any length, the first of which is the header's frame.

    Those of a geometry_msgs/WrenchStamped come after one string, those of a nav_msgs/Odometry after two.
    """

    def span(message: Buffer) -> tuple[int, int]:
        at = STAMP_END
        for _ in range(strings):
            at = _string_end(message, at)
        begin = _align(at, _DOUBLE)
        return begin, begin + _DOUBLE * count

    return span


def diagnostic_reports(message: Buffer) -> list[tuple[str, str, dict[str, str]]]:
    """Return name, message and values of each status of a diagnostic_msgs/DiagnosticArray."""
    count, at = _count(message, _string_end(message, STAMP_END))
    reports = []
    for _ in range(count):
        (name, text, _), at = strings(message, at + 1, 3)  # behind the level, a byte
        entries, at = _count(message, at)
        texts, at = strings(message, at, 2 * entries)
        reports.append((name, text, dict(zip(texts[::2], texts[1::2], strict=True))))
    return reports
