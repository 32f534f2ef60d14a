"""Simulation and policy node over DDS: the device contract, faults of the policy, and a clean start and end."""

import math
import signal
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rcl_interfaces.msg import SetParametersResult
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter
from sensor_msgs.msg import JointState

from exo_control.joints import JOINT_NAMES, by_joint_name
from exo_control.policy_switch import CROSSOVER_TICKS
from exo_nodes import qos, topics
from exo_nodes.lifecycle import EXIT_CANNOT_START
from exo_nodes.stamps import PERIOD_NS, START_NS, stamp_ns
from exo_safety.limits import load_limits
from exo_scone.finder import find_scone
from exo_sim.names import MUSCLES

from .conftest import Observer, StartNode

pytestmark = pytest.mark.integration

LOCKSTEP = {"lockstep": True, "wait_for_recorder": True, "gait": "two_state"}
LOCKSTEP_POLICY = {"tick_period_s": 0.0, "wait_for_recorder": True}
SLOW = {"wait_for_recorder": True, "gait": "two_state", "duration_s": 300.0, "real_time_factor": 0.4}
SLOW_POLICY = {"wait_for_recorder": True, "tick_period_s": 0.025}
REAL_TIME = {"wait_for_recorder": True, "gait": "two_state"}


def torque_of(status: dict[str, str]) -> list[float]:
    return [float(status[f"{name}.torque_nm"]) for name in JOINT_NAMES]


def test_topics_keep_the_contract(observer: Observer, start_node: StartNode) -> None:
    start_node("policy_node", policy="dofc", **LOCKSTEP_POLICY)
    simulation = start_node("simulation_node", duration_s=3.0, **LOCKSTEP)
    assert observer.spin_until_ended(simulation) == 0, simulation.output
    limits = load_limits()
    assert f"limits {limits.sha256()[:12]}: {limits}" in simulation.output

    stamps = [START_NS + tick * PERIOD_NS for tick in range(301)]
    for topic, messages in observer.messages.items():
        expected = stamps[:-1] if topic == topics.SAFETY_STATUS else stamps  # the last state needs no torque
        assert list(observer.by_stamp(topic)) == expected, topic
        assert len(messages) == len(expected), topic
    states, commands = observer.by_stamp(topics.JOINT_STATES), observer.by_stamp(topics.JOINT_COMMANDS)
    statuses, human = observer.statuses(), observer.by_stamp(topics.HUMAN_JOINT_STATES)
    for stamp in stamps:
        state, command = states[stamp], commands[stamp]
        assert set(state.name) == set(command.name) == set(JOINT_NAMES)
        assert len(command.effort) == 2 and len(command.position) == len(command.velocity) == 0
        # Without noise the encoders show the joints of the person.
        truth = dict(zip(human[stamp].name, human[stamp].position, strict=True))
        assert by_joint_name(state.name, state.position) == pytest.approx([truth[name] for name in JOINT_NAMES])
    for stamp, following in pairwise(stamps):
        command_nm = by_joint_name(commands[stamp].name, commands[stamp].effort)
        assert [float(statuses[stamp][f"{name}.command_nm"]) for name in JOINT_NAMES] == command_nm.tolist()
        # What the limiter let through acts until the next state, which tells it.
        acted = by_joint_name(states[following].name, states[following].effort)
        assert acted.tolist() == torque_of(statuses[stamp])
        assert statuses[stamp]["fault"] == "none" and float(statuses[stamp]["command_age_s"]) == 0.0
        power = np.array(torque_of(statuses[stamp])) * by_joint_name(states[stamp].name, states[stamp].velocity)
        assert [float(statuses[stamp][f"{name}.power_w"]) for name in JOINT_NAMES] == power.tolist()
    assert any(torque_of(statuses[stamp]) != [0.0, 0.0] for stamp in stamps[:-1])
    assert set(observer.messages[topics.MUSCLE_ACTIVATIONS][0].name) == set(MUSCLES)
    assert set(observer.messages[topics.METABOLIC_POWER][0].name) == {topics.WHOLE_BODY, *MUSCLES}
    for message in observer.messages[topics.CENTRE_OF_MASS]:
        assert message.header.frame_id == topics.WORLD_FRAME
    # The person is held up by the ground: over 3 s the vertical force averages to about body weight.
    vertical = sum(
        np.mean([message.wrench.force.z for message in observer.messages[topic]])
        for topic in topics.GROUND_REACTION.values()
    )
    assert vertical == pytest.approx(74.5314 * 9.80665, rel=0.1)


def test_sensor_noise_is_on_the_encoders_only(observer: Observer, start_node: StartNode) -> None:
    start_node("policy_node", policy="zero", **LOCKSTEP_POLICY)
    noise = {"position_noise_rad": 0.05, "velocity_noise_rad_s": 0.1}
    simulation = start_node("simulation_node", duration_s=3.0, **noise, **LOCKSTEP)
    assert observer.spin_until_ended(simulation) == 0, simulation.output
    human, errors = observer.by_stamp(topics.HUMAN_JOINT_STATES), []
    for stamp, state in observer.by_stamp(topics.JOINT_STATES).items():
        truth = human[stamp]
        index = [truth.name.index(name) for name in JOINT_NAMES]
        errors.append(
            [
                by_joint_name(state.name, state.position) - np.array(truth.position)[index],
                by_joint_name(state.name, state.velocity) - np.array(truth.velocity)[index],
            ]
        )
    spread = np.array(errors).std(axis=0)  # of 301 values: a sample's spread is within 4 standard errors of 4 %
    assert spread[0] == pytest.approx([0.05, 0.05], rel=0.17)
    assert spread[1] == pytest.approx([0.1, 0.1], rel=0.17)


@pytest.mark.real_time
@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
def test_a_dead_or_hung_policy_costs_the_torque_and_not_the_walk(
    observer: Observer, start_node: StartNode, fault: signal.Signals
) -> None:
    # A quarter of real time, so that a busy machine does not look like a policy that hangs.
    pace = {"real_time_factor": 0.25, "wait_for_recorder": True}
    policy = start_node("policy_node", policy="dofc", tick_period_s=0.04, wait_for_recorder=True)
    simulation = start_node("simulation_node", duration_s=2.0, gait="two_state", **pace)
    observer.spin_until(lambda: max(observer.by_stamp(topics.JOINT_STATES), default=0) > START_NS + 1_200_000_000)
    policy.send(fault)
    assert observer.spin_until_ended(simulation) == 0, simulation.output

    statuses = observer.statuses()
    last_command = max(observer.by_stamp(topics.JOINT_COMMANDS))
    before = [torque_of(status) for stamp, status in statuses.items() if stamp <= last_command]
    after = [torque_of(status) for stamp, status in statuses.items() if stamp >= last_command + 50_000_000]
    assert max(map(max, before)) > 0.5
    assert len(after) > 50 and max(map(max, after)) == min(map(min, after)) == 0.0
    final = statuses[max(statuses)]
    assert final["fault"] == "command_age" and final["state"] == "fault" and "no command for 0.05" in final[""]
    assert "safety fault command_age" in simulation.output
    walked = [message.pose.pose.position.x for message in observer.messages[topics.CENTRE_OF_MASS]]
    assert len(walked) == 201 and walked[-1] > walked[130] + 0.3


@pytest.mark.real_time
def test_lockstep_goes_on_without_a_policy_that_died(observer: Observer, start_node: StartNode) -> None:
    policy = start_node("policy_node", policy="dofc", **LOCKSTEP_POLICY)
    simulation = start_node("simulation_node", duration_s=4.0, lockstep_timeout_s=0.2, **LOCKSTEP)
    observer.spin_until(lambda: len(observer.messages[topics.JOINT_COMMANDS]) > 20)
    policy.send(signal.SIGKILL)
    assert observer.spin_until_ended(simulation) == 0, simulation.output
    assert len(observer.messages[topics.JOINT_STATES]) == 401
    statuses = observer.statuses()
    last_command = max(observer.by_stamp(topics.JOINT_COMMANDS))
    assert all(
        torque_of(status) == [0.0, 0.0] for stamp, status in statuses.items() if stamp >= last_command + 50_000_000
    )
    assert statuses[max(statuses)]["state"] == "fault"


class FakePolicy:
    """Answers each state with a command that a test makes up."""

    def __init__(self, observer: Observer, answer: Any) -> None:
        self._publisher = observer.node.create_publisher(JointState, topics.JOINT_COMMANDS, qos.command(0.0))
        self._answer = answer
        observer.node.create_subscription(JointState, topics.JOINT_STATES, self._on_state, qos.state_reader())

    def _on_state(self, state: JointState) -> None:
        command = JointState(name=list(JOINT_NAMES), effort=[0.0, 0.0])
        command.header.stamp = state.header.stamp
        self._answer(command)
        self._publisher.publish(command)


def run_with(observer: Observer, start_node: StartNode, answer: Any, duration_s: float = 2.6) -> str:
    """Walk with a fake policy and return the output of the simulation."""
    FakePolicy(observer, answer)
    simulation = start_node("simulation_node", duration_s=duration_s, lockstep_timeout_s=0.2, **LOCKSTEP)
    assert observer.spin_until_ended(simulation) == 0, simulation.output
    assert len(observer.messages[topics.JOINT_STATES]) == round(duration_s * 100) + 1, "the walk goes on"
    return simulation.output


def wrong_name(command: JointState) -> None:
    command.name = ["right_hip", "left_hip"]


def no_stamp(command: JointState) -> None:
    command.header.stamp.sec = command.header.stamp.nanosec = 0


def not_a_number(command: JointState) -> None:
    command.effort = [math.nan, 1.0]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (wrong_name, "unknown joint 'right_hip'"),
        (no_stamp, "copy header.stamp"),
        (not_a_number, "command [nan, 1.0] is not 2 finite numbers"),
    ],
)
def test_an_invalid_command_is_a_fault_at_once(
    observer: Observer, start_node: StartNode, spoil: Any, reason: str
) -> None:
    spoilt_ns = START_NS + 100 * PERIOD_NS

    def answer(command: JointState) -> None:
        command.effort = [5.0, 5.0]
        stamp = command.header.stamp
        if stamp.sec * 1_000_000_000 + stamp.nanosec == spoilt_ns:
            spoil(command)

    output = run_with(observer, start_node, answer, duration_s=1.5)
    statuses = observer.statuses()
    assert all(status["fault"] == "none" for stamp, status in statuses.items() if stamp < spoilt_ns)
    assert torque_of(statuses[spoilt_ns - PERIOD_NS]) != [0.0, 0.0]
    for stamp, status in statuses.items():
        if stamp >= spoilt_ns:
            assert torque_of(status) == [0.0, 0.0] and status["state"] == "fault" and reason in status[""]
    assert reason in output


def test_huge_commands_are_capped(observer: Observer, start_node: StartNode) -> None:
    def answer(command: JointState) -> None:
        command.effort = [1e300, -1e300]

    run_with(observer, start_node, answer, duration_s=1.5)
    limits, torques = load_limits(), np.array([torque_of(status) for status in observer.statuses().values()])
    assert np.abs(torques).max() <= limits.torque_cap_nm
    growth = np.diff(np.abs(torques), axis=0).max()
    assert 0.0 < growth <= limits.torque_rate_nm_per_s * 0.010 + 1e-9
    assert np.abs(torques).max() > 1.0


@pytest.mark.real_time
def test_a_second_simulation_in_the_same_domain_is_refused(observer: Observer, start_node: StartNode) -> None:
    start_node("policy_node", policy="zero", **SLOW_POLICY)
    first = start_node("simulation_node", **SLOW)
    observer.spin_until(lambda: len(observer.messages[topics.JOINT_STATES]) > 10)
    second = start_node("simulation_node", duration_s=1.0, **REAL_TIME)
    observer.spin_until(lambda: second.has_ended)
    assert second.exit_code() == EXIT_CANNOT_START
    assert "another node publishes /exo/joint_states already: /simulation" in second.output
    assert "ROS_DOMAIN_ID" in second.output
    assert not first.has_ended


@pytest.mark.real_time
def test_a_second_policy_is_refused_and_does_not_disturb(observer: Observer, start_node: StartNode) -> None:
    start_node("policy_node", policy="zero", **SLOW_POLICY)
    simulation = start_node("simulation_node", **SLOW)
    observer.spin_until(lambda: len(observer.messages[topics.JOINT_STATES]) > 10)
    second = start_node("policy_node", policy="dofc")
    observer.spin_until(lambda: second.has_ended)
    assert second.exit_code() == EXIT_CANNOT_START
    assert "another node publishes /exo/joint_commands already: /policy" in second.output
    count = len(observer.messages[topics.SAFETY_STATUS])
    # The simulation looks for other policies every 100 states.
    observer.spin_until(lambda: len(observer.messages[topics.SAFETY_STATUS]) > count + 110)
    assert observer.messages[topics.SAFETY_STATUS][-1].status[0].message in ("ramp", "active"), simulation.output


def set_policy(observer: Observer, policy: str) -> SetParametersResult:
    client = observer.node.create_client(SetParameters, "/policy/set_parameters")
    assert client.wait_for_service(20.0)
    value = Parameter("policy", Parameter.Type.STRING, policy).to_parameter_msg()
    future = client.call_async(SetParameters.Request(parameters=[value]))
    observer.spin_until(future.done)
    return future.result().results[0]


@pytest.mark.real_time
def test_another_policy_takes_over_without_a_step(observer: Observer, start_node: StartNode) -> None:
    policy = start_node("policy_node", policy="zero", **SLOW_POLICY)
    start_node("simulation_node", **SLOW)
    commands = observer.messages[topics.JOINT_COMMANDS]
    observer.spin_until(lambda: len(commands) > 100)
    assert "unknown policy 'dofcc'; did you mean 'dofc'?" in set_policy(observer, "dofcc").reason
    assert set_policy(observer, "missing.onnx").successful  # found out while it loads
    assert set_policy(observer, "dofc").successful
    before = len(commands)
    observer.spin_until(lambda: len(commands) > before + 500)
    torque = np.array([command.effort for command in commands])
    assert np.all(torque[:before] == 0.0) and np.abs(torque).max() > 5.0
    ticks = np.diff([stamp_ns(command.header.stamp) for command in commands]) / PERIOD_NS  # a busy machine skips some
    change = np.abs(np.diff(torque, axis=0)).max(axis=1) / ticks
    end = np.flatnonzero(change)[0] + CROSSOVER_TICKS
    assert change[:end].max() < change[end:].max() + 8.0 / CROSSOVER_TICKS  # DOFC's own changes, and its share's
    policy.send(signal.SIGINT)
    assert policy.exit_code() == 0
    assert "policy not replaced: policy missing.onnx: no such file" in policy.output
    assert "policy dofc takes over from zero" in policy.output


@pytest.mark.real_time
def test_two_commanding_nodes_are_a_fault(observer: Observer, start_node: StartNode) -> None:
    intruder: list[Any] = []

    def answer(command: JointState) -> None:
        if len(observer.messages[topics.JOINT_STATES]) > 50 and not intruder:
            intruder.append(observer.node.create_publisher(JointState, topics.JOINT_COMMANDS, qos.command(0.0)))
            time.sleep(0.5)  # until the simulation has found it

    output = run_with(observer, start_node, answer)
    assert "2 nodes publish /exo/joint_commands" in output and "only one may command" in output
    statuses = observer.statuses()
    assert statuses[max(statuses)]["state"] == "fault"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_last_command_of_a_stopped_policy_is_zero(
    observer: Observer, start_node: StartNode, number: signal.Signals
) -> None:
    policy = start_node("policy_node", policy="dofc", **LOCKSTEP_POLICY)
    start_node("simulation_node", duration_s=300.0, lockstep_timeout_s=60.0, **LOCKSTEP)
    commands = observer.messages[topics.JOINT_COMMANDS]
    observer.spin_until(lambda: bool(commands) and abs(commands[-1].effort[0]) > 1.0)
    policy.send(number)
    assert observer.spin_until_ended(policy) == 0, policy.output
    assert list(commands[-1].effort) == [0.0, 0.0]


def test_interrupting_the_simulation_ends_it_in_order(observer: Observer, start_node: StartNode) -> None:
    start_node("policy_node", policy="zero", **SLOW_POLICY)
    simulation = start_node("simulation_node", **SLOW)
    observer.spin_until(lambda: len(observer.messages[topics.JOINT_STATES]) > 10)
    simulation.send(signal.SIGINT)
    assert simulation.exit_code() == 0
    assert "walked 0." in simulation.output


def test_lifecycle_by_hand(observer: Observer, start_node: StartNode) -> None:
    policy = start_node("policy_node", policy="dofc", autostart=False)
    change = observer.node.create_client(ChangeState, "policy/change_state")
    state = observer.node.create_client(GetState, "policy/get_state")

    def call(client: Any, request: Any) -> Any:
        observer.spin_until(client.service_is_ready)
        future = client.call_async(request)
        observer.spin_until(future.done)
        return future.result()

    for transition, label, readers in (
        (Transition.TRANSITION_CONFIGURE, "inactive", 0),
        (Transition.TRANSITION_ACTIVATE, "active", 1),
        (Transition.TRANSITION_DEACTIVATE, "inactive", 0),
        (Transition.TRANSITION_CLEANUP, "unconfigured", 0),
        (Transition.TRANSITION_CONFIGURE, "inactive", 0),
    ):
        assert call(change, ChangeState.Request(transition=Transition(id=transition))).success
        assert call(state, GetState.Request()).current_state.label == label
        # The observer reads the states too.
        observer.spin_until(lambda n=readers: observer.node.count_subscribers(topics.JOINT_STATES) == 1 + n)  # type: ignore[misc]
    policy.send(signal.SIGINT)
    assert policy.exit_code() == 0, policy.output


@pytest.mark.parametrize(
    ("node", "parameters", "message"),
    [
        ("policy_node", {"policy": "doffc"}, "unknown policy 'doffc'; did you mean 'dofc'?"),
        ("policy_node", {"policy": "none.onnx"}, "none.onnx: no such file"),
        ("policy_node", {"dofc.gain_nm": 130.0}, "parameter dofc.gain_nm = 130.0; allowed: a number"),
        ("policy_node", {"dofc.gian_nm": 8.0}, "no parameter 'dofc.gian_nm'; did you mean 'dofc.gain_nm'?"),
        ("simulation_node", {"engine": "hyfydy"}, "parameter engine = 'hyfydy'; allowed: one of auto, native, scone"),
        pytest.param(
            "simulation_node",
            {"engine": "scone"},
            "SCONE is not installed",
            marks=pytest.mark.skipif(find_scone().usable, reason="SCONE is installed"),
        ),
        ("simulation_node", {"duration_s": "long"}, "parameter duration_s = 'long'; allowed: a number"),
        ("simulation_node", {"gait": "moonwalk"}, "unknown gait 'moonwalk'; "),
        ("simulation_node", {"subject": "nobody"}, "unknown subject 'nobody'; "),
    ],
)
def test_bad_parameters_are_refused(start_node: StartNode, node: str, parameters: dict[str, Any], message: str) -> None:
    process = start_node(node, **parameters)
    assert process.exit_code() == EXIT_CANNOT_START
    assert message in process.output
    assert "Traceback" not in process.output


def test_a_malformed_parameter_file_is_refused(start_node: StartNode, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("policy: [\n")
    process = start_node("policy_node", ros_arguments=["--params-file", str(path)])
    assert process.exit_code() == EXIT_CANNOT_START
    assert "cannot start" in process.output and "bad.yaml" in process.output
    assert "Traceback" not in process.output


def test_a_missing_policy_is_named(start_node: StartNode) -> None:
    simulation = start_node("simulation_node", wait_timeout_s=1.0)
    assert simulation.exit_code() == EXIT_CANNOT_START
    assert "waited 1 s for: a policy that publishes /exo/joint_commands" in simulation.output


def test_a_policy_with_another_pace_is_named(start_node: StartNode) -> None:
    start_node("policy_node", tick_period_s=0.0)
    simulation = start_node("simulation_node", wait_timeout_s=4.0)
    assert simulation.exit_code() == EXIT_CANNOT_START
    assert "/policy to offer /exo/joint_commands reliably with a deadline of at most 20 ms" in simulation.output
