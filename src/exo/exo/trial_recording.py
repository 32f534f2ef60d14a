"""A trial's recording as arrays, read without ROS."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exo.bag_block import BagBlock
from exo.bag_reader import read_bag
from exo.cdr_layout import JOINT_STATE, VECTOR, numbers_after
from exo.recorded_reports import RecordedReports
from exo.recorded_topic import Floats, RecordedTopic, Stamps
from exo.safety_log import SafetyLog
from exo_analysis.stamp_quality import clock_jumps
from exo_control.errors import ConfigError
from exo_control.joints import by_joint_name
from exo_nodes import topics
from exo_trial.phase_mark import PhaseMark, read_mark

SIDES = ("right", "left")

FORWARD_UP = (0, 2)
"""x and z of a vector."""


def empty_topic(name: str) -> RecordedTopic | RecordedReports:
    """Return what keeps the messages of a topic: of each only what figures are made from."""
    if name == topics.SAFETY_STATUS:
        return SafetyLog()
    if name in (topics.DIAGNOSTICS, topics.TRIAL_PHASE):
        return RecordedReports()
    if name in topics.GROUND_REACTION.values():
        return RecordedTopic(numbers_after(1, ("x", "y", "z")), [VECTOR])
    if name == topics.CENTRE_OF_MASS:
        return RecordedTopic(numbers_after(2, ("x", "y", "z")), [VECTOR])
    kept = {
        topics.JOINT_STATES: ("position", "velocity", "effort"),
        topics.JOINT_COMMANDS: ("effort",),
        topics.HUMAN_JOINT_STATES: ("position", "velocity"),
    }
    return RecordedTopic(JOINT_STATE, kept.get(name, ("position",)))


KNOWN = (*topics.RECORDED, *topics.RECORDED_OF_PHASES, topics.DIAGNOSTICS)
"""Topics that are read, whatever else a recording has."""


def topic_without_namespace(full_name: str, known: Sequence[str] = KNOWN) -> str | None:
    """Return the topic of this project that a full name, in whatever namespace, stands for."""
    return next((name for name in known if full_name.endswith("/" + name.lstrip("/"))), None)


@dataclass(frozen=True)
class Series:
    """Numbers over time."""

    stamp_ns: Stamps  # (n,)
    values: Floats  # (n, ...)

    def at(self, stamps_ns: Stamps) -> Floats:
        """Return the values at these stamps, or at the next that the series has; there must be one."""
        values: Floats = self.values[np.searchsorted(self.stamp_ns, stamps_ns)]
        return values


@dataclass(frozen=True)
class Recording:
    """The messages of a trial by topic, without the namespace."""

    custom_data: Mapping[str, str]
    topics: Mapping[str, RecordedTopic | RecordedReports]
    complete: bool
    """False if the recorder was killed before it closed the recording, or the recording is damaged."""
    problems: Sequence[str] = field(default_factory=list)
    """What could not be read, in words."""

    @property
    def is_simulated(self) -> bool:
        """Whether device and person were one simulation, not real or emulated drives."""
        return "device" not in self.custom_data

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """Launch arguments and parameter files of the trial; empty if the recording does not tell."""
        try:
            parameters: dict[str, Any] = json.loads(self.custom_data.get("parameters", "{}"))
        except json.JSONDecodeError:
            return {}
        return parameters if isinstance(parameters, dict) else {}

    def numbers(self, name: str) -> RecordedTopic | None:
        """Return a topic of numbers, if it is recorded."""
        topic = self.topics.get(name)
        return topic if isinstance(topic, RecordedTopic) and len(topic) else None

    def _series(self, name: str, field: str, columns: Sequence[int] | slice = slice(None), width: int = 0) -> Series:
        topic = self.numbers(name)
        if topic is None:
            return Series(np.empty(0, dtype=np.int64), np.empty((0, width)))
        stamps = topic.stamps_ns()
        if (np.diff(stamps) > 0).all():  # as a rule, and then nothing need be copied
            return Series(stamps, topic[field][:, columns])
        # Of two messages with one stamp the later counts: np.unique finds the first of the reversed order.
        stamp_ns, last = np.unique(stamps[::-1], return_index=True)
        return Series(stamp_ns, topic[field][len(topic) - 1 - last][:, columns])

    def _of_device(self, name: str, field: str) -> Series:
        """Return the numbers of the two hips in the order of JOINT_NAMES, shape (n, 2)."""
        topic = self.numbers(name)
        names = topic.names if topic else []
        order = by_joint_name(names, range(len(names))).astype(int).tolist() if topic else []
        return self._series(name, field, order, width=2)

    @cached_property
    def joint_position(self) -> Series:
        """(n, 2) encoder angles of the hips, rad."""
        return self._of_device(topics.JOINT_STATES, "position")

    @cached_property
    def joint_velocity(self) -> Series:
        """(n, 2) encoder velocities of the hips, rad/s."""
        return self._of_device(topics.JOINT_STATES, "velocity")

    @cached_property
    def applied_torque(self) -> Series:
        """(n, 2) torque of the device that acted up to a state, Nm."""
        return self._of_device(topics.JOINT_STATES, "effort")

    @cached_property
    def commanded_torque(self) -> Series:
        """(n, 2) torque that the policy wanted, by the stamp of the state that it answers, Nm."""
        return self._of_device(topics.JOINT_COMMANDS, "effort")

    @cached_property
    def human_position(self) -> Series:
        """(n, 7) angles of pelvis and leg joints in the order of topics.HUMAN_JOINTS, rad."""
        return self._series(topics.HUMAN_JOINT_STATES, "position")

    @cached_property
    def human_velocity(self) -> Series:
        """(n, 7) rates of those angles, rad/s."""
        return self._series(topics.HUMAN_JOINT_STATES, "velocity")

    def ground_reaction(self, side: str) -> Series:
        """(n, 2) force on a foot, forward and up, N."""
        return self._series(topics.GROUND_REACTION[side], VECTOR, FORWARD_UP, width=2)

    @cached_property
    def centre_of_mass(self) -> Series:
        """(n, 2) centre of mass, forward and up, m."""
        return self._series(topics.CENTRE_OF_MASS, VECTOR, FORWARD_UP, width=2)

    @cached_property
    def activation(self) -> Series:
        """(n, 18) muscle activations in the order of exo_sim.names.MUSCLES."""
        return self._series(topics.MUSCLE_ACTIVATIONS, "position")

    @cached_property
    def metabolic_power(self) -> Series:
        """(n, 19) metabolic power of the whole body and of each muscle, mean over the period up to a state, W."""
        return self._series(topics.METABOLIC_POWER, "position")

    @cached_property
    def safety(self) -> SafetyLog:
        """The reports of the safety limiter."""
        log = self.topics.get(topics.SAFETY_STATUS)
        return log if isinstance(log, SafetyLog) else SafetyLog()

    def reports(self, name: str) -> RecordedReports:
        """Return the reports of a topic of diagnostics; empty if it is not recorded."""
        reports = self.topics.get(name)
        return reports if isinstance(reports, RecordedReports) else RecordedReports()

    @cached_property
    def phase_marks(self) -> list[tuple[int, PhaseMark]]:
        """Times, ns, and marks of the phases of a trial in phases; empty if it is none."""
        marks = self.reports(topics.TRIAL_PHASE)
        read = [read_mark(report.values) for report in marks.reports]
        return list(zip(marks.stamps_ns().tolist(), read, strict=True))

    @cached_property
    def node_health(self) -> dict[str, dict[str, str]]:
        """The last report of each node on /diagnostics."""
        return {report.name.rpartition("/")[2]: report.values for report in self.reports(topics.DIAGNOSTICS).reports}

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
    """Read a recording; of one that was not closed, or is damaged, what can be read.

    Args:
        bag: folder of the rosbag2 recording, or its file.
        only: topics to read.

    Raises:
        ConfigError: there is no recording, or nothing of it can be read.
    """
    recorded: dict[str, RecordedTopic | RecordedReports] = {}

    def take(block: BagBlock) -> None:
        name = topic_without_namespace(block.topic)
        assert name is not None
        if name not in recorded:
            recorded[name] = empty_topic(name)
        recorded[name].extend(block.messages, block.received_ns)

    contents = read_bag(bag, take, lambda name: topic_without_namespace(name, only) is not None)
    for name, topic in recorded.items():
        if len(topic) == 0 or topic.malformed:
            contents.problems.append(
                f"{name}: {topic.malformed} messages of {len(topic) + topic.malformed} cannot be read"
            )
    _undo_clock_jumps(recorded, contents.problems)
    if not recorded and contents.problems:
        raise ConfigError(f"{bag}: damaged and cannot be read: {'; '.join(contents.problems)}")
    return Recording(contents.custom_data, recorded, contents.complete, contents.problems)


def _undo_clock_jumps(recorded: Mapping[str, RecordedTopic | RecordedReports], problems: list[str]) -> None:
    """Let time go on evenly where the clock of the device jumped, in all topics alike."""
    states = recorded.get(topics.JOINT_STATES)
    if states is None:
        return
    begin_ns = int(states.received_ns()[0]) if len(states) else 0
    jumps = clock_jumps(states.stamps_ns(), states.received_ns())
    for jump in jumps:
        at_s, by_s = 1e-9 * (jump.received_ns - begin_ns), 1e-9 * jump.by_ns
        problems.append(f"the clock jumped by {by_s:+.3f} s after {at_s:.2f} s: later stamps are moved by as much")
    for topic in recorded.values():
        topic.clock_jumps = jumps
