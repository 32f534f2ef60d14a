"""What is in a bag."""

import time
from dataclasses import dataclass
from pathlib import Path

from rosbags.interfaces import ConnectionExtRosbag2
from rosbags.rosbag2 import Reader, ReaderError

from ros2_subset.errors import CommandError


@dataclass(frozen=True)
class BagInfo:
    """Summary of a bag."""

    files: list[Path]
    ros_distro: str
    start_ns: int
    duration_ns: int
    message_count: int
    topics: list[tuple[str, str, int, str]]
    """Name, type, number of messages and serialisation format."""
    custom_data: dict[str, str]
    damage: str | None
    """What is wrong with the bag; None if it is whole."""


def read_info(path: Path) -> BagInfo:
    """Read the summary of a bag: a folder with metadata.yaml, or a file.

    A folder without metadata.yaml, as a killed recorder leaves it, is read from its file.

    Raises:
        CommandError: if there is no bag or nothing in it can be read.
    """
    if not path.exists():
        raise CommandError(f"bag '{path}' does not exist")
    damage = None
    source = path
    if path.is_dir():
        files = sorted([*path.glob("*.mcap"), *path.glob("*.db3")])
        if not files:
            raise CommandError(f"'{path}' is not a bag: it has neither an .mcap nor a .db3 file")
        if not (path / "metadata.yaml").exists():
            damage = (
                "metadata.yaml is missing, the recording was not closed or is still running; "
                f"'{files[0].name}' can be read by itself"
            )
            source = files[0]
    else:
        files = [path]
    try:
        return _read(source, files, damage)
    except (ReaderError, OSError, AssertionError, ValueError, TypeError) as error:
        # Besides its own error, the library runs into these when it reads bytes that mean nothing.
        raise CommandError(
            f"bag '{path}' is damaged and cannot be read: {str(error) or type(error).__name__}"
        ) from None


def _read(source: Path, files: list[Path], damage: str | None) -> BagInfo:
    reader = Reader(source)
    reader.open()
    try:
        readable = sum(storage.metadata.message_count for storage in getattr(reader.storage, "storages", ()))
        if source.is_dir() and readable != reader.message_count:
            damage = f"metadata.yaml tells of {reader.message_count} messages, but the files have {readable}"
        empty = reader.message_count == 0
        return BagInfo(
            files=files,
            ros_distro=reader.ros_distro or "unknown",
            start_ns=0 if empty else reader.start_time,
            # The end that rosbags tells is exclusive.
            duration_ns=0 if empty else reader.duration - 1,
            message_count=reader.message_count,
            topics=sorted(
                (connection.topic, connection.msgtype, connection.msgcount, connection.ext.serialization_format)
                for connection in reader.connections
                if isinstance(connection.ext, ConnectionExtRosbag2)
            ),
            custom_data=dict(reader.storage.metadata.custom or {}),
            damage=damage,
        )
    finally:
        reader.close()


def format_info(info: BagInfo) -> str:
    """Return a summary in the form of ``ros2 bag info``."""
    topics = [
        f"Topic: {name} | Type: {type_name} | Count: {count} | Serialization Format: {serialization}"
        for name, type_name, count, serialization in info.topics
    ]
    custom_data = [f"{key}: {value}" for key, value in info.custom_data.items()]
    size = sum(file.stat().st_size for file in info.files)
    lines = [
        "",
        f"Files:             {_indented([file.name for file in info.files])}",
        f"Bag size:          {format_size(size)}",
        f"Storage id:        {'sqlite3' if info.files[0].suffix == '.db3' else 'mcap'}",
        f"ROS Distro:        {info.ros_distro}",
        f"Duration:          {info.duration_ns / 1e9:.9f}s",
        f"Start:             {_format_time(info.start_ns)}",
        f"End:               {_format_time(info.start_ns + info.duration_ns)}",
        f"Messages:          {info.message_count}",
        f"Topic information: {_indented(topics)}",
    ]
    if custom_data:
        lines.append(f"Custom data:       {_indented(custom_data)}")
    return "\n".join(lines) + "\n"


def _indented(items: list[str]) -> str:
    return ("\n" + " " * 19).join(items)


def _format_time(time_ns: int) -> str:
    seconds, nanoseconds = divmod(time_ns, 10**9)
    date = time.strftime("%b %e %Y %H:%M:%S", time.localtime(seconds))
    return f"{date}.{nanoseconds:09d} ({seconds}.{nanoseconds:09d})"


def format_size(size: float) -> str:
    """Return a size in bytes in words."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"
