"""Latency from an encoder state to its torque command, over DDS: the policy node next to a bare rclpy echo."""

from __future__ import annotations

import gc
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import rclpy
from numpy.typing import NDArray
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import JointState

from exo_control.errors import ExoError
from exo_control.joints import JOINT_NAMES, POLICY_PERIOD_S
from exo_nodes import echo_node, qos, topics
from exo_nodes.messages import NamedValues
from exo_nodes.stamps import stamp_ns, tick_ns, tick_of

WARM_UP_TICKS = 200
START_TIMEOUT_S = 60.0
LAST_ANSWER_S = 0.2
DOMAIN_IDS = range(1, 102)  # above 101 the ports of a domain meet those that Linux gives to clients

_STRIDE_S = 1.1
_HIP_AMPLITUDE_RAD = 0.4


@dataclass(frozen=True)
class Latency:
    """Percentiles, ms."""

    p50_ms: float
    p99_ms: float
    p999_ms: float
    max_ms: float


def percentiles(latency_s: NDArray[np.float64]) -> Latency:
    """Return the percentiles of latencies, s, some of which may be infinite."""
    # Not interpolated, since between a number and infinity there is none.
    values = np.percentile(1e3 * latency_s, [50, 99, 99.9, 100], method="higher")
    return Latency(*values.tolist())


@dataclass(frozen=True)
class LatencyFigures:
    """What ``measure_latency`` found."""

    policy: Latency
    echo: Latency
    missed_deadlines: int
    """States that the policy node has answered after the next was due, or not at all."""
    states: int


class Channel:
    """Sends states and measures when the answers come."""

    def __init__(self, node: Node, states: str, commands: str, ticks: int) -> None:
        """Create the topics for a number of states."""
        self._publisher = node.create_publisher(JointState, states, qos.state_publisher())
        profile = qos.command(POLICY_PERIOD_S)
        self._subscription = node.create_subscription(JointState, commands, self._on_command, profile)
        self._message = NamedValues(JOINT_NAMES)
        self._sent_s = np.zeros(ticks)
        self.latency_s = np.full(ticks, math.inf)
        """Per state; infinite where no answer has come: a policy that is behind skips states."""

    @property
    def is_connected(self) -> bool:
        """Whether the other side reads the states and its commands arrive here."""
        return self._publisher.get_subscription_count() > 0 and self._subscription.get_publisher_count() > 0

    def send(self, tick: int) -> None:
        """Send the state of a tick: hips that walk."""
        phase = 2.0 * math.pi * tick * POLICY_PERIOD_S / _STRIDE_S
        right, left = _HIP_AMPLITUDE_RAD * math.sin(phase), -_HIP_AMPLITUDE_RAD * math.sin(phase)
        message = self._message.fill(tick_ns(tick), position=[right, left], velocity=[left, right], effort=0.0)
        self._sent_s[tick] = time.perf_counter()
        self._publisher.publish(message)

    def _on_command(self, command: JointState) -> None:
        now_s = time.perf_counter()
        tick = tick_of(stamp_ns(command.header.stamp))
        self.latency_s[tick] = now_s - self._sent_s[tick]

    def percentiles(self) -> Latency:
        """Return the percentiles after the warm-up."""
        return percentiles(self.latency_s[WARM_UP_TICKS:])


def measure_latency(seconds: float, policy: str) -> LatencyFigures:
    """Send states at 100 Hz to the policy node, and half a period later to the echo, each in a process of its own.

    Raises:
        ExoError: a node does not start, or no ROS domain is free.
    """
    os.environ.setdefault("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")
    context, node, domain_id = free_domain()
    ticks = WARM_UP_TICKS + round(seconds / POLICY_PERIOD_S)
    try:
        policy_channel = Channel(node, topics.JOINT_STATES, topics.JOINT_COMMANDS, ticks)
        echo_channel = Channel(node, echo_node.STATES, echo_node.COMMANDS, ticks)
        channels = (policy_channel, echo_channel)
        executor = SingleThreadedExecutor(context=context)
        executor.add_node(node)
        nodes = [("exo_nodes.start", "policy_node", {"policy": policy}), ("exo_nodes.echo_node", "main", {})]
        with node_processes(domain_id, nodes) as processes:
            _wait_until_connected(executor, channels, processes)
            _exchange(executor, channels, ticks)
    finally:
        node.destroy_node()
        context.try_shutdown()
    missed = int(np.sum(policy_channel.latency_s[WARM_UP_TICKS:] >= POLICY_PERIOD_S))
    return LatencyFigures(policy_channel.percentiles(), echo_channel.percentiles(), missed, ticks - WARM_UP_TICKS)


def free_domain() -> tuple[Context, Node, int]:
    """Return a node in a ROS domain in which there is no other."""
    start = os.getpid() % len(DOMAIN_IDS)
    for domain_id in (*DOMAIN_IDS[start:], *DOMAIN_IDS[:start]):
        context = Context()
        rclpy.init(context=context, domain_id=domain_id)
        node = Node("latency_benchmark", context=context, start_parameter_services=False)
        time.sleep(0.5)
        if node.get_node_names() == [node.get_name()]:
            return context, node, domain_id
        node.destroy_node()
        context.try_shutdown()
    raise ExoError("no ROS domain without nodes on this machine; stop some")


@contextmanager
def node_processes(
    domain_id: int, nodes: Sequence[tuple[str, str, Mapping[str, object]]]
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run nodes in processes of their own, in a ROS domain: module and name of what starts each, and its parameters."""
    env = {**os.environ, "ROS_DOMAIN_ID": str(domain_id)}
    processes = []
    try:
        for module, name, parameters in nodes:
            settings = [word for key, value in parameters.items() for word in ("-p", f"{key}:={value}")]
            call = [sys.executable, "-c", f"from {module} import {name}; {name}()"]
            processes.append(subprocess.Popen([*call, "--ros-args", *settings, "--log-level", "warn"], env=env))
        yield processes
    finally:
        for process in processes:
            process.send_signal(signal.SIGINT)
        for process in processes:
            process.wait()


def _wait_until_connected(
    executor: SingleThreadedExecutor, channels: tuple[Channel, Channel], processes: list[subprocess.Popen[bytes]]
) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not all(channel.is_connected for channel in channels):
        executor.spin_once(timeout_sec=0.05)
        if any(process.poll() is not None for process in processes) or time.monotonic() > deadline:
            codes = [process.poll() for process in processes]
            raise ExoError(
                f"the nodes did not start; exit codes of policy and echo node: {codes} (None: still running)"
            )


def _exchange(executor: SingleThreadedExecutor, channels: tuple[Channel, Channel], ticks: int) -> None:
    """Send a state every half period, in turn to each channel, and receive in between."""
    gc.collect()
    gc.disable()
    try:
        begin = time.perf_counter()
        for turn in range(2 * ticks):
            channels[turn % 2].send(turn // 2)
            _spin_until(executor, begin + (turn + 1) * 0.5 * POLICY_PERIOD_S)
            gc.collect(0)
        _spin_until(executor, time.perf_counter() + LAST_ANSWER_S)
    finally:
        gc.enable()


def _spin_until(executor: SingleThreadedExecutor, due_s: float) -> None:
    while (remaining_s := due_s - time.perf_counter()) > 0.0:
        executor.spin_once(timeout_sec=remaining_s)
