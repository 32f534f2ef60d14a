"""One message of a bag, not decoded."""

from typing import NamedTuple


class BagMessage(NamedTuple):
    """A serialised message and where it was recorded."""

    topic: str
    message_type: str
    received_ns: int
    """Time of the recorder."""
    data: bytes
