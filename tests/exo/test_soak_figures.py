"""What a soak finds: made-up recordings with something missing, late or growing."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from rosbags.typesys import Stores, get_typestore

from exo.cli import main
from exo.process_memory import LaunchMemory, node_name
from exo.recorded_reports import RecordedReports
from exo.recorded_topic import RecordedTopic
from exo.soak_figures import PERIOD_NS, memory_growth, soak_figures
from exo.soak_plot import plot_soak
from exo.stall_probe import StallProbe
from exo.trial_recording import Recording, empty_topic
from exo_nodes import topics

TYPESTORE = get_typestore(Stores.ROS2_JAZZY)
TYPES = TYPESTORE.types
TICKS = 1000
STEADY = [(float(at), {"hardware": 60.0, "recorder": 40.0}) for at in range(100)]


def _header(time_ns: int) -> object:
    return TYPES["std_msgs/msg/Header"](TYPES["builtin_interfaces/msg/Time"](*divmod(time_ns, 10**9)), "")


def _named(time_ns: int, names: list[str]) -> object:
    values = np.zeros(len(names))
    return TYPES["sensor_msgs/msg/JointState"](_header(time_ns), names, values, values, values)


def _vector(topic: str, time_ns: int) -> tuple[str, object]:
    zero = TYPES["geometry_msgs/msg/Vector3"](0.0, 0.0, 0.0)
    if topic != topics.CENTRE_OF_MASS:
        wrench = TYPES["geometry_msgs/msg/Wrench"](zero, zero)
        return "geometry_msgs/msg/WrenchStamped", TYPES["geometry_msgs/msg/WrenchStamped"](_header(time_ns), wrench)
    point = TYPES["geometry_msgs/msg/Point"](0.0, 0.0, 0.0)
    pose = TYPES["geometry_msgs/msg/Pose"](point, TYPES["geometry_msgs/msg/Quaternion"](0.0, 0.0, 0.0, 1.0))
    twist = TYPES["geometry_msgs/msg/Twist"](zero, zero)
    parts = (
        TYPES["geometry_msgs/msg/PoseWithCovariance"](pose, np.zeros(36)),
        TYPES["geometry_msgs/msg/TwistWithCovariance"](twist, np.zeros(36)),
    )
    return "nav_msgs/msg/Odometry", TYPES["nav_msgs/msg/Odometry"](_header(time_ns), "", *parts)


def _reports(time_ns: int, name: str, values: dict[str, object]) -> object:
    pairs = [TYPES["diagnostic_msgs/msg/KeyValue"](key, str(value)) for key, value in values.items()]
    status = TYPES["diagnostic_msgs/msg/DiagnosticStatus"](0, name, "", "", pairs)
    return TYPES["diagnostic_msgs/msg/DiagnosticArray"](_header(time_ns), [status])


def recorded(
    leave_out: dict[str, int] | None = None, late_from: int = TICKS, fault_from: int = TICKS, frames: int = 2 * TICKS
) -> Recording:
    """A recording of 10 s; a number per topic says which of its messages is missing."""
    missing = leave_out or {}
    found: dict[str, RecordedTopic | RecordedReports] = {}

    def add(topic: str, message_type: str, message: object) -> None:
        recorded_topic = found.setdefault(topic, empty_topic(topic))
        recorded_topic.extend([bytes(TYPESTORE.serialize_cdr(message, message_type))], [0])

    for tick in range(TICKS):
        at = tick * PERIOD_NS
        device_at = at + (PERIOD_NS if tick >= late_from else 0) + 1000 * (tick % 7)  # it wakes up a little unevenly
        for topic in topics.RECORDED:
            if missing.get(topic) == tick:
                continue
            if topic == topics.SAFETY_STATUS:
                fault = "encoder_stuck" if tick >= fault_from else "none"
                late = {"late_ticks": int(tick >= late_from), "late_commands": 0}
                values = {"state": "run", "rules": "", "fault": fault, "command_latency_s": 0.001, **late}
                add(topic, "diagnostic_msgs/msg/DiagnosticArray", _reports(device_at, "hardware", values))
            elif topic in topics.RECORDED_OF_DEVICE:
                names = ["right_hip_flexion", "left_hip_flexion"]
                add(topic, "sensor_msgs/msg/JointState", _named(device_at, names))
            elif topic in (*topics.GROUND_REACTION.values(), topics.CENTRE_OF_MASS):
                add(topic, *_vector(topic, at))
            else:
                add(topic, "sensor_msgs/msg/JointState", _named(at, ["right", "left"]))
    health = {"frames_received": frames, "frames_refused": 0, "device_faults": 0}
    add(topics.DIAGNOSTICS, "diagnostic_msgs/msg/DiagnosticArray", _reports(0, "/hardware", health))
    return Recording({"device": "made up"}, found, True)


def test_a_good_run_has_no_problems(tmp_path: Path) -> None:
    figures = soak_figures(recorded(), STEADY, [])
    assert figures["problems"] == []
    assert figures["states"] == TICKS and figures["seconds"] == pytest.approx(9.99, abs=1e-3)
    assert figures["command_latency_ms"]["p99"] == pytest.approx(1.0)
    plot_soak(recorded(), STEADY, [(3 * PERIOD_NS, 0.02)], tmp_path / "soak.png")
    assert (tmp_path / "soak.png").stat().st_size > 10_000


@pytest.mark.parametrize("topic", [*topics.RECORDED_OF_DEVICE[::2], *topics.RECORDED[3:]])
def test_one_message_that_is_missing_is_found(topic: str) -> None:
    figures = soak_figures(recorded({topic: 500}), STEADY, [])
    assert f"1 messages of {topic} lost" in figures["problems"]


def test_a_state_that_is_missing_is_found() -> None:
    figures = soak_figures(recorded({topics.JOINT_STATES: 500}), STEADY, [])
    assert figures["problems"] == [f"1 messages of {topics.JOINT_STATES} lost"]


def test_a_late_tick_is_no_lost_message_and_needs_a_stall_to_explain_it() -> None:
    late = recorded(late_from=700)
    figures = soak_figures(late, STEADY, [])
    assert figures["missed_deadlines"] == 1
    assert figures["problems"] == ["1 missed deadlines that no stall of the machine explains"]
    assert soak_figures(late, STEADY, [(699 * PERIOD_NS, 0.012)])["problems"] == []
    assert soak_figures(late, STEADY, [(697 * PERIOD_NS, 0.012)])["problems"] != []


def test_faults_and_missing_frames_are_problems() -> None:
    faulty = recorded(fault_from=900)
    assert soak_figures(faulty, STEADY, [])["problems"] == ["safety fault encoder_stuck after 9.0 s"]
    # It is a problem of the machine, not of the stack, if nothing could run for as long as a command may be old.
    assert soak_figures(faulty, STEADY, [(900 * PERIOD_NS, 0.06)])["problems"] == []
    assert soak_figures(faulty, STEADY, [(900 * PERIOD_NS, 0.02)])["problems"] != []
    assert soak_figures(faulty, STEADY, [(900 * PERIOD_NS, 0.06)])["faults"] == ["encoder_stuck"]
    assert soak_figures(recorded(frames=1900), STEADY, [])["problems"] == [
        "1900 CAN frames received, about 2000 expected"
    ]


def test_growth_after_the_start_is_a_problem() -> None:
    loading = [(at, {"hardware": 20.0 + 4.0 * min(at, 10.0)}) for at, _ in STEADY]
    assert memory_growth(loading)["hardware"]["growth"] == 0.0
    leaking = [(at, {"hardware": 60.0 + 0.1 * at}) for at, _ in STEADY]
    (problem,) = soak_figures(recorded(), leaking, [])["problems"]
    assert problem.startswith("hardware grew by 6.")


def test_processes_are_known_by_what_they_run() -> None:
    assert node_name(["python", "hardware_node", "--ros-args", "-r", "__node:=hardware"]) == "hardware"
    assert node_name(["python", "ros2", "bag", "record", "-o", "bag"]) == "recorder"
    assert node_name(["exo", "record", "trial", "--", "ros2", "bag", "record"]) is None
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "__node:=sleeper"])
    memory = LaunchMemory(os.getpid())
    try:
        assert [1.0 < memory.read_mib()["sleeper"] < 500.0 for _ in range(3)] == [True] * 3
    finally:
        child.kill()
        child.wait()
    assert "sleeper" not in memory.read_mib()


def test_a_stall_is_noticed() -> None:
    probe = StallProbe()
    interval = sys.getswitchinterval()
    try:
        sys.setswitchinterval(0.05)  # the probe's thread waits for this one as it would for a busy machine
        end = time.monotonic() + 0.3
        while time.monotonic() < end:
            pass
    finally:
        sys.setswitchinterval(interval)
        probe.stop()
    assert probe.stalls and probe.worst_s == max(late for _, late in probe.stalls)


def test_a_probe_with_priority_watches_each_processor() -> None:
    try:
        probe = StallProbe(2)
    except PermissionError:
        pytest.skip("this machine grants no real-time priority")
    try:
        watched = [os.sched_getaffinity(thread.native_id) for thread in probe._threads]  # type: ignore[arg-type]
        policies = {os.sched_getscheduler(thread.native_id) for thread in probe._threads}  # type: ignore[arg-type]
    finally:
        probe.stop()
    assert sorted(map(min, watched)) == sorted(os.sched_getaffinity(0)) and max(map(len, watched)) == 1
    assert policies == {os.SCHED_FIFO}


def test_how_much_of_the_time_is_near_a_stall() -> None:
    stalls = soak_figures(recorded(), STEADY, [(500 * PERIOD_NS, 0.012), (5000 * PERIOD_NS, 0.02)])["machine_stalls"]
    assert stalls["count"] == 1 and [stall["ms"] for stall in stalls["longest"]] == [12.0]
    assert stalls["near_share"] == pytest.approx(7 / 1000, abs=1e-3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--seconds", "1"], "--seconds 1: needs a number from 10 to 36000"),
        (["policy"], "'policy': needs NAME:=VALUE"),
        (["duration:=5"], "are set by exo soak"),
        (["realtime_priority:=99"], "realtime_priority:=99: needs a whole number from 0 to 98"),
        (["realtime_priority:=high"], "realtime_priority:=high: needs a whole number from 0 to 98"),
        (["--trial-dir", "."], "is there already; name a new folder"),
    ],
)
def test_bad_arguments(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["soak", *arguments]) == 2
    assert message in capsys.readouterr().err
