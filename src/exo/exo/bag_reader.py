"""Reads the messages of a bag, whole or damaged, ours or of rosbag2; ROS need not be there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from rosbags.rosbag2 import Reader

from exo.bag_message import BagMessage
from exo.mcap_recovery import McapRecovery
from exo_control.errors import ConfigError

METADATA = "metadata.yaml"
ENDINGS = (".mcap", ".db3")

TakeMessage = Callable[[BagMessage], None]


@dataclass
class BagContents:
    """What was found in a bag beside its messages."""

    complete: bool = True
    """False if the recorder was killed before it closed the bag, or the bag is damaged."""
    problems: list[str] = field(default_factory=list)
    """What could not be read, in words."""
    custom_data: dict[str, str] = field(default_factory=dict)


def read_bag(
    path: Path, begin: Callable[[], Callable[[BagMessage], None]], topics: Callable[[str], bool]
) -> BagContents:
    """Read a bag as far as it can be read.

    Args:
        path: folder of a bag, or its .mcap or .db3 file.
        begin: returns what takes each message. It is called again if reading begins anew because of damage.
        topics: whether a topic, by its full name, is wanted.

    Raises:
        ConfigError: there is no bag.
    """
    files = bag_files(path)
    contents = BagContents(complete=not path.is_dir() or (path / METADATA).is_file())
    if not contents.complete:
        contents.problems.append("the recording was not closed: what was saved is used")
    take = begin()
    try:
        for message in _with_rosbags(path if path.is_dir() and contents.complete else files, contents, topics):
            take(message)
    # Besides its own error the library raises what bytes without meaning do to Python and SQLite.
    except Exception as error:
        reason = str(error) or type(error).__name__
    else:
        return contents
    contents.complete = False
    if files[0].suffix != ".mcap":
        contents.problems.append(f"{path.name} is damaged ({reason}): what could be read before that is used")
        return contents
    contents.problems.append(f"{path.name} is damaged ({reason}): read from the start as far as that goes")
    take = begin()
    for file in files:
        recovery = McapRecovery(file)
        for message in recovery.messages():
            if topics(message.topic):
                take(message)
        contents.problems += recovery.problems
        contents.custom_data |= _custom_data(recovery.metadata.get("serialized_metadata", ""))
    if not contents.custom_data and (path / METADATA).is_file():
        contents.custom_data = _custom_data((path / METADATA).read_text(encoding="utf-8", errors="replace"))
    return contents


def bag_files(path: Path) -> list[Path]:
    """Return the files of a bag in the order of their recording.

    Raises:
        ConfigError: there are none.
    """
    if path.is_file() and path.suffix in ENDINGS:
        return [path]
    for ending in ENDINGS:
        # rosbag2 numbers the files of a bag that it splits, and compresses them on request.
        files = [*path.glob(f"*{ending}"), *path.glob(f"*{ending}.zstd")]
        if files:
            return sorted(files, key=lambda file: [int(part) for part in re.findall(r"\d+", file.stem)][-1:])
    raise ConfigError(f"{path}: no recording here; a trial folder holds bag/*.mcap")


def _with_rosbags(
    source: Path | list[Path], contents: BagContents, topics: Callable[[str], bool]
) -> Iterator[BagMessage]:
    for path in source if isinstance(source, list) else [source]:
        with Reader(path) as reader:
            custom: Any = getattr(reader.storage.metadata, "custom", None)
            contents.custom_data |= {str(key): str(value) for key, value in (custom or {}).items()}
            wanted = [connection for connection in reader.connections if topics(connection.topic)]
            if not wanted:
                continue
            for connection, received_ns, data in reader.messages(wanted):
                yield BagMessage(connection.topic, connection.msgtype, received_ns, data)


def _custom_data(metadata: str) -> dict[str, str]:
    """Return the custom data in the text of a metadata.yaml; none if it means nothing."""
    try:
        information = (yaml.safe_load(metadata) or {}).get("rosbag2_bagfile_information", {})
        return {str(key): str(value) for key, value in (information.get("custom_data") or {}).items()}
    except (yaml.YAMLError, AttributeError):
        return {}
