"""Times of recorded messages."""

import struct

SECOND_NS = 1_000_000_000

_LITTLE_ENDIAN = struct.Struct("<iI")
_BIG_ENDIAN = struct.Struct(">iI")


def leading_time_ns(data: bytes) -> int:
    """Return the time, ns, at the start of a serialised message, as in a std_msgs/Header or a rosgraph_msgs/Clock.

    The first four bytes say how the rest is encoded (OMG CDR): the lowest bit of the second is set for little endian.
    """
    layout = _LITTLE_ENDIAN if data[1] & 1 else _BIG_ENDIAN
    seconds, nanoseconds = layout.unpack_from(data, 4)
    return int(seconds) * SECOND_NS + int(nanoseconds)
