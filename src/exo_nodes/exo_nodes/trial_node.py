"""The trial node: conducts the phases of a trial by telling policy and simulated person what each phase is."""

from collections.abc import Callable
from pathlib import Path

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.parameter import Parameter
from rclpy.parameter_client import AsyncParameterClient
from rclpy.task import Future
from sensor_msgs.msg import JointState
from std_srvs.srv import Trigger

from exo_control.errors import ExoError
from exo_control.joints import POLICY_PERIOD_S
from exo_control.policy_switch import CROSSOVER_TICKS, WATCH_TICKS
from exo_nodes import qos, topics
from exo_nodes.lifecycle import WAIT_FOR_RECORDER, ExoNode
from exo_nodes.messages import Report
from exo_nodes.parameters import NodeParameter
from exo_nodes.peers import unrecorded
from exo_nodes.person import MOTION
from exo_nodes.stamps import stamp_ns
from exo_sim.gait_speeds import gait_at_speed
from exo_sim.wearer import STAND
from exo_trial.phase_clock import SECOND_NS, PhaseClock, TrialState
from exo_trial.phase_mark import KEYS, STATUS_NAME, mark_of
from exo_trial.protocol import NO_ASSISTANCE
from exo_trial.schedule import ScheduledPhase
from exo_trial.trial_file import load_trial_file

POLICY_NODE = "policy"

FADE_OUT_S = (WATCH_TICKS + 2 * CROSSOVER_TICKS + 10) * POLICY_PERIOD_S
"""From the end of a trial to that of its recording. The torque has faded out by then, also if a policy that was just
taking over had to do so first."""

PARAMETERS = (
    NodeParameter("trial", "", "trial.json, which trial.launch.py writes"),
    NodeParameter("first_phase", 0, "phase to begin with, 0 for the first", 0, 10000),
    NodeParameter("person", "", "node of the simulated person, simulation or emulator; empty: a real one"),
    NodeParameter("gait", "", "gait of the simulated person; its variants in config/gaits/speeds walk other speeds"),
)


class TrialNode(ExoNode):
    """Follows the time of exo/joint_states; says on exo/trial_phase which phase it is.

    Torque comes from the policy node alone, which swaps policies without a step; this node never commands any.
    """

    def __init__(self) -> None:
        super().__init__(topics.TRIAL_NODE, PARAMETERS)
        self._schedule = load_trial_file(Path(self.values["trial"])).schedule
        self._progress = PhaseClock([phase.duration_s for phase in self._schedule.phases], self.values["first_phase"])
        self._policy = AsyncParameterClient(self, POLICY_NODE)
        self._person = AsyncParameterClient(self, self.values["person"]) if self.values["person"] else None
        self._motions = [self._motion(phase) for phase in self._schedule.phases] if self._person else []

    def _motion(self, phase: ScheduledPhase) -> str:
        return gait_at_speed(self.values["gait"], phase.speed_m_s) if phase.kind == "walk" else STAND

    def configure(self) -> None:
        """Create topic and services."""
        self._phases = self.create_publisher(DiagnosticArray, topics.TRIAL_PHASE, qos.phase())
        self._report = Report(STATUS_NAME, self._schedule.protocol, KEYS)
        self._triggers = [
            self.create_service(Trigger, name, self._answer(action))
            for name, action in (
                (topics.PAUSE_TRIAL, self._pause),
                (topics.RESUME_TRIAL, self._resume),
                (topics.ABORT_TRIAL, self._abort),
            )
        ]

    def missing(self) -> list[str]:
        """Return what has to be there before the first phase."""
        missing = [] if self._policy.services_are_ready() else ["the policy node"]
        if self._person is not None and not self._person.services_are_ready():
            missing.append(f"the {self.values['person']} node")
        if self.values[WAIT_FOR_RECORDER.name]:
            missing += [f"the recorder to read {topic}" for topic in unrecorded(self, [self._phases])]
        return missing

    def activate(self) -> None:
        """Begin with the first state that comes; a device that waits for this node sees it by its reader."""
        self._now_ns: int | None = None
        self._published_ns = 0
        self._over_ns: int | None = None
        self._states = self.create_subscription(JointState, topics.JOINT_STATES, self._on_state, qos.state_publisher())

    def deactivate(self) -> None:
        """Follow the states no longer."""
        self.destroy_subscription(self._states)

    def cleanup(self) -> None:
        """Destroy topic and services."""
        self.destroy_publisher(self._phases)
        for service in self._triggers:
            self.destroy_service(service)

    @property
    def _phase(self) -> ScheduledPhase:
        return self._schedule.phases[self._progress.index]

    def _on_state(self, state: JointState) -> None:
        first, self._now_ns = self._now_ns is None, stamp_ns(state.header.stamp)
        if self._progress.tick(self._now_ns) or first:
            self._begin_phase()
        elif abs(self._now_ns - self._published_ns) >= SECOND_NS:
            self._publish()
        if self._progress.is_over:
            self._over_ns = self._over_ns or self._now_ns
            if self._now_ns - self._over_ns >= FADE_OUT_S * SECOND_NS:
                self.stop.set()

    def _begin_phase(self) -> None:
        self._publish()
        phase, number, count = self._phase, self._progress.index + 1, len(self._schedule.phases)
        if self._progress.state is TrialState.FINISHED:
            self.get_logger().info("the trial is finished")
            self._set_policy(NO_ASSISTANCE)
            return
        walking = f" at {phase.speed_m_s:g} m/s, policy {phase.policy}" if phase.kind == "walk" else ""
        self.get_logger().info(f"phase {number} of {count}: {phase.name}, {phase.duration_s:g} s{walking}")
        self._set_policy(phase.policy)
        if self._person is not None:
            self._set(self._person, MOTION.name, self._motions[self._progress.index])

    def _publish(self) -> None:
        assert self._now_ns is not None
        phase, state = self._phase, self._progress.state
        level = DiagnosticStatus.WARN if state in (TrialState.PAUSED, TrialState.ABORTED) else DiagnosticStatus.OK
        values = mark_of(phase, self._progress.index, state).values()
        self._phases.publish(self._report.fill(self._now_ns, level, phase.name, values))
        self._published_ns = self._now_ns

    def _set_policy(self, policy: str) -> None:
        self._set(self._policy, "policy", policy)

    def _set(self, client: AsyncParameterClient, name: str, value: str) -> None:
        """Set a parameter of another node; a trial whose phase cannot be had is aborted."""

        def check(done: Future) -> None:
            (result,) = done.result().results
            if not result.successful:
                self.get_logger().error(f"{name} = {value}: {result.reason}; the trial is aborted")
                if not self._progress.is_over:
                    self._abort()

        client.set_parameters([Parameter(name, value=value)]).add_done_callback(check)

    def _answer(self, action: Callable[[], str]) -> Callable[[Trigger.Request, Trigger.Response], Trigger.Response]:
        """Return the callback of a service that does something and says what; refusals are answers too."""

        def callback(request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
            try:
                if self._now_ns is None:
                    raise ExoError("the trial has not begun yet")
                response.message, response.success = action(), True
            except ExoError as error:
                response.message, response.success = str(error), False
            self.get_logger().info(response.message)
            return response

        return callback

    def _pause(self) -> str:
        self._progress.pause()
        self._publish()
        self._set_policy(NO_ASSISTANCE)
        return f"paused in {self._phase.name} after {self._progress.elapsed_s:.1f} s: the torque fades out"

    def _resume(self) -> str:
        self._progress.resume()
        self._publish()
        self._set_policy(self._phase.policy)
        return f"{self._phase.name} goes on"

    def _abort(self) -> str:
        self._progress.abort()
        self._publish()
        self._set_policy(NO_ASSISTANCE)
        return f"aborted in {self._phase.name}: the torque fades out, then the recording ends"
