"""Makes a long recording of a short one, without waiting for it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from mcap.data_stream import RecordBuilder
from mcap.opcode import Opcode
from mcap.records import Channel, Chunk, DataEnd, Footer, Header, Schema
from numpy.typing import NDArray
from rosbags.rosbag2 import Reader

from exo.bag_metadata import METADATA, TOP
from exo.cdr_layout import ENCAPSULATION, stamp_ns
from exo.mcap_reader import MAGIC
from exo.recorded_topic import Stamps
from exo.trial_recording import topic_without_namespace
from exo_control.errors import ConfigError
from exo_control.joints import POLICY_PERIOD_S

CHUNK_BYTES = 1 << 20

_RECORD = struct.Struct("<BQHIQQ")
"""Opcode and length of a message's record, channel, sequence number, times of recording and of sending."""

_TIMES_AT = 15
"""Where in a record the two times lie."""


@dataclass
class _Part:
    """Records of messages, and where in them times lie that move with each repetition."""

    data: NDArray[np.uint8]
    received_at: NDArray[np.intp]
    stamps_at: NDArray[np.intp]
    received_ns: Stamps
    stamps_ns: Stamps

    def moved(self, by_ns: int) -> bytes:
        """Return the records, later by a time."""
        received = self.received_ns + by_ns
        for at in (0, 8):
            _put(self.data, self.received_at + at, received)
        seconds, nanoseconds = np.divmod(self.stamps_ns + by_ns, 1_000_000_000)
        _put(self.data, self.stamps_at, seconds | nanoseconds << 32)
        return self.data.tobytes()


def _put(data: NDArray[np.uint8], at: NDArray[np.intp], values: Stamps) -> None:
    data[at[:, np.newaxis] + np.arange(8)] = values.astype("<i8").view(np.uint8).reshape(-1, 8)


def repeat_recording(source: Path, bag: Path, seconds: float) -> None:
    """Write a bag, MCAP, in which a recording follows itself until a time is over; of the topics that are analysed.

    Args:
        source: folder of a bag that was closed.
        bag: folder to be made.
        seconds: length, which the recording is repeated up to.

    Raises:
        ConfigError: the source cannot be read or is empty.
    """
    try:
        with Reader(source) as reader:
            connections = [each for each in reader.connections if topic_without_namespace(each.topic)]
            messages = list(reader.messages(connections)) if connections else []
            header = _header(connections)
        about: dict[str, Any] = yaml.safe_load((source / METADATA).read_text())[TOP]
    except Exception as error:  # as bag_reader does
        raise ConfigError(f"{source}: cannot be repeated: {error}; name a recording that was closed") from None
    if not messages:
        raise ConfigError(f"{source}: cannot be repeated: none of its topics is known")
    length_ns = messages[-1][1] - messages[0][1] + round(1e9 * POLICY_PERIOD_S)
    repetitions = max(-(-round(1e9 * seconds) // length_ns), 1)
    parts = _parts(messages)
    bag.mkdir(parents=True)
    file = bag / f"{bag.name}.mcap"
    with file.open("wb") as out:
        out.write(header)
        for repetition in range(repetitions):
            for part in parts:
                out.write(_chunk(part, repetition * length_ns))
        out.write(_ending())
    about |= {"relative_file_paths": [file.name], "files": [], "storage_identifier": "mcap"}
    about |= {"message_count": repetitions * len(messages), "duration": {"nanoseconds": repetitions * length_ns}}
    for topic in about["topics_with_message_count"]:
        topic["message_count"] *= repetitions
    (bag / METADATA).write_text(yaml.safe_dump({TOP: about}))


def _header(connections: list[Any]) -> bytes:
    builder = RecordBuilder()
    Header(profile="ros2", library="exo").write(builder)
    for each in connections:
        Schema(id=each.id, data=each.msgdef.data.encode(), encoding="ros2msg", name=each.msgtype).write(builder)
        Channel(id=each.id, topic=each.topic, message_encoding="cdr", metadata={}, schema_id=each.id).write(builder)
    return MAGIC + bytes(builder.end())


def _ending() -> bytes:
    builder = RecordBuilder()
    DataEnd(data_section_crc=0).write(builder)
    Footer(summary_start=0, summary_offset_start=0, summary_crc=0).write(builder)
    return bytes(builder.end()) + MAGIC


def _chunk(part: _Part, by_ns: int) -> bytes:
    data, first, last = part.moved(by_ns), int(part.received_ns[0]) + by_ns, int(part.received_ns[-1]) + by_ns
    builder = RecordBuilder()
    Chunk(
        compression="",
        data=data,
        message_start_time=first,
        message_end_time=last,
        uncompressed_crc=0,
        uncompressed_size=len(data),
    ).write(builder)
    return bytes(builder.end())


def _parts(messages: list[tuple[Any, int, bytes]]) -> list[_Part]:
    """Return the records of messages in chunks of about a megabyte."""
    parts, begin, size = [], 0, 0
    for index, (_, _, data) in enumerate(messages, start=1):
        size += len(data)
        if size >= CHUNK_BYTES or index == len(messages):
            parts.append(_part(messages[begin:index]))
            begin, size = index, 0
    return parts


def _part(messages: list[tuple[Any, int, bytes]]) -> _Part:
    records, at = bytearray(), []
    for connection, received_ns, data in messages:
        at.append(len(records))
        length = _RECORD.size - 9 + len(data)  # without opcode and length
        records += _RECORD.pack(Opcode.MESSAGE, length, connection.id, 0, received_ns, received_ns) + data
    begins = np.array(at, dtype=np.intp)
    return _Part(
        np.frombuffer(records, dtype=np.uint8),
        begins + _TIMES_AT,
        begins + _RECORD.size + ENCAPSULATION,
        np.array([received_ns for _, received_ns, _ in messages], dtype=np.int64),
        np.array([stamp_ns(data) for _, _, data in messages], dtype=np.int64),
    )
