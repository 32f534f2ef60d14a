"""The hardware node on emulated drives: torque only while all is well, and none on any way out."""

import multiprocessing
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.qos import QoSProfile
from sensor_msgs.msg import JointState
from std_msgs.msg import Bool
from std_srvs.srv import Trigger

from exo_control.joints import JOINT_NAMES
from exo_hardware.cubemars_emulator import DRIVE_BITRATE, CubemarsEmulator
from exo_hardware.device_config import load_device_config
from exo_hardware.emulation_config import load_emulation
from exo_hardware.local_bus import LocalBusHub
from exo_hardware.make_driver import EMULATED_OFFSETS_RAD, emulated_config
from exo_hardware.mit_command import EXIT_MOTOR_MODE
from exo_hardware.plant import HangingLegs
from exo_nodes import qos, topics

from .conftest import NodeProcess, Observer, StartNode

pytestmark = [pytest.mark.integration, pytest.mark.real_time]

PUSH_NM = 3.0


class Drives:
    """Emulated drives in a process of their own: DDS may hold up this one for longer than drives may be silent."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        fork = multiprocessing.get_context("fork")
        self._values = fork.Array("d", 4)
        self._process = fork.Process(target=self._serve, daemon=True)
        self._process.start()

    def _serve(self) -> None:
        device = emulated_config(load_device_config(), self.channel)
        legs, hub = HangingLegs(weight_nm=20.0), LocalBusHub(self.channel, DRIVE_BITRATE)
        emulator = CubemarsEmulator(device, load_emulation("ideal"), legs, EMULATED_OFFSETS_RAD, bus=hub)
        begin_s = time.monotonic()
        while True:
            emulator.wait_and_serve(0.001, begin_s)
            drives = emulator.bench.drives
            self._values[:] = [
                max(abs(drive.torque_nm) for drive in drives),
                any(drive.in_motor_mode for drive in emulator.drives),
                all(drive.timed_out for drive in drives),
                bool(emulator.received) and emulator.received[-1].data == EXIT_MOTOR_MODE,
            ]

    def close(self) -> None:
        self._process.kill()
        self._process.join()

    @property
    def motor_nm(self) -> float:
        """Largest torque that a motor gives."""
        return self._values[0]

    @property
    def in_motor_mode(self) -> bool:
        return bool(self._values[1])

    @property
    def timed_out(self) -> bool:
        return bool(self._values[2])

    @property
    def were_told_to_leave_motor_mode_last(self) -> bool:
        return bool(self._values[3])


class Bench:
    """Emulated drives, a policy that wants a constant torque, and an emergency stop."""

    def __init__(self, observer: Observer, drives: Drives) -> None:
        self.observer, self.drives = observer, drives
        self.torque_nm = [PUSH_NM, -PUSH_NM]
        self.beating = self.closed = True
        node = observer.node
        self._commands = node.create_publisher(JointState, topics.JOINT_COMMANDS, qos.command(0.01))
        node.create_subscription(JointState, topics.JOINT_STATES, self._answer, qos.state_reader())
        self._heartbeat = node.create_publisher(Bool, topics.EMERGENCY_STOP_HEARTBEAT, qos.heartbeat())
        node.create_timer(topics.HEARTBEAT_PERIOD_S, self._beat)
        # Now, since DDS holds up messages while nodes meet.
        services = (topics.EMERGENCY_STOP, topics.STOP, topics.START, topics.RESET, topics.LOWER_ASSISTANCE)
        self._clients = {service: node.create_client(Trigger, service) for service in services}
        self.reports: list[dict[str, str]] = []
        node.create_subscription(DiagnosticArray, topics.DIAGNOSTICS, self._on_report, QoSProfile(depth=100))

    def _answer(self, state: JointState) -> None:
        command = JointState(name=list(JOINT_NAMES), effort=list(self.torque_nm))
        command.header.stamp = state.header.stamp
        self._commands.publish(command)

    def _beat(self) -> None:
        if self.beating:
            self._heartbeat.publish(Bool(data=self.closed))

    def _on_report(self, message: DiagnosticArray) -> None:
        self.reports.append({value.key: value.value for value in message.status[0].values})

    def status(self) -> dict[str, str]:
        """The newest safety status, with its message under the empty key; cheap, since this process is the policy."""
        messages = self.observer.messages[topics.SAFETY_STATUS]
        if not messages:
            return {"state": "none", "fault": "none", "": ""}
        newest = messages[-1].status[0]
        return {**{value.key: value.value for value in newest.values}, "": newest.message}

    def spin_for(self, duration_s: float) -> None:
        end_s = time.monotonic() + duration_s
        self.observer.spin_until(lambda: time.monotonic() > end_s)

    def wait_for_torque(self) -> None:
        self.observer.spin_until(lambda: self.drives.motor_nm > 1.0 or self.status()["state"] == "fault")
        assert self.status()["fault"] == "none", self.status()

    def start_again(self) -> None:
        assert self.call(topics.START).success
        self.observer.spin_until(lambda: self.status()["state"] not in ("fault", "disabled"))
        self.wait_for_torque()

    def wait_for_no_torque(self) -> None:
        self.observer.spin_until(lambda: self.drives.motor_nm < 0.01)

    def call(self, service: str) -> Any:
        client = self._clients[service]
        self.observer.spin_until(client.service_is_ready)
        future = client.call_async(Trigger.Request())
        self.observer.spin_until(future.done)
        return future.result()


@pytest.fixture
def drives(ros_domain_id: int) -> Iterator[Drives]:
    made = Drives(f"test-{ros_domain_id}")
    yield made
    made.close()


@pytest.fixture
def bench(drives: Drives, observer: Observer) -> Bench:
    return Bench(observer, drives)


StartHardware = Callable[..., NodeProcess]


@pytest.fixture
def start_hardware(
    bench: Bench, start_node: StartNode, ros_env: dict[str, str], repo_root: Path, tmp_path: Path
) -> StartHardware:
    """Start a hardware node without gait gating: the legs hang, and would get no torque."""
    config = shutil.copytree(repo_root / "config", tmp_path / "config")
    limits = config / "safety" / "limits.yaml"
    limits.write_text(limits.read_text().replace("gait_gating: true", "gait_gating: false"))
    ros_env["EXO_CONFIG_DIR"] = str(config)
    return lambda **changes: start_node("hardware_node", emulation_channel=bench.drives.channel, **changes)


@pytest.mark.parametrize("way_out", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_every_way_out_takes_the_torque_away(
    bench: Bench, start_hardware: StartHardware, way_out: signal.Signals
) -> None:
    hardware = start_hardware()
    bench.wait_for_torque()
    hardware.send(way_out)
    bench.observer.spin_until(lambda: hardware.has_ended)
    if way_out is signal.SIGKILL:  # nobody is left but the drives
        bench.observer.spin_until(lambda: bench.drives.timed_out)
    else:
        assert hardware.exit_code() == 0, hardware.output
        assert "drives disabled after" in hardware.output
        bench.observer.spin_until(lambda: not bench.drives.in_motor_mode)
        assert bench.drives.were_told_to_leave_motor_mode_last
    bench.wait_for_no_torque()


def test_stop_and_emergency_stop_and_the_way_back(bench: Bench, start_hardware: StartHardware) -> None:
    hardware = start_hardware(rate_hz=200)
    bench.wait_for_torque()
    assert bench.call(topics.LOWER_ASSISTANCE).message == "assistance lowered to 80 %"
    assert bench.call(topics.STOP).success
    bench.observer.spin_until(lambda: bench.status()["state"] == "disabled")
    bench.wait_for_no_torque()
    bench.start_again()

    bench.closed = False
    bench.observer.spin_until(lambda: bench.status()["state"] == "fault")
    assert bench.status()["fault"] == "emergency_stop"
    bench.wait_for_no_torque()
    bench.closed = True
    bench.spin_for(0.3)
    refused = bench.call(topics.RESET)
    assert not refused.success and "is commanded 3 Nm; stop the policy first" in refused.message
    refused = bench.call(topics.START)
    assert not refused.success and "reset it first" in refused.message
    bench.torque_nm = [0.0, 0.0]
    states = len(bench.observer.messages[topics.JOINT_STATES])
    bench.observer.spin_until(lambda: len(bench.observer.messages[topics.JOINT_STATES]) > states + 50)
    bench.observer.spin_until(lambda: bool(bench.call(topics.RESET).success))
    bench.torque_nm = [PUSH_NM, PUSH_NM]
    bench.start_again()

    assert bench.call(topics.EMERGENCY_STOP).success
    bench.observer.spin_until(lambda: bench.status()["state"] == "fault")
    assert "the service exo/emergency_stop was called" in bench.status()[""]
    bench.observer.spin_until(lambda: bool(bench.reports) and bench.reports[-1].get("fault") == "emergency_stop")
    report = bench.reports[-1]
    assert report["enabled"] in ("True", "False") and int(report["frames_received"]) > 100
    assert float(report["right_hip_flexion.temperature_c"]) == pytest.approx(25.0, abs=2.0)
    assert hardware.process.poll() is None


INTRUDER = """
import time, rclpy
from sensor_msgs.msg import JointState
from std_msgs.msg import Bool
from exo_nodes import qos, topics
rclpy.init()
node = rclpy.create_node("intruder")
node.create_publisher({publisher})
time.sleep(60)
"""


@pytest.mark.parametrize(
    ("publisher", "topic", "fault"),
    [
        ("JointState, topics.JOINT_COMMANDS, qos.command(0.01)", "/exo/joint_commands", "external"),
        (
            "Bool, topics.EMERGENCY_STOP_HEARTBEAT, qos.heartbeat()",
            f"/{topics.EMERGENCY_STOP_HEARTBEAT}",
            "emergency_stop",
        ),
    ],
)
def test_a_second_node_that_commands_or_beats_is_a_fault_named_by_node(
    bench: Bench, start_hardware: StartHardware, ros_env: dict[str, str], publisher: str, topic: str, fault: str
) -> None:
    start_hardware()
    bench.wait_for_torque()
    # In a process of its own: to make a node takes longer than this one may be silent, as policy and emergency stop.
    intruder = subprocess.Popen([sys.executable, "-c", INTRUDER.format(publisher=publisher)], env=ros_env)
    try:
        bench.observer.spin_until(lambda: bench.status()["state"] == "fault")
        assert f"2 nodes publish {topic}" in bench.status()[""] and "/intruder" in bench.status()[""]
        assert bench.status()["fault"] == fault
        bench.wait_for_no_torque()
    finally:
        intruder.kill()
        intruder.wait()


def test_configure_leaves_the_drives_disabled_and_only_activate_enables_them(
    bench: Bench, start_hardware: StartHardware
) -> None:
    hardware = start_hardware(autostart=False)
    client = bench.observer.node.create_client(ChangeState, "hardware/change_state")

    def change(transition: int) -> bool:
        bench.observer.spin_until(client.service_is_ready)
        future = client.call_async(ChangeState.Request(transition=Transition(id=transition)))
        bench.observer.spin_until(future.done)
        return bool(future.result().success)

    assert change(Transition.TRANSITION_CONFIGURE)
    assert "found, disabled" in hardware.output and "torque_cap_nm=8.0" in hardware.output
    assert not bench.drives.in_motor_mode
    refused = bench.call(topics.START)
    assert not refused.success and "not active" in refused.message
    bench.closed = False
    bench.spin_for(0.3)
    assert not change(Transition.TRANSITION_ACTIVATE)
    assert "cannot start: the emergency stop is pressed" in hardware.output
    bench.closed = True
    bench.spin_for(0.3)
    assert change(Transition.TRANSITION_ACTIVATE)
    bench.wait_for_torque()
    assert change(Transition.TRANSITION_DEACTIVATE)
    bench.observer.spin_until(lambda: not bench.drives.in_motor_mode)
    bench.wait_for_no_torque()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"rate_hz": 150}, "rate_hz = 150: needs a multiple of 100"),
        ({"device": "none.yaml"}, "none.yaml: cannot read the file"),
        ({"emulation_channel": "nobody", "wait_timeout_s": 0.6}, "waited 0.6 s for: the emulated drives on 'nobody'"),
    ],
)
def test_bad_parameters_are_refused(start_node: StartNode, parameters: dict[str, Any], message: str) -> None:
    process = start_node("hardware_node", **parameters)
    assert process.exit_code() == 2
    assert message in process.output and "Traceback" not in process.output


def test_without_an_emergency_stop_nothing_starts(bench: Bench, start_hardware: StartHardware) -> None:
    bench.beating = False
    hardware = start_hardware(wait_timeout_s=1.5)
    bench.observer.spin_until(lambda: hardware.has_ended)
    assert hardware.exit_code() == 2
    assert "the emergency stop (ros2 run exo_nodes estop_node): no heartbeat" in hardware.output
    assert not bench.drives.in_motor_mode


def test_a_bench_without_an_emergency_stop_must_be_asked_for(bench: Bench, start_hardware: StartHardware) -> None:
    bench.beating = False
    hardware = start_hardware(no_estop=True)
    bench.wait_for_torque()
    assert "no_estop: no software emergency stop; never with a person in the device" in hardware.output
    bench.observer.spin_until(lambda: len(bench.reports) > 1)
    assert bench.reports[-1]["emergency_stop"] == "none"
    # Two drives answer two frames a tick each.
    assert float(bench.reports[-1]["frames_per_s"]) == pytest.approx(400.0, rel=0.2)
