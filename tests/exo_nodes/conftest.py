"""Runs the nodes as processes in a ROS domain of their own, and watches them from the test."""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import WrenchStamped
from nav_msgs.msg import Odometry
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile
from sensor_msgs.msg import JointState

from exo_nodes import topics
from exo_nodes.stamps import stamp_ns
from exo_sim.gait import load_gait
from exo_sim.human import SimulatedHuman
from exo_sim.human_model import load_human_model

PATIENCE_S = 60.0  # for what takes a few seconds on an idle machine


@pytest.fixture(scope="session", autouse=True)
def compiled_engine() -> None:
    """Compile the engine into its cache, which takes the first process that needs it half a minute."""
    gait = load_gait("two_state")
    SimulatedHuman(load_human_model(gait.human), gait).step(np.zeros(2))


TYPES: dict[str, Any] = {
    topics.JOINT_STATES: JointState,
    topics.JOINT_COMMANDS: JointState,
    topics.SAFETY_STATUS: DiagnosticArray,
    topics.HUMAN_JOINT_STATES: JointState,
    topics.GROUND_REACTION["right"]: WrenchStamped,
    topics.GROUND_REACTION["left"]: WrenchStamped,
    topics.CENTRE_OF_MASS: Odometry,
    topics.MUSCLE_ACTIVATIONS: JointState,
    topics.METABOLIC_POWER: JointState,
}


class NodeProcess:
    """A node in a process of its own, with its output so far."""

    def __init__(
        self, name: str, ros_arguments: Sequence[str], parameters: dict[str, Any], env: dict[str, str], log: Path
    ) -> None:
        self._log = log
        command = [sys.executable, "-c", f"from exo_nodes.start import {name}; {name}()", "--ros-args", *ros_arguments]
        for key, value in parameters.items():
            command += ["-p", f"{key}:={str(value).lower() if isinstance(value, bool) else value}"]
        with log.open("wb") as output:
            self.process = subprocess.Popen(command, env=env, stdout=output, stderr=subprocess.STDOUT)

    @property
    def output(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def exit_code(self) -> int:
        """Wait for the end."""
        return self.process.wait(PATIENCE_S)

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)


StartNode = Callable[..., NodeProcess]


@pytest.fixture
def start_node(ros_env: dict[str, str], tmp_path: Path) -> Iterator[StartNode]:
    """Start a node with parameters; it is killed after the test if it still runs."""
    started: list[NodeProcess] = []

    def start(name: str, ros_arguments: Sequence[str] = (), **parameters: Any) -> NodeProcess:
        node = NodeProcess(name, ros_arguments, parameters, ros_env, tmp_path / f"{name}_{len(started)}.txt")
        started.append(node)
        return node

    yield start
    for node in started:
        with contextlib.suppress(ProcessLookupError):
            node.process.kill()
        node.process.wait(PATIENCE_S)
        print(node.output)  # pytest shows it when the test has failed


class Observer:
    """Reads all topics of the stack, and takes the name of the recorder, so that the nodes wait for it."""

    def __init__(self, node: Node, context: Context) -> None:
        self.node = node
        self.messages: dict[str, list[Any]] = {topic: [] for topic in TYPES}
        self.executor = SingleThreadedExecutor(context=context)
        self.executor.add_node(node)
        for topic, message_type in TYPES.items():
            node.create_subscription(message_type, topic, self.messages[topic].append, QoSProfile(depth=5000))

    def spin_until(self, condition: Callable[[], bool]) -> None:
        """Receive messages until a condition is true."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, f"received { ({k: len(v) for k, v in self.messages.items()}) }"
            self.executor.spin_once(timeout_sec=0.05)

    def spin_until_ended(self, process: NodeProcess) -> int:
        """Receive messages until a process has ended and nothing more comes; return its exit code."""
        self.spin_until(lambda: process.has_ended)
        before = -1
        while before != (before := sum(map(len, self.messages.values()))):
            for _ in range(20):
                self.executor.spin_once(timeout_sec=0.02)
        return process.exit_code()

    def by_stamp(self, topic: str) -> dict[int, Any]:
        """Return the messages of a topic by stamp, ns."""
        return {stamp_ns(message.header.stamp): message for message in self.messages[topic]}

    def statuses(self) -> dict[int, dict[str, str]]:
        """Return the safety status by stamp, ns."""
        return {stamp: _values(message) for stamp, message in self.by_stamp(topics.SAFETY_STATUS).items()}

    def spin_until_state(self, state: str) -> None:
        """Receive messages until the newest safety status has this state."""
        received = self.messages[topics.SAFETY_STATUS]
        self.spin_until(lambda: bool(received) and _values(received[-1])["state"] == state)


def _values(message: DiagnosticArray) -> dict[str, str]:
    return {**{value.key: value.value for value in message.status[0].values}, "": message.status[0].message}


@pytest.fixture
def observer(ros_domain_id: int, ros_env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Observer]:
    """An observer in the domain of the nodes."""
    monkeypatch.setenv("ROS_AUTOMATIC_DISCOVERY_RANGE", ros_env["ROS_AUTOMATIC_DISCOVERY_RANGE"])
    monkeypatch.setenv("ROS_LOG_DIR", ros_env["ROS_LOG_DIR"])
    context = Context()
    rclpy.init(context=context, domain_id=ros_domain_id)
    node = Node(topics.RECORDER_NODE, context=context, start_parameter_services=False)
    observer = Observer(node, context)
    yield observer
    observer.executor.shutdown()
    node.destroy_node()
    context.try_shutdown()
