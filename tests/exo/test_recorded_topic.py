"""Numbers from serialised messages, against the library that reads them as objects."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exo.cdr_layout import diagnostic_reports, joint_names, joint_state, numbers_after
from exo.recorded_topic import TYPESTORE, RecordedTopic
from exo_control.errors import ConfigError

TYPES = TYPESTORE.types
NAMES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9), max_size=5)
FLOATS = st.lists(st.floats(allow_nan=False), max_size=5)
FRAMES = st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=9)


def header(frame: str = "world", time_ns: int = 7_000_000_011) -> object:
    stamp = TYPES["builtin_interfaces/msg/Time"](*divmod(time_ns, 1_000_000_000))
    return TYPES["std_msgs/msg/Header"](stamp, frame)


def topic(message_type: str, messages: list[object]) -> RecordedTopic:
    recorded = RecordedTopic(message_type)
    for message in messages:
        recorded.append(bytes(TYPESTORE.serialize_cdr(message, message_type)))
    return recorded


def state(names: list[str], *fields: list[float], frame: str = "world", time_ns: int = 0) -> object:
    arrays = (np.array(field, dtype=np.float64) for field in fields)
    return TYPES["sensor_msgs/msg/JointState"](header(frame, time_ns), names, *arrays)


@given(NAMES, FLOATS, FLOATS, FLOATS, FRAMES)
def test_joint_states_read_as_the_library_reads_them(
    names: list[str], position: list[float], velocity: list[float], effort: list[float], frame: str
) -> None:
    message = state(names, position, velocity, effort, frame=frame)
    recorded = topic("sensor_msgs/msg/JointState", [message, message])
    for field, values in (("position", position), ("velocity", velocity), ("effort", effort)):
        assert recorded.numbers(joint_state(field)).tolist() == [values, values]
    assert joint_names(next(recorded.raw())) == names
    assert [list(each.effort) for each in recorded.messages()] == [effort, effort]


@given(FRAMES, FRAMES, st.lists(st.floats(allow_nan=False), min_size=3, max_size=3))
def test_vectors_behind_strings(frame: str, child: str, numbers: list[float]) -> None:
    vector = TYPES["geometry_msgs/msg/Vector3"](*numbers)
    zero = TYPES["geometry_msgs/msg/Vector3"](0.0, 0.0, 0.0)
    wrench = TYPES["geometry_msgs/msg/WrenchStamped"](header(frame), TYPES["geometry_msgs/msg/Wrench"](vector, zero))
    recorded = topic("geometry_msgs/msg/WrenchStamped", [wrench])
    assert recorded.numbers(numbers_after(strings=1, count=3)).tolist() == [numbers]

    pose = TYPES["geometry_msgs/msg/Pose"](
        TYPES["geometry_msgs/msg/Point"](*numbers), TYPES["geometry_msgs/msg/Quaternion"](0.0, 0.0, 0.0, 1.0)
    )
    none = np.zeros(36)
    twist = TYPES["geometry_msgs/msg/TwistWithCovariance"](TYPES["geometry_msgs/msg/Twist"](zero, zero), none)
    odometry = TYPES["nav_msgs/msg/Odometry"](
        header(frame), child, TYPES["geometry_msgs/msg/PoseWithCovariance"](pose, none), twist
    )
    recorded = topic("nav_msgs/msg/Odometry", [odometry])
    assert recorded.numbers(numbers_after(strings=2, count=3)).tolist() == [numbers]


@given(st.lists(st.tuples(FRAMES, FRAMES, st.dictionaries(FRAMES, FRAMES, max_size=4)), max_size=3))
def test_diagnostics_read_as_they_were_written(reports: list[tuple[str, str, dict[str, str]]]) -> None:
    def status(name: str, text: str, values: dict[str, str]) -> object:
        pairs = [TYPES["diagnostic_msgs/msg/KeyValue"](*pair) for pair in values.items()]
        return TYPES["diagnostic_msgs/msg/DiagnosticStatus"](1, name, text, "device", pairs)

    message = TYPES["diagnostic_msgs/msg/DiagnosticArray"](header(), [status(*report) for report in reports])
    recorded = topic("diagnostic_msgs/msg/DiagnosticArray", [message])
    assert diagnostic_reports(next(recorded.raw())) == reports


def test_stamps() -> None:
    times = [0, 1_999_999_999, 1_795_656_087_385_022_013]
    recorded = topic("sensor_msgs/msg/JointState", [state([], [], [], [], time_ns=each) for each in times])
    assert recorded.stamps_ns().tolist() == times
    assert len(RecordedTopic("sensor_msgs/msg/JointState").stamps_ns()) == 0


def test_messages_that_are_laid_out_differently_are_read_one_by_one() -> None:
    messages = [state(["hip", "a"], [1.0], [], []), state(["b", "hip"], [2.0], [], []), state(["c"], [3.0], [], [])]
    assert topic("sensor_msgs/msg/JointState", messages).numbers(joint_state("position")).tolist() == [[1], [2], [3]]


def test_more_numbers_in_some_messages_than_in_others_are_an_error() -> None:
    messages = [state(["hip"], [1.0], [], []), state(["hip"], [1.0, 2.0], [], [])]
    with pytest.raises(ConfigError, match="more numbers than others"):
        topic("sensor_msgs/msg/JointState", messages).numbers(joint_state("position"))


def test_a_foreign_byte_order_is_refused() -> None:
    with pytest.raises(ValueError, match="big-endian"):
        RecordedTopic("std_msgs/msg/String").append(b"\x00\x00\x00\x00\x00\x00\x00\x01\x00")
