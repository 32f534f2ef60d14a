"""Messages that are filled again and again: names and arrays are made once, so that a tick only writes numbers."""

from array import array
from collections.abc import Mapping, Sequence

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from numpy.typing import ArrayLike
from sensor_msgs.msg import JointState

from exo_nodes.stamps import set_stamp

FIELDS = ("position", "velocity", "effort")


class NamedValues:
    """A JointState with fixed names."""

    def __init__(self, names: Sequence[str], fields: Sequence[str] = FIELDS) -> None:
        """Create a message that has the given fields; the others stay empty."""
        self.message = JointState(name=list(names))
        self._views = {}
        for field in fields:
            setattr(self.message, field, array("d", bytes(8 * len(names))))
            # A view of the array that the message holds, which may be a copy of the one it was given.
            self._views[field] = np.frombuffer(getattr(self.message, field))

    def fill(self, stamp_ns: int, **fields: ArrayLike) -> JointState:
        """Write stamp and fields, each of shape (names,), and return the message."""
        set_stamp(self.message.header.stamp, stamp_ns)
        for field, values in fields.items():
            self._views[field][:] = values
        return self.message


class Report:
    """A DiagnosticArray with one status and fixed keys."""

    def __init__(self, name: str, hardware_id: str, keys: Sequence[str]) -> None:
        """Create an empty report."""
        self._values = {key: KeyValue(key=key) for key in keys}
        self._status = DiagnosticStatus(name=name, hardware_id=hardware_id, values=list(self._values.values()))
        self.message = DiagnosticArray(status=[self._status])

    def fill(self, stamp_ns: int, level: bytes, summary: str, values: Mapping[str, object]) -> DiagnosticArray:
        """Write all of it and return the message; numbers are written so that they read back the same."""
        set_stamp(self.message.header.stamp, stamp_ns)
        self._status.level = level
        self._status.message = summary
        for key, value in values.items():
            self._values[key].value = str(value)
        return self.message
