"""What has come from both drives: the newest reading of each, its age, and the faults found on the way."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from exo_control.joints import JOINT_NAMES
from exo_hardware.device_config import DeviceConfig
from exo_hardware.device_state import DeviceFault, DeviceState, FaultKind
from exo_hardware.joint_mounting import JointMounting


@dataclass(frozen=True)
class DriveReading:
    """One frame of a drive, at its output shaft."""

    position_rad: float
    velocity_rad_per_s: float
    torque_nm: float
    temperature_c: float
    error: str | None  # what the drive reports as wrong
    arrival_s: float
    supply_v: float = math.nan  # NaN where the drive does not report it


class DriveReadings:
    """Collects readings and faults; ``take_state`` gives them out. Joints are indices into ``JOINT_NAMES``."""

    def __init__(self, mountings: list[JointMounting], config: DeviceConfig, clock: Callable[[], float]) -> None:
        self._mountings, self._clock = mountings, clock
        self._silent_after_s, self._supply_window = config.silent_after_s, config.supply_window
        self._newest: list[DriveReading | None] = [None] * len(JOINT_NAMES)
        self._found: list[DeviceFault] = []
        self._received = self._refused = 0
        self.answers = [0] * len(JOINT_NAMES)
        """Readings of each drive since ``expect_answers``."""

    def expect_answers(self) -> None:
        """Begin to count answers."""
        self.answers = [0] * len(JOINT_NAMES)

    def forget_faults(self) -> None:
        """Drop what was found since the last state."""
        self._found.clear()

    def missing(self) -> list[str]:
        """Return the joints whose drive has never answered."""
        return [name for name, reading in zip(JOINT_NAMES, self._newest, strict=True) if reading is None]

    def store(self, joint: int, reading: DriveReading) -> None:
        """Take a reading."""
        self._newest[joint] = reading
        self.answers[joint] += 1
        self._received += 1

    def note(self, kind: FaultKind, text: str, joint: int | None = None) -> None:
        """Note a fault for the next state, once."""
        fault = DeviceFault(kind, text, None if joint is None else JOINT_NAMES[joint])
        if fault not in self._found:
            self._found.append(fault)

    def refuse(self, kind: FaultKind, text: str, joint: int | None = None) -> None:
        """Note a frame that is not used."""
        self._refused += 1
        self.note(kind, text, joint)

    def take_state(self, enabled: bool, is_open: bool) -> DeviceState:
        """Return the state of the device, with the faults found since the last one and those that last."""
        faults = (*self._found, *(self._lasting_faults() if is_open else ()))
        self._found.clear()
        values = np.full((6, len(JOINT_NAMES)), math.nan)
        values[4] = math.inf
        now_s = self._clock()
        for joint, (reading, mounting) in enumerate(zip(self._newest, self._mountings, strict=True)):
            if reading:
                values[:, joint] = (
                    mounting.hip_angle_rad(reading.position_rad),
                    mounting.hip_velocity_rad_per_s(reading.velocity_rad_per_s),
                    mounting.hip_torque_nm(reading.torque_nm),
                    reading.temperature_c,
                    now_s - reading.arrival_s,
                    reading.supply_v,
                )
        position, velocity, torque, temperature, age, supply = values
        return DeviceState(
            position, velocity, torque, temperature, age, supply, enabled, faults, self._received, self._refused
        )

    def _lasting_faults(self) -> Iterator[DeviceFault]:
        now_s = self._clock()
        for name, reading in zip(JOINT_NAMES, self._newest, strict=True):
            age_s = now_s - reading.arrival_s if reading else math.inf
            if age_s > self._silent_after_s:
                yield DeviceFault(FaultKind.SILENT, f"no frame for {age_s:.3f} s", name)
            if reading and reading.error:
                yield DeviceFault(FaultKind.DRIVE, f"the drive reports {reading.error}", name)
            if reading and self._supply_window and (problem := self._supply_window.problem(reading.supply_v)):
                yield DeviceFault(FaultKind.SUPPLY_VOLTAGE, problem, name)
