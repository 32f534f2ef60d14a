"""MCAP files that survive a full disk and a killed recorder."""

import os
import struct
import tempfile
from pathlib import Path

from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.rosbag2.enums import CompressionMode
from rosbags.rosbag2.storage_mcap import McapWriter

# The shortest valid end of an MCAP file (https://mcap.dev/spec): data end, footer without summary, magic. Readers of a
# file that ends so scan it from the start.
_DATA_END = struct.pack("<BQI", 0x0F, 4, 0)
_FOOTER = struct.pack("<BQQQI", 0x02, 20, 0, 0, 0)
MINIMAL_ENDING = _DATA_END + _FOOTER + b"\x89MCAP0\r\n"

# Room for the summary and metadata.yaml: about 100 bytes for each chunk and topic, and the message definitions.
RESERVE_BYTES = 1 << 20


class CommittedFile:
    """A binary file that is written in commits and at every moment ends as a valid MCAP file.

    What a failed commit has written is taken back, so that the file is as it was after the last successful one.
    """

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR)
        self._committed = os.fstat(self._fd).st_size
        self._pending = bytearray()

    def write(self, data: bytes) -> int:
        """Add data to the next commit."""
        self._pending += data
        return len(data)

    def tell(self) -> int:
        """Return the size of the file with the next commit, without its ending."""
        return self._committed + len(self._pending)

    def commit(self, ending: bytes = MINIMAL_ENDING) -> None:
        """Write the pending data and the ending.

        Raises:
            OSError: if the disk is full or fails; nothing of it stays.
        """
        try:
            self._write_at(self._committed, bytes(self._pending) + ending)
        except OSError:
            self.rollback()
            raise
        self._committed += len(self._pending)
        self._pending.clear()

    def rollback(self) -> None:
        """Drop the pending data, and whatever a failed commit left in the file."""
        self._pending.clear()
        os.ftruncate(self._fd, self._committed)
        # The room for it was there at the last commit.
        self._write_at(self._committed, MINIMAL_ENDING)

    def close(self) -> None:
        """Commit the rest, which has an ending of its own, and close the file.

        Raises:
            OSError: if the disk is full or fails; the file ends after the last commit then.
        """
        try:
            self.commit(ending=b"")
            os.ftruncate(self._fd, self._committed)
            os.fsync(self._fd)
        finally:
            os.close(self._fd)

    def _write_at(self, offset: int, data: bytes) -> None:
        view = memoryview(data)
        while view:
            written = os.pwrite(self._fd, view, offset)
            offset += written
            view = view[written:]


class CommittedMcapWriter(McapWriter):
    """Storage of rosbags that writes each chunk in one commit."""

    def __init__(self, path: Path, compression: CompressionMode) -> None:
        super().__init__(path, compression)
        self.bio.close()
        self.file = CommittedFile(self.path)
        self.bio = self.file  # type: ignore[assignment]  # of a binary file it needs write, tell and close
        self.file.commit()
        self.lost_messages = 0
        """Messages that a failed commit has lost."""
        self.summary_error: OSError | None = None
        """Why the summary could not be written; readers must scan the file then."""
        self._committed_times = (self.message_start_time, self.message_end_time)

    def close_chunk(self) -> None:
        """Write the pending messages as a chunk.

        Raises:
            OSError: if the disk is full or fails; the messages are lost then, and no more can be written.
        """
        counts = {cid: len(messages) for cid, messages in self.chunk.msgs.items()}
        super().close_chunk()
        try:
            self.file.commit()
        except OSError:
            self.chunks.pop()
            for cid, count in counts.items():
                self.channel_stats[cid] -= count
            self.message_start_time, self.message_end_time = self._committed_times
            self.lost_messages = sum(counts.values())
            raise
        self._committed_times = (self.message_start_time, self.message_end_time)

    def close(self, version: int, metadata: str) -> None:
        """Write the summary, unless there is no room for it, and close the file."""
        try:
            super().close(version, metadata)
        except OSError as error:
            self.summary_error = error


class BagWriter(Writer):
    """Writes a bag, rosbag2 format version 9 with MCAP, that stays readable whatever happens to the recorder."""

    STORAGE_PLUGINS = {StoragePlugin.MCAP: CommittedMcapWriter}  # noqa: RUF012  (declared so there)

    def __init__(self, path: Path) -> None:
        super().__init__(path, version=9, storage_plugin=StoragePlugin.MCAP)
        self.lost_messages = 0

    def open(self) -> None:
        """Make the folder and the file, and reserve room to close them with.

        Raises:
            OSError: if that fails.
        """
        super().open()
        # The file has no name, so it goes when it is closed or the process dies.
        self._reserve = tempfile.TemporaryFile(dir=self.path)  # noqa: SIM115  (close() closes it)
        os.posix_fallocate(self._reserve.fileno(), 0, RESERVE_BYTES)

    @property
    def _mcap(self) -> CommittedMcapWriter:
        assert isinstance(self.storage, CommittedMcapWriter)
        return self.storage

    def flush(self) -> None:
        """Write the pending messages to the file; what is in the file survives the end of the process.

        Raises:
            OSError: if the disk is full or fails.
        """
        if self._mcap.chunk.msgs:
            self._mcap.close_chunk()

    def close(self) -> None:
        """Write what is pending, the summary and metadata.yaml, as far as there is room for it.

        Raises:
            OSError: if messages or the summary or metadata.yaml could not be written.
        """
        storage = self._mcap
        self._reserve.close()
        error: OSError | None = None
        try:
            self.flush()
        except OSError as failure:
            error = failure
        self.lost_messages = storage.lost_messages
        self.counts = dict(storage.channel_stats)
        self.min_timestamp, self.max_timestamp = storage.message_start_time, storage.message_end_time
        super().close()
        error = error or storage.summary_error
        if error is not None:
            raise error
