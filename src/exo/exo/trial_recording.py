"""A trial's recording as arrays, read without ROS."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rosbags.rosbag2 import Reader, ReaderError
from rosbags.typesys import Stores, get_typestore

from exo_control.errors import ConfigError
from exo_control.joints import by_joint_name
from exo_nodes import topics

Floats = NDArray[np.float64]
SIDES = ("right", "left")


@dataclass(frozen=True)
class Series:
    """Numbers over time."""

    stamp_ns: NDArray[np.int64]  # (n,)
    values: Floats  # (n, ...)

    def at(self, stamps_ns: NDArray[np.int64]) -> Floats:
        """Return the values at these stamps, or at the next that the series has; there must be one."""
        values: Floats = self.values[np.searchsorted(self.stamp_ns, stamps_ns)]
        return values


@dataclass(frozen=True)
class Recording:
    """The messages of a trial by topic, without the namespace."""

    custom_data: Mapping[str, str]
    messages: Mapping[str, list[Any]]
    complete: bool
    """False if the recorder was killed before it closed the recording."""

    @property
    def is_simulated(self) -> bool:
        """Whether device and person were one simulation, not real or emulated drives."""
        return "device" not in self.custom_data

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """Launch arguments and parameter files of the trial; empty if the recording does not tell."""
        parameters: dict[str, Any] = json.loads(self.custom_data.get("parameters", "{}"))
        return parameters

    def _series(self, topic: str, read: Callable[[Any], Any]) -> Series:
        messages = self.messages.get(topic, [])
        stamps = [message.header.stamp.sec * 1_000_000_000 + message.header.stamp.nanosec for message in messages]
        values = np.array([read(message) for message in messages], dtype=np.float64)
        # Of two messages with one stamp the later counts: np.unique finds the first of the reversed order.
        stamp_ns, last = np.unique(np.array(stamps, dtype=np.int64)[::-1], return_index=True)
        return Series(stamp_ns, values[::-1][last])

    @cached_property
    def applied_torque(self) -> Series:
        """(n, 2) torque of the device that acted up to a state, Nm."""
        return self._series(topics.JOINT_STATES, lambda m: by_joint_name(m.name, m.effort))

    @cached_property
    def human_position(self) -> Series:
        """(n, 7) angles of pelvis and leg joints in the order of topics.HUMAN_JOINTS, rad."""
        return self._series(topics.HUMAN_JOINT_STATES, lambda m: m.position)

    @cached_property
    def human_velocity(self) -> Series:
        """(n, 7) rates of those angles, rad/s."""
        return self._series(topics.HUMAN_JOINT_STATES, lambda m: m.velocity)

    def ground_reaction(self, side: str) -> Series:
        """(n, 2) force on a foot, forward and up, N."""
        return self._series(topics.GROUND_REACTION[side], lambda m: (m.wrench.force.x, m.wrench.force.z))

    @cached_property
    def centre_of_mass(self) -> Series:
        """(n, 2) centre of mass, forward and up, m."""
        return self._series(topics.CENTRE_OF_MASS, lambda m: (m.pose.pose.position.x, m.pose.pose.position.z))

    @cached_property
    def activation(self) -> Series:
        """(n, 18) muscle activations in the order of exo_sim.names.MUSCLES."""
        return self._series(topics.MUSCLE_ACTIVATIONS, lambda m: m.position)

    @cached_property
    def metabolic_power(self) -> Series:
        """(n, 19) metabolic power of the whole body and of each muscle, mean over the period up to a state, W."""
        return self._series(topics.METABOLIC_POWER, lambda m: m.position)

    @cached_property
    def safety_status(self) -> list[dict[str, str]]:
        """The reports of the safety limiter, with the message under the key ``message``."""
        return [
            {**{value.key: value.value for value in status.values}, "message": status.message}
            for message in self.messages.get(topics.SAFETY_STATUS, [])
            for status in message.status
        ]

    @cached_property
    def node_health(self) -> dict[str, dict[str, str]]:
        """The last report of each node on /diagnostics."""
        return {
            status.name.rpartition("/")[2]: {value.key: value.value for value in status.values}
            for message in self.messages.get(topics.DIAGNOSTICS, [])
            for status in message.status
        }

    @cached_property
    def stamps_ns(self) -> NDArray[np.int64]:
        """Stamps of the states of the person that are recorded whole, while the device was at work; shape (n,)."""
        series = [self.human_position, self.centre_of_mass, self.activation, self.metabolic_power]
        series += [self.ground_reaction(side) for side in SIDES]
        common = series[0].stamp_ns
        for other in series[1:]:
            common = np.intersect1d(common, other.stamp_ns)
        device = self.applied_torque.stamp_ns
        if self.is_simulated:
            return np.intersect1d(common, device)
        # Emulated drives and the person who wears them are two processes, which do not tick together.
        return common[(common >= device[0]) & (common <= device[-1])] if len(device) else common[:0]


def load_recording(bag: Path) -> Recording:
    """Read a recording.

    Args:
        bag: folder of the rosbag2 recording; one that was not closed is read as far as it goes.

    Raises:
        ConfigError: there is no recording, or it cannot be read.
    """
    files = sorted(bag.glob("*.mcap"))
    if not files:
        raise ConfigError(f"{bag}: no recording here; a trial folder holds bag/*.mcap")
    complete = (bag / "metadata.yaml").is_file()
    try:
        return _read(bag if complete else files[0], complete)
    except (ReaderError, OSError, AssertionError, ValueError, TypeError) as error:
        # Besides its own error, the library runs into these when it reads bytes that mean nothing.
        raise ConfigError(f"{bag}: damaged and cannot be read: {str(error) or type(error).__name__}") from None


def _read(path: Path, complete: bool) -> Recording:
    typestore = get_typestore(Stores.ROS2_JAZZY)
    known = (*topics.RECORDED, topics.DIAGNOSTICS.lstrip("/"))
    messages: dict[str, list[Any]] = {}
    reader = Reader(path)
    reader.open()
    try:
        for connection, _, data in reader.messages():
            # Known by their ends, whatever the namespace.
            topic = next((name for name in known if connection.topic.endswith("/" + name)), None)
            if topic is not None:
                name = topics.DIAGNOSTICS if topic not in topics.RECORDED else topic
                messages.setdefault(name, []).append(typestore.deserialize_cdr(data, connection.msgtype))
        custom_data = dict(reader.storage.metadata.custom or {})
    finally:
        reader.close()
    return Recording(custom_data, messages, complete)
