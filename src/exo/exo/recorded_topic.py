"""The numbers of one recorded topic, decoded a block at a time while the recording is read."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike, NDArray

from exo.cdr_layout import ENCAPSULATION, MALFORMED, STAMP_END, Layout, is_little_endian
from exo_analysis.stamp_quality import ClockJump, without_jumps

Floats = NDArray[np.float64]
Stamps = NDArray[np.int64]

BLOCK = 4096
"""Messages that are decoded together: an hour at 100 Hz as bytes takes a gigabyte, as numbers a fifth of that."""


class RecordedTopic:
    """Messages with a header and numbers, in the order of their recording."""

    def __init__(self, layout: Layout, kept: Sequence[str], dtype: DTypeLike = np.float64) -> None:
        """Begin without messages.

        Args:
            layout: where the numbers lie in a message.
            kept: names of those to keep.
            dtype: in which they are kept.
        """
        self._layout, self._kept, self._dtype = layout, tuple(kept), dtype
        self._block: list[bytes] = []
        self._block_received = array("q")
        self._first: bytes | None = None
        self._stamps: list[Stamps] = []
        self._received: list[Stamps] = []
        self._columns: dict[str, list[Floats]] = {name: [] for name in self._kept}
        self.clock_jumps: list[ClockJump] = []
        """Which the stamps are freed from."""
        self.names: list[str] = []
        """Of the numbers, if the messages name them; those of the first message."""
        self.malformed = 0
        """Messages that were left out because they could not be read, or had other numbers than the first one."""

    def extend(self, messages: Sequence[bytes], received_ns: Sequence[int]) -> None:
        """Add serialised messages and the times at which they were recorded."""
        self._block.extend(messages)
        self._block_received.extend(received_ns)
        if len(self._block) >= BLOCK:
            self._decode_block()

    def __len__(self) -> int:
        """Return the number of messages that could be read."""
        self._decode_block()
        return sum(map(len, self._stamps))

    def __getitem__(self, name: str) -> Floats:
        """Return the numbers of that name of each message, shape (n, k)."""
        self._decode_block()
        columns = self._columns[name]
        if len(columns) > 1:  # joined once, for all who ask
            columns[:] = [np.concatenate(columns)]
        return columns[0] if columns else np.empty((0, 0), dtype=self._dtype)

    def stamps_ns(self) -> Stamps:
        """Return the times in the headers, ns, shape (n,)."""
        self._decode_block()
        stamps = np.concatenate([np.empty(0, dtype=np.int64), *self._stamps])
        return without_jumps(stamps, self.received_ns(), self.clock_jumps) if self.clock_jumps else stamps

    def received_ns(self) -> Stamps:
        """Return the times of the recorder, ns, shape (n,)."""
        self._decode_block()
        return np.concatenate([np.empty(0, dtype=np.int64), *self._received])

    def _decode_block(self) -> None:
        block, self._block = self._block, []
        received, self._block_received = np.array(self._block_received, dtype=np.int64), array("q")
        if not block:
            return
        rows = [self._read(message) for message in block] if not self._is_uniform(block) else None
        if rows is not None:
            good = [index for index, row in enumerate(rows) if row is not None]
            self.malformed += len(block) - len(good)
            if not good:
                return
            block, received = [block[index] for index in good], received[good]
            columns = zip(*(row for row in rows if row is not None), strict=True)
            arrays = {name: np.array(values) for name, values in zip(self._kept, columns, strict=True)}
            stamps = np.frombuffer(b"".join(message[ENCAPSULATION:STAMP_END] for message in block), dtype="<i4")
        else:
            table = np.frombuffer(b"".join(block), dtype=np.uint8).reshape(len(block), -1)
            spans = self._layout.spans(block[0])
            arrays = {name: np.ascontiguousarray(table[:, slice(*spans[name])]).view("<f8") for name in self._kept}
            stamps = np.ascontiguousarray(table[:, ENCAPSULATION:STAMP_END]).view("<i4").ravel()
        parts = stamps.reshape(-1, 2).astype(np.int64)
        self._stamps.append(parts[:, 0] * 1_000_000_000 + parts[:, 1])
        self._received.append(received)
        with np.errstate(over="ignore"):  # damage; infinity then says so
            for name, values in arrays.items():
                self._columns[name].append(values.astype(self._dtype))

    def _is_uniform(self, block: Sequence[bytes]) -> bool:
        """Whether the messages differ from the first one in stamp and numbers only, as a rule they do."""
        if self._first is None:
            self._first = next((message for message in block if self._set_first(message)), None)
        first = self._first
        if first is None or any(len(message) != len(first) for message in block):
            return False
        table = np.frombuffer(b"".join(block), dtype=np.uint8).reshape(len(block), -1)
        fixed = np.ones(len(first), dtype=bool)
        fixed[ENCAPSULATION:STAMP_END] = False
        spans = self._layout.spans(first)
        for begin, end in spans.values():
            fixed[begin:end] = False
        fixed[max(end for _, end in spans.values()) :] = False
        return bool((table[:, fixed] == np.frombuffer(first, dtype=np.uint8)[fixed]).all())

    def _set_first(self, message: bytes) -> bool:
        """Take the names from a message if it can be read."""
        try:
            self._layout.spans(message)
            self.names = self._layout.names(message)
        except MALFORMED:
            return False
        return is_little_endian(message)

    def _read(self, message: bytes) -> list[Floats] | None:
        """Return the kept numbers of one message in the order of the first one; None if that cannot be done."""
        if self._first is None or not is_little_endian(message):
            return None
        try:
            spans, names = self._layout.spans(message), self._layout.names(message)
            order = [names.index(name) for name in self.names]
            wanted = self._layout.spans(self._first)
            row = [np.frombuffer(message[slice(*spans[name])], dtype="<f8") for name in self._kept]
            sizes = [wanted[name][1] - wanted[name][0] for name in self._kept]
        except MALFORMED:
            return None
        if len(names) != len(self.names) or [values.nbytes for values in row] != sizes:
            return None
        return [values[order] if len(values) == len(order) and order else values for values in row]
