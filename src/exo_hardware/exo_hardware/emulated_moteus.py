"""Emulated moteus drives, as a transport of the moteus library: commands in, register values out."""

import math
from collections import deque
from typing import Any

import moteus
import numpy as np
from moteus.protocol import Result, parse_registers
from moteus.transport import DeviceInfo

from exo_control.joints import JOINT_NAMES
from exo_hardware.cubemars_emulator import FRAMES_KEPT
from exo_hardware.device_config import DeviceConfig, SupplyWindow
from exo_hardware.drive_injection import BEYOND_WINDOW_V, Injection
from exo_hardware.emulated_bench import PHYSICS_STEP_S, EmulatedBench
from exo_hardware.emulated_drive import FREE, DriveTarget, EmulatedDrive
from exo_hardware.emulation_config import DriveEmulation
from exo_hardware.plant import PlantStep

_TURN_RAD = 2.0 * math.pi
_TORQUE_CONSTANT_NM_PER_A = 1.0
_DEFAULT_TIMEOUT_S = 0.1  # moteus reference, servo.default_timeout_s
_VOLTAGE_STEP_V = 0.5  # moteus reference, register 0x00d as int8
_OVER_TEMPERATURE_FAULT = 38  # moteus reference, fault codes
NO_ANSWER_S = 0.01
"""Time that passes until the library gives a drive up."""

DISCOVERY_S = 0.2
"""Time for which the library waits for all drives to name themselves."""


class EmulatedMoteus:
    """One drive: stopped until a position command; its watchdog always runs in position mode."""

    def __init__(self, drive: EmulatedDrive, window: SupplyWindow) -> None:
        self.drive, self._window = drive, window
        self._stopped = True
        self._timed_out = False  # latched until a stop command, as a fault is
        self._fault = 0
        self._zero_rad = 0.0

    def mode(self) -> int:
        """Return the value of the MODE register."""
        if self._fault:
            return int(moteus.Mode.FAULT)
        if self._timed_out:
            return int(moteus.Mode.TIMEOUT)
        return int(moteus.Mode.STOPPED if self._stopped else moteus.Mode.POSITION)

    def supply_v(self) -> float:
        """Return what the VOLTAGE register holds, in the steps of an answer."""
        volts = 0.5 * (self._window.low_v + self._window.high_v)
        if Injection.UNDER_VOLTAGE in self.drive.injections:
            volts = self._window.low_v - BEYOND_WINDOW_V
        if Injection.OVER_VOLTAGE in self.drive.injections:
            volts = self._window.high_v + BEYOND_WINDOW_V
        return round(volts / _VOLTAGE_STEP_V) * _VOLTAGE_STEP_V

    def take(self, data: bytes) -> dict[int, float]:
        """Follow a command and return the registers that an answer holds."""
        register = moteus.Register
        writes = parse_registers(data).command
        if self.drive.over_temperature:
            self._fault = _OVER_TEMPERATURE_FAULT
        self._timed_out |= not self._stopped and self.drive.timed_out
        if (exact_turns := writes.get(register.SET_OUTPUT_EXACT)) is not None:
            self._zero_rad = self.drive.position_rad - exact_turns * _TURN_RAD
        mode = writes.get(register.MODE)
        if mode == moteus.Mode.STOPPED:
            self.drive.clear_error()
            self.drive.follow(FREE)
            self._stopped, self._timed_out = True, False
            self._fault = _OVER_TEMPERATURE_FAULT if self.drive.over_temperature else 0
        elif mode == moteus.Mode.POSITION and not self._fault and not self._timed_out:
            self._stopped = False
            limit = writes.get(register.COMMAND_POSITION_MAX_TORQUE, self.drive.torque_limit_nm)
            wanted = writes.get(register.COMMAND_FEEDFORWARD_TORQUE, 0.0)
            self.drive.timeout_s = writes.get(register.COMMAND_TIMEOUT, _DEFAULT_TIMEOUT_S)
            self.drive.follow(DriveTarget(torque_nm=min(max(wanted, -limit), limit)))
        values = {
            register.MODE: self.mode(),
            register.POSITION: (self.drive.position_rad - self._zero_rad) / _TURN_RAD,
            register.VELOCITY: self.drive.velocity_rad_per_s / _TURN_RAD,
            register.TORQUE: self.drive.torque_nm,
            register.VOLTAGE: self.supply_v(),
            register.TEMPERATURE: round(self.drive.temperature_c),
            register.FAULT: self._fault,
        }
        if Injection.CORRUPTED_FRAME in self.drive.injections:
            del values[register.TORQUE]
        return values


class MoteusEmulator:
    """Both drives with the legs that they move, in place of ``moteus.Transport``; the caller lets time pass."""

    def __init__(
        self,
        device: DeviceConfig,
        emulation: DriveEmulation,
        plant: PlantStep,
        offsets_rad: tuple[float, float] = (0.0, 0.0),
        plant_period_s: float = PHYSICS_STEP_S,
        seed: int = 0,
    ) -> None:
        """Mount the drives; see ``CubemarsEmulator``."""
        joints, window = device.in_order(), device.supply_window
        assert window is not None, "the device file of moteus drives has one"
        streams = np.random.SeedSequence(seed).spawn(len(JOINT_NAMES))
        drives = [
            EmulatedDrive(emulation, _TORQUE_CONSTANT_NM_PER_A, math.inf, None, np.random.default_rng(stream))
            for stream in streams
        ]
        self.bench = EmulatedBench(drives, joints, list(offsets_rad), plant, plant_period_s)
        self._drives = {
            joint.can_id: EmulatedMoteus(drive, window) for joint, drive in zip(joints, drives, strict=True)
        }
        self.received: deque[Any] = deque(maxlen=FRAMES_KEPT)
        """The newest commands from the driver, for tests to look at."""

    async def cycle(self, commands: list[Any]) -> list[Any]:
        """Answer commands, as ``moteus.Transport.cycle``."""
        results = []
        for command in commands:
            drive = self._drives.get(command.destination)
            if Injection.BUS_OFF in self.bench.bus_injections:
                raise OSError("bus-off")
            if drive is None:
                continue  # nobody has this ID
            if Injection.REFUSED_SEND in drive.drive.injections:
                raise OSError("no buffer space")
            self.received.append(command)
            values = drive.take(command.data)
            if command.reply_required and Injection.SILENT not in drive.drive.injections:
                result = Result()
                wrong = Injection.WRONG_ID in drive.drive.injections
                result.id = command.destination ^ 0x40 if wrong else command.destination
                result.values = values
                results.append(result)
        if not results:
            self.bench.advance(NO_ANSWER_S)
        return results

    async def discover(self) -> list[DeviceInfo]:
        """Return one entry for each drive that answers, as ``moteus.Transport.discover``."""
        if Injection.BUS_OFF in self.bench.bus_injections:
            raise OSError("bus-off")
        self.bench.advance(DISCOVERY_S)
        counts = {
            drive_id: 0
            if Injection.SILENT in drive.drive.injections
            else 1 + (Injection.TWIN in drive.drive.injections)
            for drive_id, drive in self._drives.items()
        }
        return [DeviceInfo(can_id=drive_id) for drive_id, count in counts.items() for _ in range(count)]

    def step(self, dt_s: float) -> None:
        """Let time pass."""
        self.bench.advance(dt_s)

    def close(self) -> None:
        """Nothing to close: the drives live on."""
