"""Numbers from serialised messages, against the library that reads them as objects."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from rosbags.typesys import Stores, get_typestore

from exo.cdr_layout import JOINT_STATE, VECTOR, diagnostic_reports, numbers_after
from exo.recorded_reports import RecordedReports
from exo.recorded_topic import BLOCK, RecordedTopic

TYPESTORE = get_typestore(Stores.ROS2_JAZZY)
TYPES = TYPESTORE.types
NAMES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9), max_size=5)
FLOATS = st.lists(st.floats(allow_nan=False), max_size=5)
FRAMES = st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=9)


def header(frame: str = "world", time_ns: int = 7_000_000_011) -> object:
    stamp = TYPES["builtin_interfaces/msg/Time"](*divmod(time_ns, 1_000_000_000))
    return TYPES["std_msgs/msg/Header"](stamp, frame)


FIELDS = ("position", "velocity", "effort")


def raw(message_type: str, message: object) -> bytes:
    return bytes(TYPESTORE.serialize_cdr(message, message_type))


def joint_states(messages: list[object]) -> RecordedTopic:
    recorded = RecordedTopic(JOINT_STATE, FIELDS)
    for index, message in enumerate(messages):
        recorded.extend([raw("sensor_msgs/msg/JointState", message)], [index])
    return recorded


def state(names: list[str], *fields: list[float], frame: str = "world", time_ns: int = 0) -> object:
    arrays = (np.array(field, dtype=np.float64) for field in fields)
    return TYPES["sensor_msgs/msg/JointState"](header(frame, time_ns), names, *arrays)


@given(NAMES, FLOATS, FLOATS, FLOATS, FRAMES)
def test_joint_states_read_as_the_library_reads_them(
    names: list[str], position: list[float], velocity: list[float], effort: list[float], frame: str
) -> None:
    message = state(names, position, velocity, effort, frame=frame)
    recorded = joint_states([message, message])
    assert len(recorded) == 2 and recorded.names == names
    for field, values in zip(FIELDS, (position, velocity, effort), strict=True):
        assert recorded[field].tolist() == [values, values]


@given(FRAMES, FRAMES, st.lists(st.floats(allow_nan=False), min_size=3, max_size=3))
def test_vectors_behind_strings(frame: str, child: str, numbers: list[float]) -> None:
    vector = TYPES["geometry_msgs/msg/Vector3"](*numbers)
    zero = TYPES["geometry_msgs/msg/Vector3"](0.0, 0.0, 0.0)
    wrench = TYPES["geometry_msgs/msg/WrenchStamped"](header(frame), TYPES["geometry_msgs/msg/Wrench"](vector, zero))
    recorded = RecordedTopic(numbers_after(1, "xyz"), [VECTOR])
    recorded.extend([raw("geometry_msgs/msg/WrenchStamped", wrench)], [0])
    assert recorded[VECTOR].tolist() == [numbers]

    pose = TYPES["geometry_msgs/msg/Pose"](
        TYPES["geometry_msgs/msg/Point"](*numbers), TYPES["geometry_msgs/msg/Quaternion"](0.0, 0.0, 0.0, 1.0)
    )
    none = np.zeros(36)
    twist = TYPES["geometry_msgs/msg/TwistWithCovariance"](TYPES["geometry_msgs/msg/Twist"](zero, zero), none)
    odometry = TYPES["nav_msgs/msg/Odometry"](
        header(frame), child, TYPES["geometry_msgs/msg/PoseWithCovariance"](pose, none), twist
    )
    recorded = RecordedTopic(numbers_after(2, "xyz"), [VECTOR])
    recorded.extend([raw("nav_msgs/msg/Odometry", odometry)], [0])
    assert recorded[VECTOR].tolist() == [numbers]


@given(st.lists(st.tuples(FRAMES, FRAMES, st.dictionaries(FRAMES, FRAMES, max_size=4)), max_size=3))
def test_diagnostics_read_as_they_were_written(reports: list[tuple[str, str, dict[str, str]]]) -> None:
    def status(name: str, text: str, values: dict[str, str]) -> object:
        pairs = [TYPES["diagnostic_msgs/msg/KeyValue"](*pair) for pair in values.items()]
        return TYPES["diagnostic_msgs/msg/DiagnosticStatus"](1, name, text, "device", pairs)

    message = TYPES["diagnostic_msgs/msg/DiagnosticArray"](header(), [status(*report) for report in reports])
    data = raw("diagnostic_msgs/msg/DiagnosticArray", message)
    assert diagnostic_reports(data) == reports
    keys = {key for _, _, values in reports for key in list(values)[::2]}
    some = [(name, text, {key: values[key] for key in values if key in keys}) for name, text, values in reports]
    assert diagnostic_reports(data, {key.encode() for key in keys}) == some
    recorded = RecordedReports()
    recorded.extend([data, data[: len(data) // 2]], [3, 4])
    assert (len(recorded), recorded.malformed) == (1, 1)
    assert [(each.name, each.message, each.values) for each in recorded.reports] == reports


def test_stamps() -> None:
    times = [0, 1_999_999_999, 1_795_656_087_385_022_013]
    recorded = joint_states([state([], [], [], [], time_ns=each) for each in times])
    assert recorded.stamps_ns().tolist() == times
    assert recorded.received_ns().tolist() == [0, 1, 2]
    assert len(joint_states([]).stamps_ns()) == 0


def test_many_messages_are_decoded_in_blocks() -> None:
    count = 2 * BLOCK + 5
    recorded = joint_states([state(["a", "b"], [float(i), 1.0], [], [], time_ns=i) for i in range(count)])
    assert recorded["position"][:, 0].tolist() == list(range(count))
    assert recorded.stamps_ns().tolist() == list(range(count))


def test_numbers_follow_their_names() -> None:
    one, other = state(["a", "b"], [1.0, 2.0], [], []), state(["b", "a"], [3.0, 4.0], [], [])
    assert joint_states([one, other, one])["position"].tolist() == [[1.0, 2.0], [4.0, 3.0], [1.0, 2.0]]


def test_messages_with_other_names_or_more_numbers_than_the_first_are_left_out_and_counted() -> None:
    good = state(["a"], [1.0], [], [])
    recorded = joint_states([good, state(["b"], [2.0], [], []), state(["a"], [1.0, 2.0], [], []), good])
    assert recorded["position"].tolist() == [[1.0], [1.0]]
    assert recorded.malformed == 2


@given(st.integers(0, 100), st.binary(max_size=8))
def test_whatever_bytes_are_no_error(cut: int, junk: bytes) -> None:
    good = raw("sensor_msgs/msg/JointState", state(["hip"], [1.0], [2.0], [3.0]))
    for data in (good[:cut], good[:cut] + junk + good[cut + len(junk) :], junk):
        for messages in ([data], [good, data, good], [data, good, good]):
            recorded = RecordedTopic(JOINT_STATE, FIELDS)
            for message in messages:
                recorded.extend([message], [0])
            assert len(recorded) + recorded.malformed == len(messages)
            assert all(len(recorded[field]) == len(recorded.stamps_ns()) for field in FIELDS)


def test_a_foreign_byte_order_is_left_out_and_counted() -> None:
    big_endian = b"\x00\x00" + raw("sensor_msgs/msg/JointState", state([], [], [], []))[2:]
    recorded = RecordedTopic(JOINT_STATE, FIELDS)
    recorded.extend([big_endian], [0])
    assert (len(recorded), recorded.malformed) == (0, 1)
