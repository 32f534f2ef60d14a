"""The simulation node: a walking person who wears the device, in real time or in lockstep with the policy."""

import time

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rcl_interfaces.msg import SetParametersResult
from rclpy.executors import Executor
from rclpy.parameter import Parameter

from exo_control.joints import JOINT_NAMES, POLICY_PERIOD_S
from exo_nodes import qos, topics
from exo_nodes.assistance_services import AssistanceServices
from exo_nodes.device import WAIT_FOR_TRIAL, Device, Vector
from exo_nodes.garbage import SlicedGarbage
from exo_nodes.human_topics import HumanTopics
from exo_nodes.lifecycle import WAIT_FOR_RECORDER, ExoNode, StartError
from exo_nodes.messages import Report
from exo_nodes.parameters import NodeParameter
from exo_nodes.peers import clash, rival_policies, unrecorded
from exo_nodes.person import PERSON, disturbance_of, make_person, set_motion
from exo_nodes.stamps import tick_ns
from exo_nodes.steering import LEAN, Steering
from exo_nodes.tick_schedule import TickSchedule
from exo_safety.limiter import SafetyLimiter
from exo_safety.limits import load_limits
from exo_safety.status import State
from exo_sim.hip_encoders import HipEncoders, SensorNoise

TICKS_PER_REPORT = 100

LOCKSTEP_PATIENCE = 5
"""Time-outs in a row after which lockstep no longer waits: as many periods as the limiter's fault age."""

SLEEP_S = 0.0005
"""The end of a period is slept, not spun: waking up from sleep is more precise than from waiting for messages."""

PARAMETERS = (
    *PERSON,
    NodeParameter("duration_s", 20.0, "length of the walk, s", 0.01, 36000.0),
    NodeParameter("real_time_factor", 1.0, "simulated seconds per second; not used in lockstep", 0.01, 10.0),
    NodeParameter("lockstep", False, "take each step as soon as the command for the last state has come"),
    NodeParameter("lockstep_timeout_s", 1.0, "longest wait for that command, s of wall time", 0.001, 600.0),
    NodeParameter("position_noise_rad", 0.0, "standard deviation of the angles the policy gets, rad", 0.0, 0.5),
    NodeParameter("velocity_noise_rad_s", 0.0, "standard deviation of the velocities the policy gets, rad/s", 0.0, 2.0),
    LEAN,
    NodeParameter("wait_for_policy", True, "start only when a policy answers exo/joint_states"),
    WAIT_FOR_TRIAL,
)


class SimulationNode(ExoNode):
    """Steps the person 10 ms per tick and publishes states, ground truth and the clock.

    A tick is: publish state k, get the command that answers it, limit it, apply it for 10 ms. In real time the
    command has until the next tick is due; in lockstep the step is taken as soon as it has come. Both give the same
    walk as long as no command is late.
    """

    def __init__(self) -> None:
        super().__init__("simulation", PARAMETERS)
        self._garbage = SlicedGarbage()
        self._steering = Steering(self, self.values[LEAN.name], can_lean=self.values["engine"] != "scone")
        self.add_on_set_parameters_callback(self._on_parameters)

    def _on_parameters(self, parameters: list[Parameter]) -> SetParametersResult:
        """Let the person do something else: ``ros2 param set /simulation motion stand``."""
        return set_motion(getattr(self, "_human", None), parameters)

    def configure(self) -> None:
        """Load the person and the limits, and create the topics."""
        values = self.values
        self._human = make_person(values)
        self._periods = round(values["duration_s"] / POLICY_PERIOD_S)
        self._lockstep = values["lockstep"]
        self._tick_period_s = 0.0 if self._lockstep else POLICY_PERIOD_S / values["real_time_factor"]
        limits = load_limits()
        self.get_logger().info(f"limits {limits.sha256()[:12]}: {limits}")
        self._limiter = SafetyLimiter(limits)
        self._device = Device(self, self._limiter, self._tick_period_s, "simulation")
        self._assistance = AssistanceServices(self, self._limiter, self._start_assistance)
        self._human_topics = HumanTopics(self)
        self._diagnostics = self.create_publisher(DiagnosticArray, topics.DIAGNOSTICS, qos.diagnostics())
        self._report = Report(
            self.get_fully_qualified_name(),
            "simulation",
            ["simulated_s", "rate_hz", "late_ticks", "late_commands", "fell"],
        )

    def check_alone(self) -> None:
        """Check that there is no other device or clock, and not more than one policy."""
        if problem := clash(self, topics.JOINT_STATES) or clash(self, topics.CLOCK) or rival_policies(self):
            raise StartError(problem)

    def missing(self) -> list[str]:
        """Return what has to be there before the first tick."""
        # A recorder that uses simulated time does not start before it has seen a clock.
        self._human_topics.publish_clock(tick_ns(0))
        missing = self._device.missing_policy() if self.values["wait_for_policy"] else []
        if self.values[WAIT_FOR_TRIAL.name]:
            missing += self._device.missing_trial()
        if self.values[WAIT_FOR_RECORDER.name]:
            recorded = [self._device.state_publisher, self._device.status_publisher, *self._human_topics.publishers]
            missing += [f"the recorder to read {topic}" for topic in unrecorded(self, recorded)]
        return missing

    def activate(self) -> None:
        """Put the person at the start of the walk."""
        values = self.values
        self._human.reset()
        self._steering.reset()
        drawn = disturbance_of(values).draw(self._periods, np.random.default_rng(values["seed"]))
        self._noise_nm, self._push_m_s = drawn
        noise = SensorNoise(values["position_noise_rad"], values["velocity_noise_rad_s"])
        self._encoders = HipEncoders(self._human, noise, values["seed"])
        self._tick = 0
        self._torque_nm: Vector = np.zeros(len(JOINT_NAMES))
        self._timeouts = 0
        self._device.forget_commands()
        self._limiter.start()
        self._start_schedule()
        mode = "in lockstep" if self._lockstep else f"at {values['real_time_factor']:g} times real time"
        self.get_logger().info(f"walking {values['duration_s']:g} s {mode}: gait {values['gait']}")
        self._garbage.begin()

    def deactivate(self) -> None:
        """Say how the walk went."""
        self._garbage.end()
        human, missed = self._human, self._schedule.missed
        text = f"walked {human.time_s:.2f} s, {human.state.com_position_m[0]:.2f} m"
        if not self._lockstep:
            text += f"; {missed} late ticks, {self._device.late_commands} late commands"
        self.get_logger().info(text)

    def cleanup(self) -> None:
        """Destroy the topics."""
        self._device.destroy()
        self._assistance.destroy()
        self._human_topics.destroy()
        self.destroy_publisher(self._diagnostics)

    def work(self, executor: Executor) -> None:
        """Walk one tick, or end the walk."""
        self._publish_state()
        if self._tick == 0:
            self._start_schedule()  # only now, since what happens for the first time takes longer
        is_last = self._tick == self._periods or self._human.has_fallen
        if self._lockstep:
            self._wait_for_command(executor)
        else:
            self._wait_for_tick(executor)
        if self.stop.is_set() or not self.is_active:
            return
        if is_last:
            self._finish()
            return
        self._torque_nm = self._limit()
        if self._push_m_s[self._tick] != 0.0:
            self._human.push(self._push_m_s[self._tick])
        self._steering.apply(self._human)
        self._human.step(self._torque_nm + self._noise_nm[self._tick])
        self._tick += 1

    def _start_assistance(self) -> None:
        if not self.is_active:
            raise StartError("the simulation node is not active")
        self._limiter.start()

    def _limit(self) -> Vector:
        now_ns, human = tick_ns(self._tick), self._human
        result = self._limiter.apply(
            self._device.command_nm,
            human.hip_position_rad,
            human.hip_velocity_rad_s,
            now_ns * 1e-9,
            command_age_s=self._device.command_age_s(now_ns),
            feedback_age_s=0.0,
        )
        self._device.publish_status(result, self._schedule.missed)
        return result.torque_nm

    def _publish_state(self) -> None:
        now_ns = tick_ns(self._tick)
        position, velocity = self._encoders.read()
        # The clock first, so that a recorder knows the time of what follows; then what the policy waits for.
        self._human_topics.publish_clock(now_ns)
        self._device.publish_state(now_ns, position, velocity, self._torque_nm)
        self._newest_s = time.monotonic()
        self._human_topics.publish(now_ns, self._human.state)
        if self._tick % TICKS_PER_REPORT == 0:
            self._publish_report(now_ns)
            if problem := rival_policies(self):
                self._device.trip(problem)
        self._garbage.collect_slice()

    def _start_schedule(self) -> None:
        self._begin_s = self._newest_s = time.monotonic()
        self._schedule = TickSchedule(self._tick_period_s or POLICY_PERIOD_S)

    def _wait_for_tick(self, executor: Executor) -> None:
        """Receive messages until the next tick is due."""
        while (remaining_s := self._schedule.remaining_s()) > 0.0:
            if remaining_s > SLEEP_S:
                executor.spin_once(timeout_sec=remaining_s - SLEEP_S)
            else:
                time.sleep(remaining_s)
        if not self._device.answered:
            executor.spin_once(timeout_sec=0.0)
        self._schedule.start_tick()

    def _wait_for_command(self, executor: Executor) -> None:
        """Receive messages until the command for the newest state has come."""
        if self._timeouts >= LOCKSTEP_PATIENCE:
            executor.spin_once(timeout_sec=0.0)
            return
        deadline = time.monotonic() + self.values["lockstep_timeout_s"]
        while not self._device.answered and not self.stop.is_set() and self.is_active:
            remaining_s = deadline - time.monotonic()
            if remaining_s <= 0.0:
                self._on_timeout()
                return
            executor.spin_once(timeout_sec=min(remaining_s, 0.1))
        self._timeouts = 0

    def _on_timeout(self) -> None:
        self._timeouts += 1
        if self._timeouts == LOCKSTEP_PATIENCE:
            self._device.trip(
                f"no command for {LOCKSTEP_PATIENCE} states in a row, "
                f"each waited for {self.values['lockstep_timeout_s']:g} s"
            )

    def _finish(self) -> None:
        if self._human.has_fallen:
            self.get_logger().warning(f"the person fell after {self._human.time_s:.2f} s")
        if not self._device.heard_from_policy:
            self.get_logger().warning("no command has come in the whole walk")
        if self._device.status.state is State.FAULT:
            self.get_logger().warning(f"the walk ended without assistance: {self._device.status.fault_text}")
        self._publish_report(tick_ns(self._tick))
        self.stop.set()

    def _publish_report(self, now_ns: int) -> None:
        late_ticks, late_commands = self._schedule.missed, self._device.late_commands
        fell = self._human.has_fallen
        level = DiagnosticStatus.WARN if fell or late_ticks or late_commands else DiagnosticStatus.OK
        values = {
            "simulated_s": self._human.time_s,
            "rate_hz": self._rate_hz(),
            "late_ticks": late_ticks,
            "late_commands": late_commands,
            "fell": fell,
        }
        summary = "the person fell" if fell else "walking"
        self._diagnostics.publish(self._report.fill(now_ns, level, summary, values))

    def _rate_hz(self) -> float | str:
        """Return the states per second of wall time so far; not in lockstep, where it says nothing."""
        return "none" if self._lockstep or self._tick == 0 else self._tick / (self._newest_s - self._begin_s)
