"""Reads the messages of a bag, whole or damaged, ours or of rosbag2; ROS need not be there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from exo import zstd_data
from exo.bag_block import BagBlock
from exo.bag_metadata import METADATA, BagMetadata, read_metadata
from exo.mcap_reader import McapReader
from exo.sqlite_reader import SqliteReader
from exo_control.errors import ConfigError

READERS: dict[str, type[McapReader] | type[SqliteReader]] = {".mcap": McapReader, ".db3": SqliteReader}

TakeBlock = Callable[[BagBlock], None]


@dataclass
class BagContents:
    """What was found in a bag beside its messages."""

    complete: bool = True
    """False if the recorder was killed before it closed the bag, or the bag is damaged."""
    problems: list[str] = field(default_factory=list)
    """What could not be read, in words."""
    custom_data: dict[str, str] = field(default_factory=dict)


def read_bag(path: Path, take: TakeBlock, topics: Callable[[str], bool]) -> BagContents:
    """Read a bag as far as it can be read.

    Args:
        path: folder of a bag, or its file: .mcap or .db3, or one of these with .zstd.
        take: takes messages; those of a topic come in the order of their recording.
        topics: whether a topic, by its full name, is wanted.

    Raises:
        ConfigError: there is no bag.
    """
    problems: list[str] = []
    metadata = _metadata(path, problems) if path.is_dir() else BagMetadata()
    files = bag_files(path)
    there = {_plain(file.name) for file in files}
    problems += [
        f"{name}: missing, although {METADATA} lists it" for name in metadata.files if _plain(name) not in there
    ]
    custom_data = dict(metadata.custom_data)
    for file in files:
        with zstd_data.plain_file(file, problems) as plain:
            reader = READERS[plain.suffix](plain, topics)
            for block in reader.blocks():
                take(block)
        problems += reader.problems
        about = None if custom_data else read_metadata(reader.metadata)
        custom_data = about.custom_data if about else custom_data
    return BagContents(not problems, problems, custom_data)


def bag_files(path: Path) -> list[Path]:
    """Return the files of a bag in the order of their recording.

    Raises:
        ConfigError: there are none.
    """
    if path.is_file() and Path(_plain(path.name)).suffix in READERS:
        return [path]
    for ending in READERS:
        # rosbag2 numbers the files of a bag that it splits, and compresses them on request. Where it was killed
        # while it did so, the file is still there next to a part of the compressed one.
        files = {_plain(file.name): file for file in [*path.glob(f"*{ending}.zstd"), *path.glob(f"*{ending}")]}
        if files:
            return [files[name] for name in sorted(files, key=_number)]
    raise ConfigError(f"{path}: no recording here; a trial folder holds bag/*.mcap")


def _plain(name: str) -> str:
    """Return the name of a file without its compression."""
    return name.removesuffix(zstd_data.ENDING)


def _number(name: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", Path(name).stem)][-1:]


def _metadata(bag: Path, problems: list[str]) -> BagMetadata:
    if not (bag / METADATA).is_file():
        problems.append("the recording was not closed: what was saved is used")
        return BagMetadata()
    metadata = read_metadata((bag / METADATA).read_text(encoding="utf-8", errors="replace"))
    if metadata is None:
        problems.append(f"{METADATA}: damaged; the files beside it are used")
    return metadata or BagMetadata()
