"""The messages of a sqlite3 file of rosbag2, whole, cut short, or with damage in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from exo.bag_block import BagBlock, BlockBuilder
from exo.zstd_data import plain_message

Row = tuple[int, int, int, bytes]

_FLUSHED = 4096
"""Messages that are handed on together."""

_FARTHEST = 1 << 32
"""Messages behind damage beyond which no further ones are looked for."""


class SqliteReader:
    """Reads the messages in the order of their recording, around damage, and says what was wrong with the file."""

    def __init__(self, path: Path, is_wanted: Callable[[str], bool]) -> None:
        """Prepare to read the topics that are wanted."""
        self._path, self._is_wanted = path, is_wanted
        self.problems: list[str] = []
        self.metadata = ""
        """Text of metadata.yaml that the file holds, if it does."""

    def blocks(self) -> Iterator[BagBlock]:
        """Yield the messages; never raises because of what is in the file."""
        try:
            with closing(self._open()) as database:
                yield from self._blocks(database)
        except sqlite3.Error as error:
            self.problems.append(f"{self._path.name}: damaged ({error})")

    def _open(self) -> sqlite3.Connection:
        # What a killed recorder has not yet put into the file lies beside it; to use that, SQLite writes a third one.
        log = self._path.with_name(f"{self._path.name}-wal")
        how = "mode=ro" if log.is_file() and log.stat().st_size else "immutable=1"
        database = sqlite3.connect(f"file:{quote(str(self._path.absolute()))}?{how}", uri=True)
        database.execute("PRAGMA writable_schema = ON")  # without it a file that was cut short is not opened
        return database

    def _blocks(self, database: sqlite3.Connection) -> Iterator[BagBlock]:
        with suppress(sqlite3.Error):  # older files have none
            for (text,) in database.execute("SELECT metadata FROM metadata ORDER BY id DESC LIMIT 1"):
                self.metadata = str(text)
        builder = BlockBuilder()
        topics = database.execute("SELECT id, name FROM topics").fetchall()
        lists = {key: builder.topic(name) for key, name in topics if self._is_wanted(str(name))}
        read = 0
        for _, topic, received_ns, data in self._rows(database):
            wanted = lists.get(topic)
            if wanted is None or not (isinstance(received_ns, int) and isinstance(data, bytes)):
                continue
            wanted[0].append(received_ns)
            wanted[1].append(plain_message(data))
            read += 1
            if read % _FLUSHED == 0:
                yield from builder.take()
        yield from builder.take()

    def _rows(self, database: sqlite3.Connection) -> Iterator[Row]:
        """Yield the messages by their numbers, and go on behind those that cannot be read."""
        last = 0
        while True:
            try:
                for row in _rows_after(database, last):
                    if row[0] <= last:
                        raise sqlite3.DatabaseError("messages are out of order")
                    last = row[0]
                    yield row
                return
            except sqlite3.Error as error:
                reason = str(error)
            readable = _next_readable(database, last)
            if readable is None:
                self.problems.append(f"{self._path.name}: damaged after message {last} ({reason}): the rest is lost")
                return
            self.problems.append(
                f"{self._path.name}: damaged ({reason}): messages {last + 1} to {readable} cannot be read"
            )
            last = readable


def _rows_after(database: sqlite3.Connection, number: int) -> sqlite3.Cursor:
    return database.execute("SELECT id, topic_id, timestamp, data FROM messages WHERE id > ? ORDER BY id", (number,))


def _next_readable(database: sqlite3.Connection, last: int) -> int | None:
    """Return the smallest number behind which a message can be read again; None if there is none."""

    def is_readable_after(number: int) -> bool:
        with suppress(sqlite3.Error):
            row = _rows_after(database, number).fetchone()
            return row is not None and row[0] > number
        return False

    step = 1
    while not is_readable_after(last + step):
        step *= 2
        if step > _FARTHEST:
            return None
    unreadable, readable = last + step // 2, last + step
    while readable - unreadable > 1:
        middle = (unreadable + readable) // 2
        if is_readable_after(middle):
            readable = middle
        else:
            unreadable = middle
    return readable
