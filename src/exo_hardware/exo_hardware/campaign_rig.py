"""The stage of the fault campaign: the device's own loop on emulated drives, in emulated time."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from exo_control.errors import PolicyError
from exo_control.joints import JOINT_NAMES, POLICY_PERIOD_S, TORQUE_CEILING_NM
from exo_control.policy import Policy
from exo_hardware.device_config import DeviceConfig
from exo_hardware.device_state import DeviceState, Floats
from exo_hardware.emulated_bench import PHYSICS_STEP_S, EmulatedBench
from exo_hardware.emulation_config import DriveEmulation
from exo_hardware.make_driver import EMULATED_OFFSETS_RAD, emulate, emulated_calibration
from exo_hardware.torque_loop import TorqueLoop
from exo_safety.emergency_stop import EmergencyStop
from exo_safety.limits import SafetyLimits
from exo_safety.status import LimiterResult, State

ZERO_NM = 0.02
"""Torque that counts as zero: a frame cannot say it more exactly."""

STRIDE_S = 1.1
SWING_RAD = 0.35
MIDDLE_RAD = 0.30
HEARTBEAT_S = 0.05
SETTLE_S = 0.3
"""Time in which the torque rises to what is commanded."""


def torque_lag_s(emulation: DriveEmulation) -> float:
    """Return the time in which the current loop of a drive brings the ceiling of the torque to ``ZERO_NM``, s."""
    if emulation.torque_bandwidth_hz is None:
        return 0.0
    return math.log(TORQUE_CEILING_NM / ZERO_NM) / (2.0 * math.pi * emulation.torque_bandwidth_hz)


class SwingingLegs:
    """Hips that swing as in walking, whatever the torque; each may be sent elsewhere. A ``PlantStep``.

    Prescribed, so that a torque that should not be there cannot hide by changing the walk.
    """

    def __init__(self, limits: SafetyLimits) -> None:
        self.now_s = 0.0
        self.motor_torque: Callable[[], Floats] = lambda: np.zeros(len(JOINT_NAMES))
        """Torque of the drives' motors at the hips: friction goes on when they have let go."""
        self.torque_nm: Floats = np.zeros(len(JOINT_NAMES))
        self.last_torque_s = -math.inf
        """Last time at which a drive gave torque, s."""
        self.swing = 1.0
        """0: they stand still."""
        self.drift_rad_per_s: Floats = np.zeros(len(JOINT_NAMES))
        """Extra velocity of each hip."""
        self.beyond_s = math.inf
        """First time at which a hip was beyond its hard range of motion, s."""
        self._hard_rad = limits.rom_hard_min_rad, limits.rom_hard_max_rad
        self._drifted_rad: Floats = np.zeros(len(JOINT_NAMES))

    def __call__(self, torque_nm: Floats, dt_s: float) -> tuple[Floats, Floats]:
        """Advance, and note the torque of the motors."""
        self.now_s += dt_s
        self.torque_nm = self.motor_torque()
        if np.max(np.abs(self.torque_nm)) > ZERO_NM:
            self.last_torque_s = self.now_s
        self._drifted_rad = self._drifted_rad + dt_s * self.drift_rad_per_s
        phase = 2.0 * math.pi * self.now_s / STRIDE_S
        angle = self.swing * SWING_RAD * math.sin(phase)
        rate = self.swing * SWING_RAD * 2.0 * math.pi / STRIDE_S * math.cos(phase)
        position = self.swing * MIDDLE_RAD + np.array([angle, -angle]) + self._drifted_rad
        if not (self._hard_rad[0] < position.min() and position.max() < self._hard_rad[1]):
            self.beyond_s = min(self.beyond_s, self.now_s)
        return position, np.array([rate, -rate]) + self.drift_rad_per_s


class CampaignRig:
    """Ticks a ``TorqueLoop`` with a policy that asks for a constant torque, and lets things go wrong on the way."""

    def __init__(
        self, device: DeviceConfig, emulation: DriveEmulation, limits: SafetyLimits, rng: np.random.Generator
    ) -> None:
        """Build device, loop and policy; nothing is opened.

        Args:
            device: from ``emulated_config``.
            emulation: of the drives.
            limits: safety limits.
            rng: of torques, of the joint that things happen to, and of timing.
        """
        self.limits, self.rng = limits, rng
        self.lag_s = torque_lag_s(emulation)
        """Time in which a drive that was told to let go is at zero."""
        self.legs = SwingingLegs(limits)
        calibration, seed = emulated_calibration(device), int(rng.integers(2**31))
        emulated = emulate(device, emulation, self.legs, EMULATED_OFFSETS_RAD, calibration, seed=seed)
        self.driver, self.emulator = emulated.driver, emulated.emulator
        self.legs.motor_torque = lambda: self.bench.motor_torque_nm
        self._receive = self.driver.receive
        self.driver.receive = self._receive_spoilt  # type: ignore[method-assign]
        self.stop = EmergencyStop(limits.estop_timeout_s)
        self.loop = TorqueLoop(self.driver, limits, POLICY_PERIOD_S, self.stop, self.bench.clock)
        self.joint = int(rng.integers(len(JOINT_NAMES)))
        signs = rng.choice([-1.0, 1.0], len(JOINT_NAMES))
        self.command_nm: Floats = signs * rng.uniform(3.5, 6.0, len(JOINT_NAMES))
        self.policy_answers = self.computer_runs = self.heart_beats = True
        self.pressed = False
        self.spoilt_nm: Floats | None = None
        """What the policy asks for instead."""
        self.policy: Policy | None = None
        """Network whose gate decides whether there is a command."""
        self.spoilt_view: float | None = None
        """What the policy sees instead of the angle of ``joint``."""
        self.spoilt_reading: tuple[str, float] | None = None
        """Field of the device's state, and what it has for ``joint`` instead."""
        self.late_s = 0.0
        """How much older the policy's answers are."""
        self.results: list[LimiterResult] = []
        self.states: list[DeviceState] = []
        self.acted_s: list[float] = []
        """One of each per tick."""
        self._latency_s = float(rng.uniform(0.0005, 0.004))
        self._answered_s = -math.inf
        self._due_s = self._next_beat_s = 0.0
        self._events: list[tuple[float, Callable[[], None]]] = []

    @property
    def bench(self) -> EmulatedBench:
        """The drives."""
        return self.emulator.bench

    @property
    def joint_name(self) -> str:
        """The joint that things happen to."""
        return JOINT_NAMES[self.joint]

    @contextmanager
    def opened(self) -> Iterator["CampaignRig"]:
        """Open the bus; close it at the end."""
        try:
            with self.driver:
                yield self
        finally:
            self.emulator.close()

    @contextmanager
    def active(self) -> Iterator["CampaignRig"]:
        """Open, check the drives' watchdog, start, and run until the torque is what is commanded; close at the end."""
        with self.opened():
            self.start()
            while self.loop.limiter.status.state in (State.READY, State.RAMP):
                self.tick()
            self.run(SETTLE_S)
            yield self

    def start(self) -> None:
        """Check the drives' watchdog and start the loop."""
        self.beat()
        self.loop.check(self.wait)
        self.beat()
        self.loop.start()
        self._due_s = self.bench.now_s

    def beat(self) -> None:
        """Send a heartbeat of the emergency stop."""
        self.stop.beat(not self.pressed, self.bench.now_s)
        self._next_beat_s = self.bench.now_s + HEARTBEAT_S

    def at(self, time_s: float, event: Callable[[], None]) -> None:
        """Let something happen at a time of the emulation."""
        self._events.append((time_s, event))

    def wait(self, duration_s: float) -> None:
        """Let time pass."""
        end_s = self.bench.now_s + duration_s
        while (left_s := end_s - self.bench.now_s) > 1e-9:
            for due in [event for event in self._events if event[0] <= self.bench.now_s + 1e-9]:
                self._events.remove(due)
                due[1]()
            if self.heart_beats and self.bench.now_s >= self._next_beat_s:
                self.beat()
            self.emulator.step(min(left_s, PHYSICS_STEP_S))

    def tick(self) -> None:
        """Do one tick of the device and wait until the next is due."""
        if self.computer_runs:
            asked_s = self.bench.now_s
            self.states.append(self.loop.measure())
            self.wait(self._latency_s)
            if self.policy_answers and self._gate_opens(self.states[-1]):
                self._answered_s = asked_s
            command = self.command_nm if self.spoilt_nm is None else self.spoilt_nm
            age_s = self.bench.now_s - self._answered_s + self.late_s
            self.acted_s.append(self.bench.now_s)
            self.results.append(self.loop.act(command, age_s))
        self._due_s = max(self._due_s + POLICY_PERIOD_S, self.bench.now_s)
        self.wait(self._due_s - self.bench.now_s)

    def _gate_opens(self, state: DeviceState) -> bool:
        if self.policy is None:
            return True
        seen_rad = state.position_rad.copy()
        if self.spoilt_view is not None:
            seen_rad[self.joint] = self.spoilt_view
        try:
            self.policy.torque(seen_rad, state.velocity_rad_per_s, self.bench.now_s)
        except PolicyError:
            return False
        return True

    def _receive_spoilt(self, longest_s: float = math.inf) -> DeviceState:
        state = self._receive(longest_s)
        if self.spoilt_reading is None:
            return state
        field, value = self.spoilt_reading
        values: Floats = getattr(state, field).copy()
        values[self.joint] = value
        changes: dict[str, Any] = {field: values}
        return replace(state, **changes)

    def run(self, duration_s: float) -> None:
        """Tick for some time."""
        end_s = self.bench.now_s + duration_s
        while self.bench.now_s < end_s - 1e-9:
            self.tick()
