"""The messages of an MCAP file, whole, without its end, or with damage in it."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import IO

from mcap.data_stream import ReadDataStream
from mcap.opcode import Opcode
from mcap.records import Channel, Chunk, Metadata
from mcap.stream_reader import get_chunk_data_stream

from exo import zstd_data
from exo.bag_block import BagBlock, BlockBuilder

MAGIC = b"\x89MCAP0\r\n"

LARGEST_RECORD = 1 << 28
"""Bytes; a length beyond this is damage. Recorders write chunks of about a megabyte."""

_HEADER = struct.Struct("<BQ")
"""Opcode and length of a record."""

_MESSAGE_HEADER = struct.Struct("<BQHIQQ")
"""The same and, of a message, channel, sequence number, and times of recording and of sending."""

_ENDS = {Opcode.DATA_END: 4, Opcode.FOOTER: 20}
"""Records behind which there are no messages, and their length."""

_CHUNK = re.compile(rb"\x06(.{5}\0{3}).{28}(?:\0{4}|\x03\0{3}lz4|\x04\0{3}zstd)(?=(.{8}))", re.DOTALL)
"""Begin of a chunk: opcode, length, times and check sums, compression and length of the content."""

_SEARCHED = 1 << 20
"""Bytes in which the begin of a chunk is looked for at once."""

_FLUSHED = 1024
"""Messages outside chunks that are handed on together."""


class McapReader:
    """Reads an MCAP file from its start, record by record, and says what was wrong with it.

    What lies behind damage is found again at the next chunk.
    """

    def __init__(self, path: Path, is_wanted: Callable[[str], bool]) -> None:
        """Prepare to read the topics that are wanted."""
        self._path, self._is_wanted = path, is_wanted
        self._builder = BlockBuilder()
        self._channels: dict[int, tuple[list[int], list[bytes]] | None] = {}
        self._pending = 0
        self.problems: list[str] = []
        self.metadata = ""
        """Text of metadata.yaml that the file holds, if it does."""

    def blocks(self) -> Iterator[BagBlock]:
        """Yield the messages in the order of the file; never raises because of what is in it."""
        damaged = 0
        with self._path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            error = "" if file.read(len(MAGIC)) == MAGIC else "not the begin of an MCAP file"
            begin = 0
            while True:
                if not error:
                    begin = file.tell()
                    header = file.read(_HEADER.size)
                    error = _header_error(header, size - begin)
                if error:
                    self._take_chunk(_cut_chunk(file, begin, size))
                    yield from self._builder.take()
                    found = _next_chunk(file, begin + 1)
                    self.problems.append(_loss(self._path.name, begin, found, size, error))
                    if found is None:
                        break
                    file.seek(found)
                    error = ""
                    continue
                opcode, length = _HEADER.unpack(header)
                if opcode in _ENDS:
                    break
                if opcode == Opcode.CHUNK:
                    damaged += self._take_chunk(_chunk(file.read(length)))
                    yield from self._builder.take()
                elif opcode in (Opcode.MESSAGE, Opcode.CHANNEL, Opcode.METADATA):
                    damaged += bool(self._take(header + file.read(length)))
                    self._pending += 1
                    if self._pending % _FLUSHED == 0:
                        yield from self._builder.take()
                else:
                    file.seek(length, 1)
        yield from self._builder.take()
        if damaged:
            self.problems.append(f"{self._path.name}: {damaged} chunks or records are damaged or cut short")

    def _take_chunk(self, chunk: Chunk | None) -> bool:
        """Take the records of a chunk; return whether there is something wrong with it."""
        if chunk is None:
            return True
        if not chunk.compression and len(chunk.data) < chunk.uncompressed_size:
            return self._take(chunk.data) or True  # the records before the cut are good
        try:
            stream, size = get_chunk_data_stream(chunk, validate_crc=True)
            return self._take(stream.read(size))
        # Whatever bytes without meaning make the library or a decompressor raise.
        except Exception:
            return True

    def _take(self, data: bytes) -> bool:
        """Take the records that follow each other; return whether there is something wrong with them."""
        at, end, head = 0, len(data), _MESSAGE_HEADER.size
        data += bytes(head)  # so that a short record at the end is no special case
        channels, unpack = self._channels, _MESSAGE_HEADER.unpack_from
        while at < end:
            opcode, length, channel, _, received_ns, _ = unpack(data, at)
            begin, at = at, at + _HEADER.size + length
            if at > end:
                return True
            if opcode == Opcode.MESSAGE:
                lists = channels.get(channel)
                if lists is not None and begin + head <= at and received_ns < 1 << 63:
                    lists[0].append(received_ns)
                    message = data[begin + head : at]
                    lists[1].append(zstd_data.plain_message(message) if message[:4] == zstd_data.MAGIC else message)
            elif opcode == 0 or not self._take_other(opcode, data[begin + _HEADER.size : at]):
                return True
        return at != end

    def _take_other(self, opcode: int, content: bytes) -> bool:
        """Take what is no message; return whether it could be read."""
        try:
            if opcode == Opcode.CHANNEL:
                channel = Channel.read(ReadDataStream(BytesIO(content)))
                wanted = self._is_wanted(channel.topic)
                self._channels[channel.id] = self._builder.topic(channel.topic) if wanted else None
            elif opcode == Opcode.METADATA:
                metadata = Metadata.read(ReadDataStream(BytesIO(content))).metadata
                self.metadata = metadata.get("serialized_metadata", self.metadata)
        except Exception:  # as above
            return False
        return True


def _header_error(header: bytes, left: int) -> str:
    """Return why a record cannot begin so where so many bytes are left; empty if it can."""
    if len(header) < _HEADER.size:
        return "the file has no end"
    opcode, length = _HEADER.unpack(header)
    if not 0 < opcode <= Opcode.DATA_END and opcode < 0x80:
        return f"no record has the code {opcode}"
    if length > min(left - _HEADER.size, LARGEST_RECORD) or length != _ENDS.get(opcode, length):
        return f"a record of {length} bytes"
    return ""


def _loss(name: str, begin: int, found: int | None, size: int, error: str) -> str:
    if found is not None:
        return f"{name}: bytes {begin} to {found} cannot be read ({error})"
    return f"{name}: nothing more can be read from byte {begin} on ({size - begin} bytes left; {error})"


def _chunk(content: bytes) -> Chunk | None:
    try:
        return Chunk.read(ReadDataStream(BytesIO(content)))
    except Exception:  # as above
        return None


def _cut_chunk(file: IO[bytes], begin: int, size: int) -> Chunk | None:
    """Return the chunk that begins here, which the file ends in; None if it is something else."""
    file.seek(begin)
    if file.read(1) != bytes([Opcode.CHUNK]) or size - begin > LARGEST_RECORD:
        return None
    file.seek(begin + _HEADER.size)
    return _chunk(file.read())


def _next_chunk(file: IO[bytes], begin: int) -> int | None:
    """Return where the next chunk begins from here on; None if there is none."""
    longest = 64
    while True:
        file.seek(begin)
        part = file.read(_SEARCHED)
        for found in _CHUNK.finditer(part):
            length, content = (int.from_bytes(number, "little") for number in found.groups())
            if length == found.end() - found.start() - _HEADER.size + 8 + content:
                return begin + found.start()
        if len(part) < _SEARCHED:
            return None
        begin += len(part) - longest
