"""ros2 topic."""

import re
import signal
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from sensor_msgs.msg import JointState
from std_msgs.msg import String

from ros2_subset.errors import CommandError
from ros2_subset.message_text import TextStyle, select_field, to_csv, to_yaml
from ros2_subset.message_types import message_class
from ros2_subset.rate import RateMeter

FLOATS = st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=4)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])), max_size=4), FLOATS)
def test_a_message_reads_back_from_its_yaml(names: list[str], positions: list[float]) -> None:
    message = JointState(name=names, position=positions)
    message.header.stamp.sec = 7
    assert yaml.safe_load(to_yaml(message, TextStyle())) == {
        "header": {"stamp": {"sec": 7, "nanosec": 0}, "frame_id": ""},
        "name": names,
        "position": positions,
        "velocity": [],
        "effort": [],
    }


def test_yaml_looks_as_that_of_ros2_topic_echo() -> None:
    message = JointState(name=["hip"], position=array("d", [1.5]))
    assert to_yaml(message, TextStyle()) == (
        "header:\n  stamp:\n    sec: 0\n    nanosec: 0\n  frame_id: ''\n"
        "name:\n- hip\nposition:\n- 1.5\nvelocity: []\neffort: []"
    )


def test_long_values_are_shortened() -> None:
    message = JointState(name=["x" * 9], position=[float(n) for n in range(9)])
    shown = yaml.safe_load(to_yaml(message, TextStyle(truncate_length=3)))
    assert (shown["name"], shown["position"]) == (["xxx..."], [0.0, 1.0, 2.0, "..."])
    hidden = yaml.safe_load(to_yaml(message, TextStyle(no_arr=True)))
    assert hidden["position"] == "<array type: sequence<double>>"


def test_csv_and_fields() -> None:
    message = JointState(name=["a", "b"], position=[1.0, 2.0])
    message.header.frame_id = "base"
    assert to_csv(message, TextStyle()) == "0,0,base,a,b,1.0,2.0"
    assert select_field(message, "header.frame_id") == "base"
    with pytest.raises(ValueError, match=r"no field 'stmp' in 'header\.stmp'; fields there: stamp, frame_id"):
        select_field(message, "header.stmp")


def test_message_types() -> None:
    assert message_class("std_msgs/msg/String") is message_class("std_msgs/String") is String
    for name, told in [("no_such/msg/Type", "not installed"), ("std_msgs/msg/Strng", "not installed"), ("x", "is no")]:
        with pytest.raises(CommandError, match=told):
            message_class(name)


@given(st.lists(st.integers(1, 10**10), min_size=1, max_size=50), st.integers(1, 60))
def test_rates(intervals: list[int], window: int) -> None:
    meter = RateMeter(window)
    assert meter.rate() is None
    time_ns = 0
    meter.add(time_ns)
    assert meter.rate() is None
    for interval in intervals:
        time_ns += interval
        meter.add(time_ns)
    rate = meter.rate()
    last = intervals[-window:]
    assert rate is not None
    assert rate.window == len(last)
    assert rate.rate_hz == pytest.approx(1e9 * len(last) / sum(last))
    assert (rate.min_s, rate.max_s) == pytest.approx((min(last) * 1e-9, max(last) * 1e-9))
    assert rate.min_s <= 1 / rate.rate_hz * 1.000001 <= rate.max_s * 1.000002


@pytest.mark.integration
def test_topics_of_a_running_node(start: Callable, start_ros2: Callable, ros2: Callable, demo_prefix: Path) -> None:
    node = demo_prefix / "lib" / "demo_pkg" / "publish"
    publisher = start(node, 100_000, 0.02, 0, 0, "--ros-args", "-r", "__ns:=/lab")
    publisher.wait_for("advertised")

    listed = ros2("topic", "list", "-t")
    assert {"/lab/state [sensor_msgs/msg/JointState]", "/clock [rosgraph_msgs/msg/Clock]"} <= set(
        listed.stdout.splitlines()
    )

    info = ros2("topic", "info", "-v", "/lab/description")
    assert "Type: std_msgs/msg/String\n\nPublisher count: 1\n" in info.stdout
    assert "Node namespace: /lab\n" in info.stdout
    assert "Durability: TRANSIENT_LOCAL\n" in info.stdout
    assert "Subscription count: 0\n" in info.stdout

    # A relative name, and messages from before we came.
    once = ros2("topic", "echo", "--once", "description", "--ros-args", "-r", "__ns:=/lab")
    assert (once.returncode, once.stdout) == (0, "data: robot\n---\n")
    field = ros2("topic", "echo", "--once", "--field", "name", "/lab/description")
    assert field.returncode == 1
    assert "no field 'name'" in field.stderr

    hz = start_ros2("topic", "hz", "/lab/note")
    states = start_ros2("topic", "echo", "/lab/state", "--field", "position", "--csv")
    hz.wait_for("average rate: ")
    rate = re.search(r"average rate: ([\d.]+)\n\tmin: [\d.]+s max: [\d.]+s std dev: [\d.]+s window: \d+", hz.output)
    assert rate is not None
    assert 0 < float(rate[1]) < 60  # at most what is published
    hz.stop()
    states.wait_for("\n", count=3)
    printed = states.output.split("\n")[:3]
    assert states.stop() == signal.SIGINT
    numbers = [float(line) for line in printed]
    assert numbers == sorted(set(numbers))


@pytest.mark.integration
def test_an_unknown_topic_is_an_error(ros2: Callable) -> None:
    for verb in (["echo", "--once"], ["info"]):
        done = ros2("topic", *verb, "--spin-time", "0.2", "/parametr_events")
        assert done.returncode == 1
        assert "topic '/parametr_events' is not known" in done.stderr
        assert "did you mean '/parameter_events'?" in done.stderr


@pytest.mark.integration
def test_bad_arguments_are_refused(ros2: Callable) -> None:
    assert ros2("topic", "hz", "--window", "0", "/x").returncode == 2
    done = ros2("topic", "echo", "/x", "no_such/msg/Type")
    assert done.returncode == 1
    assert "'no_such/msg/Type' is not installed" in done.stderr
