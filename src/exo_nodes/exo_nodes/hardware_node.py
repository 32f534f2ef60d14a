"""The hardware node: the drives of the device, behind the same topics as the simulated one."""

import math
import time

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.executors import Executor
from std_msgs.msg import Bool

from exo_control.joints import JOINT_NAMES, POLICY_PERIOD_S
from exo_hardware import local_bus
from exo_hardware.calibration_file import load_calibration
from exo_hardware.device_config import load_device_config
from exo_hardware.device_state import DeviceState
from exo_hardware.make_driver import emulated_calibration, emulated_config, make_driver
from exo_hardware.torque_loop import TorqueLoop
from exo_nodes import qos, topics
from exo_nodes.assistance_services import AssistanceServices
from exo_nodes.device import WAIT_FOR_TRIAL, Device
from exo_nodes.garbage import SlicedGarbage
from exo_nodes.lifecycle import WAIT_FOR_RECORDER, ExoNode, StartError
from exo_nodes.messages import Report
from exo_nodes.parameters import NodeParameter
from exo_nodes.peers import clash, is_read_by, rival_policies, rival_stops, unrecorded
from exo_nodes.stamps import SteadyClock
from exo_nodes.tick_schedule import TickSchedule
from exo_safety.emergency_stop import EmergencyStop
from exo_safety.limits import load_limits
from exo_safety.status import Fault, LimiterResult, State

STATES_PER_REPORT = 100
STATES_PER_LOOK = 10
"""States between two looks for a second node that commands, or that beats as emergency stop."""

POLICY_RATE_HZ = round(1.0 / POLICY_PERIOD_S)

LIMIT_AND_SEND_S = 0.003
"""End of the tick that is left to the limiter and the drives, half a short tick at most."""

SLEEP_S = 0.0005
"""The end of a period is slept, not spun: waking up from sleep is more precise than from waiting for messages."""

SETTLED_S = 1.0
"""Time for which all must have been there before the drives are enabled."""

EMULATOR = "emulator"
"""Node name of the emulator: the person walks only once it reads the safety status."""

PARAMETERS = (
    NodeParameter("device", "", "device file; empty: config/hardware/device.yaml"),
    NodeParameter("calibration", "", "calibration file; empty: where `exo calibrate` writes it"),
    NodeParameter("emulation_channel", "", "local bus of emulated drives (emulator_node); empty: the real drives"),
    NodeParameter(
        "rate_hz", POLICY_RATE_HZ, "ticks of drives and safety per second, a multiple of 100", POLICY_RATE_HZ, 500
    ),
    NodeParameter("duration_s", 0.0, "time after which the assistance ends, s; 0: when it is stopped", 0.0, 36000.0),
    NodeParameter("wait_for_policy", True, "start only when a policy answers exo/joint_states"),
    NodeParameter("wait_for_emulator", False, "start only when emulator_node, whose person walks then, is ready"),
    WAIT_FOR_TRIAL,
    NodeParameter("no_estop", False, "run without the software emergency stop: on a bench without people only"),
)


class HardwareNode(ExoNode):
    """Reads the drives, publishes their state, limits the command that answers it and sends it, every 10 ms or faster.

    ``configure`` finds the drives but leaves them disabled; only ``activate`` enables them, after it has tried their
    watchdog. At more than 100 Hz drives and safety run faster, the policy does not: it knows 10 ms only.
    """

    def __init__(self) -> None:
        super().__init__("hardware", PARAMETERS)
        self._garbage = SlicedGarbage()
        self._loop: TorqueLoop | None = None
        if self.values["rate_hz"] % POLICY_RATE_HZ:
            raise StartError(f"rate_hz = {self.values['rate_hz']}: needs a multiple of {POLICY_RATE_HZ}")

    def unseen(self) -> list[str]:
        """Return whom to wait for before the bus is opened."""
        channel = self.values["emulation_channel"]
        return [f"the emulated drives on '{channel}'"] if channel and not local_bus.exists(channel) else []

    def configure(self) -> None:
        """Read the files, find the drives, which stay disabled, and create the topics."""
        values = self.values
        device = load_device_config(values["device"] or None)
        limits = load_limits()
        if channel := values["emulation_channel"]:
            device = emulated_config(device, channel)
            calibration = emulated_calibration(device)
        else:
            calibration = load_calibration(device, values["calibration"] or None)
        self._period_s = 1.0 / values["rate_hz"]
        self._ticks_per_state = values["rate_hz"] // POLICY_RATE_HZ
        self._stop_button = None if values["no_estop"] else EmergencyStop(limits.estop_timeout_s)
        loop = TorqueLoop(make_driver(device, calibration), limits, self._period_s, self._stop_button)
        loop.driver.open()
        self._loop = loop
        self._complete_s = time.monotonic()
        self._steady_clock = SteadyClock()
        self._device = Device(self, loop.limiter, POLICY_PERIOD_S, device.name)
        self._diagnostics = self.create_publisher(DiagnosticArray, topics.DIAGNOSTICS, qos.diagnostics())
        self._report = Report(self.get_fully_qualified_name(), device.name, _report_keys())
        self._heartbeat = self.create_subscription(
            Bool, topics.EMERGENCY_STOP_HEARTBEAT, self._on_heartbeat, qos.heartbeat()
        )
        self._assistance = AssistanceServices(self, loop.limiter, self._start_assistance)
        self.get_logger().info(f"drives of {device.name} found, disabled; limits {limits.sha256()[:12]}: {loop.limits}")
        if self._stop_button is None:
            self.get_logger().warning("no_estop: no software emergency stop; never with a person in the device")

    def check_alone(self) -> None:
        """Check that there is no other device, and not more than one policy or emergency stop."""
        if problem := clash(self, topics.JOINT_STATES) or rival_policies(self) or self._rival_stops():
            raise StartError(problem)

    def missing(self) -> list[str]:
        """Return what has to be there before the drives are enabled."""
        missing = self._device.missing_policy() if self.values["wait_for_policy"] else []
        if self._stop_button is not None and (problem := self._stop_button.problem(time.monotonic())):
            missing.append(f"the emergency stop (ros2 run exo_nodes estop_node): {problem}")
        if self.values["wait_for_emulator"] and not is_read_by(self, self._device.status_publisher, EMULATOR):
            missing.append("the person who wears the emulated drives (emulator_node)")
        if self.values[WAIT_FOR_TRIAL.name]:
            missing += self._device.missing_trial()
        if self.values[WAIT_FOR_RECORDER.name]:
            recorded = [self._device.state_publisher, self._device.status_publisher]
            missing += [f"the recorder to read {topic}" for topic in unrecorded(self, recorded)]
        now_s = time.monotonic()
        if missing:
            self._complete_s = now_s
        # Nodes that have just met hold up each other's messages for a moment, longer than a command may be late.
        return missing or ([] if now_s - self._complete_s >= SETTLED_S else ["the nodes to have met"])

    def activate(self) -> None:
        """Try the drives' watchdog, then enable them at zero torque."""
        loop = self._active_loop()
        loop.check(time.sleep)
        loop.start()
        self._device.forget_commands()
        self._tick = 0
        self._longest_tick_s = 0.0
        self._reported_s = time.monotonic()
        self._bus_faults = 0
        self._frames_reported = 0
        self._was_faulty = False
        self._garbage.begin()
        self.get_logger().info(f"drives enabled, {self.values['rate_hz']} ticks per second")
        self._schedule = TickSchedule(self._period_s)
        self._tick_began_s = time.monotonic()

    def deactivate(self) -> None:
        """Send zero torque and disable the drives."""
        self._active_loop().driver.disable()
        self._garbage.end()
        ticks, missed = self._tick, self._schedule.missed
        late = self._device.late_commands
        self.get_logger().info(f"drives disabled after {ticks} ticks; {missed} late ticks, {late} late commands")

    def cleanup(self) -> None:
        """Leave the bus and destroy the topics."""
        self._close()
        self._device.destroy()
        self.destroy_publisher(self._diagnostics)
        self.destroy_subscription(self._heartbeat)
        self._assistance.destroy()

    def run(self, executor: Executor) -> int:
        """Run; on every way out the drives get zero torque and are disabled."""
        try:
            return super().run(executor)
        finally:
            self._close()

    def work(self, executor: Executor) -> None:
        """One tick: read the drives, let the policy answer, limit, command."""
        loop = self._active_loop()
        began_s = time.monotonic()
        self._longest_tick_s = max(self._longest_tick_s, began_s - self._tick_began_s)
        self._tick_began_s = began_s
        states, between = divmod(self._tick, self._ticks_per_state)
        state = loop.measure()
        if between == 0:
            position, velocity = state.position_rad, state.velocity_rad_per_s
            self._device.publish_state(self._steady_clock.now_ns(), position, velocity, state.torque_nm)
            # A command that comes later acts in the next tick.
            self._wait_for_command(executor, began_s + self._period_s - min(LIMIT_AND_SEND_S, 0.5 * self._period_s))
        if states % STATES_PER_LOOK == 0 and between == 0:
            if problem := rival_policies(self):
                loop.limiter.trip(problem)
            if problem := self._rival_stops():
                loop.limiter.trip(problem, Fault.EMERGENCY_STOP)
        age_s = self._device.command_age_s(self._steady_clock.now_ns())
        result = loop.act(self._device.command_nm, age_s)
        if between == 0:
            self._device.publish_status(result, self._schedule.missed)
        self._bus_faults += len(state.faults)
        faulty = result.state is State.FAULT
        if between == 0 and (states % STATES_PER_REPORT == 0 or (faulty and not self._was_faulty)):
            self._publish_report(state, result)
            self._was_faulty = faulty
        self._tick += 1
        self._end_in_time(result)
        self._garbage.collect_slice()
        self._wait_for_tick(executor)

    def _end_in_time(self, result: LimiterResult) -> None:
        """End the assistance after its duration, with the stop ramp."""
        if not self.values["duration_s"] or self._tick * self._period_s < self.values["duration_s"]:
            return
        self._active_loop().limiter.stop()
        if result.state in (State.DISABLED, State.FAULT):
            if result.state is State.FAULT:
                self.get_logger().warning(f"ended without assistance: {result.fault_text}")
            self.stop.set()

    def _wait_for_command(self, executor: Executor, deadline_s: float) -> None:
        while not self._device.answered and (remaining_s := deadline_s - time.monotonic()) > 0.0:
            executor.spin_once(timeout_sec=remaining_s)

    def _wait_for_tick(self, executor: Executor) -> None:
        """Receive messages until the next tick is due."""
        executor.spin_once(timeout_sec=0.0)  # also when it is late: a heartbeat may wait
        while (remaining_s := self._schedule.remaining_s()) > 0.0:
            if remaining_s > SLEEP_S:
                executor.spin_once(timeout_sec=remaining_s - SLEEP_S)
            else:
                time.sleep(remaining_s)
        self._schedule.start_tick()

    def _rival_stops(self) -> str | None:
        return None if self.values["no_estop"] else rival_stops(self)

    def _active_loop(self) -> TorqueLoop:
        assert self._loop is not None
        return self._loop

    def _close(self) -> None:
        if self._loop is not None:
            self._loop.driver.close()

    # What comes from outside

    def _on_heartbeat(self, message: Bool) -> None:
        if self._stop_button is not None:
            self._stop_button.beat(message.data, time.monotonic())

    def _start_assistance(self) -> None:
        if not self.is_active:
            raise StartError("the hardware node is not active")
        self._active_loop().start()

    # Diagnostics

    def _publish_report(self, state: DeviceState, result: LimiterResult) -> None:
        now_s = time.monotonic()
        states = min(self._tick, STATES_PER_REPORT * self._ticks_per_state)
        late_ticks, late_commands = self._schedule.missed, self._device.late_commands
        new_frames = state.frames_received - self._frames_reported
        level = DiagnosticStatus.WARN if late_ticks or late_commands or state.faults else DiagnosticStatus.OK
        if result.state is State.FAULT:
            level = DiagnosticStatus.ERROR
        values: dict[str, object] = {
            "state": result.state.value,
            "fault": result.fault.value if result.fault else "none",
            "emergency_stop": self._describe_emergency_stop(),
            "enabled": state.enabled,
            "rate_hz": states / (now_s - self._reported_s) if states else "none",
            "longest_tick_s": self._longest_tick_s,
            "late_ticks": late_ticks,
            "late_commands": late_commands,
            "frames_received": state.frames_received,
            "frames_per_s": new_frames / (now_s - self._reported_s) if states else "none",
            "frames_refused": state.frames_refused,
            "device_faults": self._bus_faults,
        }
        per_joint = {
            "feedback_age_s": state.age_s,
            "temperature_c": state.temperature_c,
            "torque_nm": state.torque_nm,
            "supply_v": state.supply_v,
        }
        for joint, name in enumerate(JOINT_NAMES):
            values |= {f"{name}.{key}": _text(array[joint]) for key, array in per_joint.items()}
        summary = result.fault_text or result.state.value
        self._diagnostics.publish(self._report.fill(self._steady_clock.now_ns(), level, summary, values))
        self._reported_s, self._longest_tick_s = now_s, 0.0
        self._frames_reported = state.frames_received

    def _describe_emergency_stop(self) -> str:
        if self._stop_button is None:
            return "none"
        return self._stop_button.problem(time.monotonic()) or "released"


def _report_keys() -> list[str]:
    node = ["state", "fault", "emergency_stop", "enabled", "rate_hz", "longest_tick_s", "late_ticks", "late_commands"]
    bus = ["frames_received", "frames_per_s", "frames_refused", "device_faults"]
    keys = ("feedback_age_s", "temperature_c", "torque_nm", "supply_v")
    joints = [f"{name}.{key}" for name in JOINT_NAMES for key in keys]
    return [*node, *bus, *joints]


def _text(value: np.float64) -> float | str:
    return float(value) if math.isfinite(value) else "none"
