"""Messages that are filled again and again."""

import math

import numpy as np
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticStatus
from hypothesis import given
from hypothesis import strategies as st
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import JointState

from exo_nodes.messages import NamedValues, Report
from exo_nodes.stamps import PERIOD_NS, START_NS, set_stamp, stamp_ns, tick_ns


def test_first_state_has_a_time() -> None:
    assert tick_ns(0) == START_NS > 0
    assert tick_ns(7) - tick_ns(6) == PERIOD_NS == 10_000_000


@given(st.integers(0, 2**31 * 1_000_000_000 - 1))
def test_stamps_read_back(nanoseconds: int) -> None:
    stamp = Time()
    set_stamp(stamp, nanoseconds)
    assert 0 <= stamp.nanosec < 1_000_000_000
    assert stamp_ns(stamp) == nanoseconds


@given(st.lists(st.floats(), min_size=3, max_size=3), st.lists(st.floats(), min_size=3, max_size=3))
def test_named_values_arrive_as_they_were_filled_in(first: list[float], second: list[float]) -> None:
    values = NamedValues(["a", "b", "c"], fields=["position", "effort"])
    for number, content in enumerate((first, second), start=1):
        message = values.fill(number, position=content, effort=np.array(content))
        received = deserialize_message(serialize_message(message), JointState)
        assert received.name == ["a", "b", "c"]
        assert list(received.velocity) == []
        assert stamp_ns(received.header.stamp) == number
        np.testing.assert_array_equal(received.position, content)
        np.testing.assert_array_equal(received.effort, content)


def test_one_value_fills_all() -> None:
    assert list(NamedValues(["a", "b"]).fill(1, effort=0.5).effort) == [0.5, 0.5]


@given(st.floats(allow_nan=False))
def test_numbers_in_a_report_read_back_the_same(value: float) -> None:
    report = Report("limiter", "simulation", ["torque", "state"])
    message = report.fill(START_NS, DiagnosticStatus.WARN, "text", {"torque": value, "state": "ramp"})
    (status,) = message.status
    assert (status.name, status.hardware_id, status.level, status.message) == (
        "limiter",
        "simulation",
        DiagnosticStatus.WARN,
        "text",
    )
    content = {item.key: item.value for item in status.values}
    assert content["state"] == "ramp"
    assert float(content["torque"]) == value or math.isnan(value)
