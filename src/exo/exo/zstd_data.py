"""What rosbag2 has compressed: whole files or single messages, with Zstandard."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import zstandard

ENDING = ".zstd"

MAGIC = b"\x28\xb5\x2f\xfd"
"""First bytes of what is compressed; a serialised message begins with a zero."""

_PART = 1 << 16
"""Bytes that are decompressed together, and lost where one of them is damaged."""


def plain_message(data: bytes) -> bytes:
    """Return a message as it was before its compression, if it is compressed; empty if it is damaged."""
    if not data.startswith(MAGIC):
        return data
    try:
        return zstandard.ZstdDecompressor().decompressobj().decompress(data)
    except zstandard.ZstdError:
        return b""


@contextmanager
def plain_file(path: Path, problems: list[str]) -> Iterator[Path]:
    """Give a file without its compression, if it has one; of a damaged one what is before the damage.

    Args:
        path: of the file.
        problems: to which is added what cannot be read.
    """
    if path.suffix != ENDING:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, path.stem)
        if error := _unpack(path, plain):
            problems.append(f"{path.name}: damaged ({error}): what could be decompressed before that is used")
        yield plain


def _unpack(path: Path, plain: Path) -> str:
    """Decompress a file as far as that goes; return what is wrong with it."""
    decompressor = zstandard.ZstdDecompressor()
    frame = decompressor.decompressobj()
    try:
        with path.open("rb") as packed, plain.open("wb") as unpacked:
            while part := packed.read(_PART):
                while part:
                    frame = decompressor.decompressobj() if frame.eof else frame
                    unpacked.write(frame.decompress(part))
                    part = frame.unused_data if frame.eof else b""
    except zstandard.ZstdError as error:
        return str(error)
    return "" if frame.eof else "it is cut short"
