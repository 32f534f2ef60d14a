"""A trial's recording as arrays, read without ROS."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rosbags.rosbag2 import Reader, ReaderError

from exo.cdr_layout import Span, diagnostic_reports, joint_names, joint_state, numbers_after
from exo.recorded_topic import RecordedTopic
from exo.safety_log import SafetyLog
from exo_control.errors import ConfigError
from exo_control.joints import by_joint_name
from exo_nodes import topics
from exo_trial.phase_mark import PhaseMark, read_mark

Floats = NDArray[np.float64]
SIDES = ("right", "left")

KNOWN = (*topics.RECORDED, *topics.RECORDED_OF_PHASES, topics.DIAGNOSTICS)
"""Topics that are read, whatever else a recording has."""

FORWARD_UP = (0, 2)
"""x and z of a vector."""


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
    topics: Mapping[str, RecordedTopic]
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

    def messages(self, topic: str) -> list[Any]:
        """Return the messages of a topic as objects."""
        return list(self.topics[topic].messages()) if topic in self.topics else []

    def _series(self, name: str, span: Span, columns: Sequence[int] | slice = slice(None)) -> Series:
        topic = self.topics.get(name)
        if topic is None:
            return Series(np.empty(0, dtype=np.int64), np.empty((0, 0)))
        # Of two messages with one stamp the later counts: np.unique finds the first of the reversed order.
        stamp_ns, last = np.unique(topic.stamps_ns()[::-1], return_index=True)
        return Series(stamp_ns, topic.numbers(span)[:, columns][::-1][last])

    @cached_property
    def applied_torque(self) -> Series:
        """(n, 2) torque of the device that acted up to a state, Nm."""
        return self._encoders("effort")

    @cached_property
    def hip_position(self) -> Series:
        """(n, 2) hip angles that the encoders show, rad."""
        return self._encoders("position")

    @cached_property
    def hip_velocity(self) -> Series:
        """(n, 2) hip velocities that the encoders show, rad/s."""
        return self._encoders("velocity")

    def _encoders(self, field: str) -> Series:
        topic = self.topics.get(topics.JOINT_STATES)
        if not topic:
            return Series(np.empty(0, dtype=np.int64), np.empty((0, 2)))
        names = joint_names(next(topic.raw()))
        order = by_joint_name(names, range(len(names))).astype(int).tolist()
        return self._series(topics.JOINT_STATES, joint_state(field), order)

    @cached_property
    def human_position(self) -> Series:
        """(n, 7) angles of pelvis and leg joints in the order of topics.HUMAN_JOINTS, rad."""
        return self._series(topics.HUMAN_JOINT_STATES, joint_state("position"))

    @cached_property
    def human_velocity(self) -> Series:
        """(n, 7) rates of those angles, rad/s."""
        return self._series(topics.HUMAN_JOINT_STATES, joint_state("velocity"))

    def ground_reaction(self, side: str) -> Series:
        """(n, 2) force on a foot, forward and up, N."""
        return self._series(topics.GROUND_REACTION[side], numbers_after(strings=1, count=3), FORWARD_UP)

    @cached_property
    def centre_of_mass(self) -> Series:
        """(n, 2) centre of mass, forward and up, m."""
        return self._series(topics.CENTRE_OF_MASS, numbers_after(strings=2, count=3), FORWARD_UP)

    @cached_property
    def activation(self) -> Series:
        """(n, 18) muscle activations in the order of exo_sim.names.MUSCLES."""
        return self._series(topics.MUSCLE_ACTIVATIONS, joint_state("position"))

    @cached_property
    def metabolic_power(self) -> Series:
        """(n, 19) metabolic power of the whole body and of each muscle, mean over the period up to a state, W."""
        return self._series(topics.METABOLIC_POWER, joint_state("position"))

    @cached_property
    def safety(self) -> SafetyLog:
        """The reports of the safety limiter."""
        return SafetyLog(self.topics.get(topics.SAFETY_STATUS, RecordedTopic("diagnostic_msgs/msg/DiagnosticArray")))

    @cached_property
    def phase_marks(self) -> list[tuple[int, PhaseMark]]:
        """Times, ns, and marks of the phases of a trial in phases; empty if it is none."""
        topic = self.topics.get(topics.TRIAL_PHASE)
        if topic is None:
            return []
        reports = (diagnostic_reports(raw) for raw in topic.raw())
        marks = [read_mark(values) for statuses in reports for _, _, values in statuses]
        return list(zip(topic.stamps_ns().tolist(), marks, strict=True))

    @cached_property
    def node_health(self) -> dict[str, dict[str, str]]:
        """The last report of each node on /diagnostics."""
        return {
            name.rpartition("/")[2]: values
            for raw in (self.topics[topics.DIAGNOSTICS].raw() if topics.DIAGNOSTICS in self.topics else ())
            for name, _, values in diagnostic_reports(raw)
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


def load_recording(bag: Path, only: Sequence[str] = KNOWN) -> Recording:
    """Read a recording.

    Args:
        bag: folder of the rosbag2 recording; one that was not closed is read as far as it goes.
        only: topics to read.

    Raises:
        ConfigError: there is no recording, or it cannot be read.
    """
    files = sorted(bag.glob("*.mcap"))
    if not files:
        raise ConfigError(f"{bag}: no recording here; a trial folder holds bag/*.mcap")
    complete = (bag / "metadata.yaml").is_file()
    try:
        return _read(bag if complete else files[0], complete, only)
    except (ReaderError, OSError, AssertionError, ValueError, TypeError) as error:
        # Besides its own error, the library runs into these when it reads bytes that mean nothing.
        raise ConfigError(f"{bag}: damaged and cannot be read: {str(error) or type(error).__name__}") from None


def _read(path: Path, complete: bool, only: Sequence[str]) -> Recording:
    recorded: dict[str, RecordedTopic] = {}
    reader = Reader(path)
    reader.open()
    try:
        by_connection: dict[int, RecordedTopic] = {}
        for connection in reader.connections:
            # Known by their ends, whatever the namespace.
            name = next((name for name in only if connection.topic.endswith("/" + name.lstrip("/"))), None)
            if name is not None:
                by_connection[connection.id] = recorded.setdefault(name, RecordedTopic(connection.msgtype))
        wanted = [connection for connection in reader.connections if connection.id in by_connection]
        for connection, _, data in reader.messages(wanted) if wanted else ():
            by_connection[connection.id].append(data)
        custom_data = dict(reader.storage.metadata.custom or {})
    finally:
        reader.close()
    return Recording(custom_data, recorded, complete)
