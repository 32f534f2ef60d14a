"""The messages of one recorded topic, kept as they were sent and decoded on demand."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rosbags.typesys import Stores, get_typestore

from exo.cdr_layout import ENCAPSULATION, STAMP_END, Span
from exo_control.errors import ConfigError

Floats = NDArray[np.float64]

TYPESTORE = get_typestore(Stores.ROS2_JAZZY)


class RecordedTopic:
    """Messages with a header, in the order of their recording.

    An hour at 100 Hz is 360 000 messages a topic: as objects those of a trial would take gigabytes and minutes.
    """

    def __init__(self, message_type: str) -> None:
        """Begin without messages."""
        self._type = message_type
        self._data = bytearray()
        self._ends = array("q", [0])

    def append(self, message: bytes) -> None:
        """Add a serialised message.

        Raises:
            ValueError: it is not in the byte order of all our machines.
        """
        if message[1] & 1 == 0:
            raise ValueError(f"{self._type} in big-endian byte order")
        self._data += message
        self._ends.append(len(self._data))

    def __len__(self) -> int:
        """Return the number of messages."""
        return len(self._ends) - 1

    def raw(self) -> Iterator[memoryview]:
        """Return the serialised messages."""
        data = memoryview(self._data)
        begin = 0
        for end in self._ends[1:]:
            yield data[begin:end]
            begin = end

    def messages(self) -> Iterator[Any]:
        """Return the messages as objects."""
        return (TYPESTORE.deserialize_cdr(bytes(raw), self._type) for raw in self.raw())

    def stamps_ns(self) -> NDArray[np.int64]:
        """Return the times in the headers, ns, shape (n,)."""
        begins = np.array(self._ends[:-1], dtype=np.int64)[:, None] + np.arange(ENCAPSULATION, STAMP_END)
        parts = np.frombuffer(self._data, dtype=np.uint8)[begins].view("<i4").astype(np.int64)
        stamps: NDArray[np.int64] = parts[:, 0] * 1_000_000_000 + parts[:, 1]
        return stamps

    def numbers(self, span: Span) -> Floats:
        """Return the numbers at a span of each message, shape (n, k).

        Raises:
            ConfigError: some messages have more numbers than others.
        """
        if not len(self):
            return np.empty((0, 0))
        first = next(self.raw())
        begin, end = span(first)
        lengths = np.diff(np.array(self._ends, dtype=np.int64))
        if (lengths == len(first)).all():
            # As a rule the messages of a topic differ in stamp and numbers only, and so have them at the same place.
            table = np.frombuffer(self._data, dtype=np.uint8).reshape(len(self), -1)
            if (table[:, STAMP_END:begin] == table[0, STAMP_END:begin]).all():
                return np.ascontiguousarray(table[:, begin:end]).view("<f8").astype(np.float64)
        spans = [(raw, *span(raw)) for raw in self.raw()]
        counts = {end - begin for _, begin, end in spans}
        if len(counts) > 1:
            raise ConfigError(f"damaged recording: some {self._type} messages of a topic have more numbers than others")
        return np.array([np.frombuffer(raw[begin:end], dtype="<f8") for raw, begin, end in spans], dtype=np.float64)
