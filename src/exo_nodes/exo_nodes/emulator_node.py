"""The emulator node: emulated drives on a local CAN bus, worn by a walking person, in a process of their own."""

import sys
from contextlib import suppress

from diagnostic_msgs.msg import DiagnosticArray
from rcl_interfaces.msg import SetParametersResult
from rclpy.executors import Executor
from rclpy.parameter import Parameter
from rclpy.subscription import Subscription

from exo_control.errors import ConfigError, choices_hint
from exo_control.joints import JOINT_NAMES, POLICY_PERIOD_S
from exo_hardware.cubemars_emulator import DRIVE_BITRATE, CubemarsEmulator, EmulatorThread
from exo_hardware.device_config import load_device_config
from exo_hardware.drive_injection import Injection
from exo_hardware.emulation_config import load_emulation
from exo_hardware.local_bus import LocalBusHub
from exo_hardware.make_driver import EMULATED_OFFSETS_RAD, emulated_config
from exo_nodes import qos, topics
from exo_nodes.garbage import SlicedGarbage
from exo_nodes.human_topics import HumanTopics
from exo_nodes.lifecycle import WAIT_FOR_RECORDER, ExoNode, StartError
from exo_nodes.parameters import NodeParameter
from exo_nodes.peers import clash, unrecorded
from exo_nodes.person import PERSON, disturbance_of, make_native_person, set_motion
from exo_nodes.stamps import PERIOD_NS, SteadyClock
from exo_sim.walking_legs import WalkingLegs

PARAMETERS = (
    NodeParameter("device", "", "device file; empty: config/hardware/device.yaml"),
    NodeParameter("channel", "exo", "name of the local CAN bus"),
    NodeParameter("emulation", "realistic", "kind of drives in config/hardware/emulation.yaml"),
    NodeParameter("duration_s", 20.0, "time for which hip_noise_nm and push_m_s are drawn, s", 0.01, 36000.0),
    NodeParameter(
        "inject",
        "",
        "fault of the drives, such as silent:left_hip_flexion or bus_off; may be set at run time; empty: none",
        read_only=False,
    ),
    *PERSON,
)


class EmulatorNode(ExoNode):
    """Emulated drives in real time; the person starts to walk when the hardware node is active.

    The person's ground truth goes out on the same topics as in simulation, stamped with the time of the real world.
    """

    def __init__(self) -> None:
        super().__init__("emulator", PARAMETERS)
        self._garbage = SlicedGarbage()
        self._injected: list[tuple[Injection, str | None]] = []
        self.add_on_set_parameters_callback(self._on_parameters)
        parse_injection(self.values["inject"])  # a wrong one is no reason to wait

    def configure(self) -> None:
        """Load device and person, create the topics and connect the drives to the bus."""
        values = self.values
        device = load_device_config(values["device"] or None)
        if device.driver != "cubemars":
            raise StartError(f"{device.name} has {device.driver} drives; only cubemars ones can be emulated on a bus")
        self._human = make_native_person(values)
        self._human_topics = HumanTopics(self, with_clock=False)
        self._legs = WalkingLegs(
            self._human,
            disturbance_of(values),
            round(values["duration_s"] / POLICY_PERIOD_S),
            values["seed"],
            self._publish,
        )
        self._steady_clock = SteadyClock()
        self._begin_ns = 0
        self._emulator = CubemarsEmulator(
            emulated_config(device, values["channel"]),
            load_emulation(values["emulation"]),
            self._legs,
            EMULATED_OFFSETS_RAD,
            self._human.physics_step_s,
            seed=values["seed"],
            bus=LocalBusHub(values["channel"], DRIVE_BITRATE),
        )
        self._inject(values["inject"])
        self._thread = EmulatorThread(self._emulator)
        self._thread.__enter__()

    def check_alone(self) -> None:
        """Check that nobody else is the person."""
        if problem := clash(self, topics.HUMAN_JOINT_STATES):
            raise StartError(problem)

    def missing(self) -> list[str]:
        """Return what has to be there before the walk."""
        if not self.values[WAIT_FOR_RECORDER.name]:
            return []
        return [f"the recorder to read {topic}" for topic in unrecorded(self, self._human_topics.publishers)]

    def activate(self) -> None:
        """Look out for the hardware node."""
        # What is published for the first time takes longer than the hardware node waits for a drive.
        self._begin_ns = self._steady_clock.now_ns()
        self._publish()
        self._garbage.begin()
        self._status: Subscription | None = self.create_subscription(
            DiagnosticArray, topics.SAFETY_STATUS, self._on_device_active, qos.diagnostics()
        )

    def deactivate(self) -> None:
        """Say how the walk went; the drives live on until ``cleanup``."""
        self._garbage.end()
        text = f"walked {self._human.time_s:.2f} s, {self._human.state.com_position_m[0]:.2f} m"
        self.get_logger().info(text + ("; the person fell" if self._legs.has_fallen else ""))

    def cleanup(self) -> None:
        """Leave the bus and destroy the topics."""
        self._thread.__exit__(*sys.exc_info())
        self._human_topics.destroy()

    def destroy_node(self) -> None:
        """Leave the bus first: the drives' thread publishes."""
        if hasattr(self, "_thread"):
            self._thread.__exit__(*sys.exc_info())
        super().destroy_node()

    def work(self, executor: Executor) -> None:
        """Wait for messages; once the person walks, hear no more of the device: each message takes the drives' time."""
        super().work(executor)
        if self._legs.walking and self._status is not None:
            self.destroy_subscription(self._status)
            self._status = None

    def _on_device_active(self, status: DiagnosticArray) -> None:
        if self._legs.walking:
            return
        self._begin_ns = self._steady_clock.now_ns()
        self._publish()
        self._legs.walking = True
        self.get_logger().info(f"walking: gait {self.values['gait']}")

    def _publish(self) -> None:
        self._human_topics.publish(self._begin_ns + self._legs.period * PERIOD_NS, self._human.state)
        self._garbage.collect_slice()
        if self._legs.has_fallen:
            self.get_logger().warning(f"the person fell after {self._human.time_s:.2f} s", once=True)

    def _on_parameters(self, parameters: list[Parameter]) -> SetParametersResult:
        """Inject another fault, ``ros2 param set /emulator inject silent:left_hip_flexion``, or do another motion."""
        for parameter in parameters:
            if parameter.name == "inject":
                try:
                    self._inject(parameter.value)
                except ConfigError as error:
                    return SetParametersResult(successful=False, reason=str(error))
        return set_motion(getattr(self, "_human", None), parameters)

    def _inject(self, spec: str) -> None:
        wanted = parse_injection(spec)
        if not hasattr(self, "_emulator"):
            return
        for injection, joint in self._injected:
            self._emulator.bench.heal(injection, joint)
        self._injected = wanted
        for injection, joint in wanted:
            self._emulator.bench.inject(injection, joint)
            self.get_logger().warning(f"injected: {spec}")


def parse_injection(spec: str) -> list[tuple[Injection, str | None]]:
    """Return the fault in ``kind`` or ``kind:joint``, and the joint, None for both; empty for an empty text.

    Raises:
        ConfigError: unknown fault or joint.
    """
    if not spec:
        return []
    kind, _, joint = spec.partition(":")
    injection = None
    with suppress(ValueError):
        injection = Injection(kind)
    if injection is None:
        known = [item.value for item in Injection]
        raise ConfigError(f"inject = {spec}: unknown fault '{kind}'; {choices_hint(kind, known)}")
    if joint and joint not in JOINT_NAMES:
        raise ConfigError(f"inject = {spec}: unknown joint '{joint}'; {choices_hint(joint, JOINT_NAMES)}")
    return [(injection, joint or None)]
