"""Latency from encoder frame to torque frame, on the CAN bus of emulated drives: driver, DDS, policy and safety."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass

import can
import numpy as np

from exo_control.errors import ExoError
from exo_control.joints import JOINT_NAMES
from exo_hardware.cubemars_emulator import DRIVE_BITRATE, CubemarsEmulator
from exo_hardware.device_config import load_device_config
from exo_hardware.emulation_config import load_emulation
from exo_hardware.local_bus import LocalBusHub
from exo_hardware.make_driver import EMULATED_OFFSETS_RAD, emulated_config
from exo_hardware.mit_command import ENTER_MOTOR_MODE, EXIT_MOTOR_MODE
from exo_hardware.plant import HangingLegs
from exo_nodes.latency_benchmark import (
    START_TIMEOUT_S,
    WARM_UP_TICKS,
    Latency,
    free_domain,
    node_processes,
    percentiles,
)

SERVE_S = 0.001
RAISED_RAD = (0.5, -0.3)
"""The legs start to swing from here: a policy that sees motion has torque to give."""


@dataclass(frozen=True)
class HardwareLatency:
    """What ``measure_hardware_latency`` found."""

    frames: Latency
    """From the moment a drive sends its encoder frame to the moment the torque frame that answers it is sent."""
    torque_frames: int


class FrameClock(LocalBusHub):
    """The drives' end of a bus that notes when frames pass.

    In motor mode a drive gets a first zero command, and then two frames a tick: one repeats the torque and asks for the
    state, the other brings the new torque. The drive answers all.
    """

    def __init__(self, channel: str) -> None:
        """Open the channel."""
        super().__init__(channel, DRIVE_BITRATE)
        self._answered_s: dict[int, float] = {}
        self._commands: dict[int, int] = {}
        self.latency_s: list[float] = []
        """From encoder frame to torque frame since motor mode was entered last."""

    def send(self, msg: can.Message, timeout: float | None = None) -> None:
        """Send a drive's frame."""
        self._answered_s[msg.data[0]] = time.monotonic()
        super().send(msg, timeout)

    def recv(self, timeout: float | None = None) -> can.Message | None:
        """Return the next frame to a drive; it carries the time at which it was sent."""
        message = super().recv(timeout)
        if message is not None:
            self._note(message.arbitration_id, bytes(message.data), message.timestamp)
        return message

    def _note(self, drive: int, data: bytes, sent_s: float) -> None:
        if data == ENTER_MOTOR_MODE:
            self._commands[drive] = 0
            self.latency_s.clear()
        elif data == EXIT_MOTOR_MODE:
            self._commands.pop(drive, None)
        elif drive in self._commands:
            self._commands[drive] += 1
            is_new_torque = self._commands[drive] > 1 and self._commands[drive] % 2 == 1
            if is_new_torque:
                self.latency_s.append(sent_s - self._answered_s[drive])


def measure_hardware_latency(seconds: float, policy: str) -> HardwareLatency:
    """Run hardware, policy and emergency stop node, each in a process of its own, against drives in this one.

    Raises:
        ExoError: a node does not start or ends early, or no ROS domain is free.
    """
    os.environ.setdefault("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")
    context, node, domain_id = free_domain()
    node.destroy_node()
    context.try_shutdown()
    channel = f"exo-latency-{os.getpid()}"
    clock = FrameClock(channel)
    device = emulated_config(load_device_config(), channel)
    legs = HangingLegs(angle_rad=RAISED_RAD)
    drives = CubemarsEmulator(device, load_emulation("ideal"), legs, EMULATED_OFFSETS_RAD, bus=clock)
    wanted = len(JOINT_NAMES) * (WARM_UP_TICKS + round(100.0 * seconds))
    nodes = [
        ("exo_nodes.start", "estop_node", {}),
        ("exo_nodes.start", "policy_node", {"policy": policy}),
        ("exo_nodes.start", "hardware_node", {"emulation_channel": channel}),
    ]
    try:
        with node_processes(domain_id, nodes) as processes:
            _serve(drives, clock, processes, wanted, START_TIMEOUT_S + seconds)
            latency_s = np.array(clock.latency_s[:wanted])
    finally:
        drives.close()
    steady_s = latency_s[len(JOINT_NAMES) * WARM_UP_TICKS :]
    return HardwareLatency(percentiles(steady_s), len(steady_s))


def _serve(
    drives: CubemarsEmulator,
    clock: FrameClock,
    processes: list[subprocess.Popen[bytes]],
    wanted: int,
    patience_s: float,
) -> None:
    """Be the drives until there are enough torque frames."""
    begin_s = time.monotonic()
    while len(clock.latency_s) < wanted:
        drives.wait_and_serve(SERVE_S, begin_s)
        if any(process.poll() is not None for process in processes) or time.monotonic() - begin_s > patience_s:
            codes = [process.poll() for process in processes]
            raise ExoError(
                f"{len(clock.latency_s)} torque frames of {wanted}; exit codes of emergency stop, policy and hardware "
                f"node: {codes} (None: still running)"
            )
