"""MCAP files that are written in commits."""

import errno
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcap.reader import make_reader
from rosbags.interfaces import Connection
from rosbags.rosbag2 import Reader
from rosbags.typesys import Stores, get_typestore

from ros2_subset.bag.mcap_file import MINIMAL_ENDING, BagWriter, CommittedFile

STRING = "std_msgs/msg/String"
TYPESTORE = get_typestore(Stores.ROS2_JAZZY)
real_pwrite = os.pwrite


def text(value: str) -> memoryview:
    return TYPESTORE.serialize_cdr(TYPESTORE.types[STRING](value), STRING)


class Disk:
    """Takes a given number of bytes and is full then."""

    def __init__(self, size: int) -> None:
        self.size = size

    def pwrite(self, fd: int, data: bytes, offset: int) -> int:
        room = self.size - offset
        if room <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real_pwrite(fd, bytes(data)[:room], offset)


@given(st.lists(st.tuples(st.binary(max_size=60), st.booleans()), max_size=12), st.integers(0, 300))
def test_the_file_is_what_was_committed_whatever_fails(steps: list[tuple[bytes, bool]], room: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder, "file")
        path.write_bytes(b"start")
        file = CommittedFile(path)
        file.commit()
        disk = Disk(path.stat().st_size + room)
        patch.setattr(os, "pwrite", disk.pwrite)
        committed, pending = b"start", b""
        for data, commit in steps:
            file.write(data)
            pending += data
            assert file.tell() == len(committed + pending)
            if commit:
                fits = len(committed + pending + MINIMAL_ENDING) <= disk.size
                try:
                    file.commit()
                    assert fits
                    committed += pending
                except OSError as error:
                    assert not fits
                    assert error.errno == errno.ENOSPC
                pending = b""
            assert path.read_bytes() == committed + MINIMAL_ENDING
        file.rollback()
        file.close()
        assert path.read_bytes() == committed


@pytest.fixture
def writer(tmp_path: Path) -> BagWriter:
    writer = BagWriter(tmp_path / "bag")
    writer.open()
    return writer


@pytest.fixture
def connection(writer: BagWriter) -> Connection:
    return writer.add_connection("/a", STRING, typestore=TYPESTORE)


def read(path: Path) -> list[int]:
    with Reader(path) as reader:
        return [time_ns for _, time_ns, _ in reader.messages()]


def test_the_file_is_whole_after_each_flush(writer: BagWriter, connection: Connection, tmp_path: Path) -> None:
    file = tmp_path / "bag" / "bag.mcap"
    for number in range(1, 4):
        writer.write(connection, number, text("x"))
        writer.flush()
        assert read(file) == [*range(1, number + 1)]
        with file.open("rb") as stream:
            assert [message.log_time for *_, message in make_reader(stream).iter_messages()] == [*range(1, number + 1)]
    writer.close()
    assert read(tmp_path / "bag") == [1, 2, 3]


def test_a_full_disk_keeps_what_was_flushed(
    writer: BagWriter, connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "bag" / "bag.mcap"
    writer.write(connection, 5, text("kept"))
    writer.flush()
    # The second chunk does not fit, the summary does.
    monkeypatch.setattr(os, "pwrite", Disk(file.stat().st_size + 4000).pwrite)
    writer.write(connection, 6, text("y" * 5000))
    writer.write(connection, 7, text("lost too"))
    with pytest.raises(OSError, match="No space left"):
        writer.close()
    assert writer.lost_messages == 2
    assert read(tmp_path / "bag") == [5]
    with Reader(tmp_path / "bag") as reader:
        assert (reader.message_count, reader.start_time, reader.end_time) == (1, 5, 6)
    with file.open("rb") as stream:
        summary = make_reader(stream).get_summary()
        assert summary is not None
        assert summary.statistics is not None
        assert (summary.statistics.message_count, summary.statistics.chunk_count) == (1, 1)


def test_without_room_for_the_summary_the_file_is_still_readable(
    writer: BagWriter, connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "bag" / "bag.mcap"
    writer.write(connection, 5, text("kept"))
    writer.flush()
    monkeypatch.setattr(os, "pwrite", Disk(file.stat().st_size).pwrite)
    with pytest.raises(OSError, match="No space left"):
        writer.close()
    assert read(file) == [5]
    assert read(tmp_path / "bag") == [5]


def test_the_reserve_goes_with_the_recording(writer: BagWriter, tmp_path: Path) -> None:
    assert [path.name for path in (tmp_path / "bag").iterdir()] == ["bag.mcap"]
    writer.close()
    assert sorted(path.name for path in (tmp_path / "bag").iterdir()) == ["bag.mcap", "metadata.yaml"]
