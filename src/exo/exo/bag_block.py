"""Messages of a bag, not decoded."""

from typing import NamedTuple


class BagBlock(NamedTuple):
    """Serialised messages of one topic, in the order of the file; handed on together, since they are millions."""

    topic: str
    received_ns: list[int]
    """Times of the recorder, one per message."""
    messages: list[bytes]
    """Empty for a message that could not be decompressed."""


class BlockBuilder:
    """Collects the messages of the topics that are wanted."""

    def __init__(self) -> None:
        """Begin without topics."""
        self._topics: dict[str, tuple[list[int], list[bytes]]] = {}

    def topic(self, name: str) -> tuple[list[int], list[bytes]]:
        """Return the lists to which times and messages of a topic are added; they stay the same ones."""
        return self._topics.setdefault(name, ([], []))

    def take(self) -> list[BagBlock]:
        """Return what was collected and begin anew."""
        blocks = [BagBlock(name, received[:], data[:]) for name, (received, data) in self._topics.items() if data]
        for received, data in self._topics.values():
            received.clear()
            data.clear()
        return blocks
