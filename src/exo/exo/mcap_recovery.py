"""The messages of an MCAP file without a readable end or with damage in it, as far as they can be read."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO

from mcap.data_stream import ReadDataStream
from mcap.opcode import Opcode
from mcap.records import Channel, Chunk, McapRecord, Message, Metadata, Schema
from mcap.stream_reader import StreamReader, get_chunk_data_stream

from exo.bag_message import BagMessage

RECORD_HEADER = 9
"""Bytes before the content of a record: opcode and length."""

LARGEST_RECORD = 1 << 28
"""Bytes; a length beyond this is damage. Recorders write chunks of about a megabyte."""


class McapRecovery:
    """Reads an MCAP file from its start, record by record, and says what was wrong with it."""

    def __init__(self, path: Path) -> None:
        """Prepare to read a file."""
        self._path = path
        self._schemas: dict[int, Schema] = {}
        self._channels: dict[int, Channel] = {}
        self.problems: list[str] = []
        self.metadata: dict[str, str] = {}
        """What the file says about itself beside its messages."""

    def messages(self) -> Iterator[BagMessage]:
        """Yield the messages in the order of the file; never raises because of what is in it."""
        damaged = 0
        with self._path.open("rb") as file:
            outer = _Records(file, skip_magic=False)
            for record in outer:
                if not isinstance(record, Chunk):
                    yield from self._take(record)
                    continue
                inner = _Records(*_content(record))
                for part in inner:
                    yield from self._take(part)
                damaged += bool(inner.error)
            if outer.error:
                if cut := _cut_chunk(file, outer.last_begin):
                    for part in _Records(*_content(cut)):
                        yield from self._take(part)
                left = self._path.stat().st_size - outer.last_begin
                self.problems.append(
                    f"{self._path.name}: nothing more can be read from byte {outer.last_begin} on "
                    f"({left} bytes left; {outer.error})"
                )
        if damaged:
            self.problems.append(f"{self._path.name}: {damaged} chunks are damaged or cut short")

    def _take(self, record: McapRecord) -> Iterator[BagMessage]:
        if isinstance(record, Schema):
            self._schemas[record.id] = record
        elif isinstance(record, Channel):
            self._channels[record.id] = record
        elif isinstance(record, Metadata):
            self.metadata.update(record.metadata)
        elif isinstance(record, Message) and (channel := self._channels.get(record.channel_id)):
            schema = self._schemas.get(channel.schema_id)
            yield BagMessage(channel.topic, schema.name if schema else "", record.log_time, record.data)


class _Records:
    """Iterates over records up to the end or the first that cannot be read."""

    def __init__(self, file: IO[bytes], error: str = "", skip_magic: bool = True) -> None:
        self._file, self.error, self._nested = file, error, skip_magic
        self.last_begin = 0

    def __iter__(self) -> Iterator[McapRecord]:
        reader = StreamReader(self._file, skip_magic=self._nested, emit_chunks=True, record_size_limit=LARGEST_RECORD)
        records = iter(reader.records)
        size = self._file.seek(0, 2)
        self._file.seek(0)
        while True:
            self.last_begin = self._file.tell()
            if self._nested and self.last_begin == size:  # a chunk has no footer
                return
            try:
                record = next(records)
            except StopIteration:
                return
            # Whatever bytes without meaning make the library or a decompressor raise.
            except Exception as error:
                self.error = self.error or str(error) or type(error).__name__
                return
            yield record


def _cut_chunk(file: IO[bytes], begin: int) -> Chunk | None:
    """Return the chunk that begins here, which the file ends in; None if it is something else."""
    left = file.seek(0, 2) - begin
    file.seek(begin)
    if file.read(1) != bytes([Opcode.CHUNK]) or left > LARGEST_RECORD:
        return None
    file.seek(begin + RECORD_HEADER)
    try:
        return Chunk.read(ReadDataStream(file))
    except Exception:  # as above
        return None


def _content(chunk: Chunk) -> tuple[IO[bytes], str]:
    """Return the records of a chunk, and what is wrong with it."""
    if not chunk.compression and len(chunk.data) < chunk.uncompressed_size:
        return BytesIO(chunk.data), "cut short"  # the records before the cut are good
    try:
        stream, size = get_chunk_data_stream(chunk, validate_crc=True)
        return BytesIO(stream.read(size)), ""
    except Exception as error:  # as above
        return BytesIO(), str(error) or type(error).__name__
