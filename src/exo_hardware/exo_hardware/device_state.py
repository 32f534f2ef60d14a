"""What the driver knows of the device after a tick: joint states and faults, as data."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class FaultKind(Enum):
    """What can be wrong with a bus or a drive."""

    SILENT = "silent"  # no frame of a drive for too long
    BUS = "bus"  # bus-off, error frames, a frame that could not be sent or read
    DRIVE = "drive"  # the drive itself reports an error
    SUPPLY_VOLTAGE = "supply_voltage"  # outside the window of the device file
    CORRUPTED_FRAME = "corrupted_frame"
    FROZEN_TIMESTAMP = "frozen_timestamp"  # the adapter repeats an old frame
    UNKNOWN_ID = "unknown_id"  # a drive that the device file does not have
    WRONG_GENERATION = "wrong_generation"  # the frames of another firmware than the model's
    INVALID_COMMAND = "invalid_command"  # not two finite torques


@dataclass(frozen=True)
class DeviceFault:
    """One fault, for the safety limiter to latch. ``joint`` is None where it is not one joint's."""

    kind: FaultKind
    text: str
    joint: str | None = None

    def __str__(self) -> str:
        return f"{self.kind.value}: {f'{self.joint}: ' if self.joint else ''}{self.text}"


@dataclass(frozen=True)
class DeviceState:
    """Both joints, shape (2,) in the order of ``JOINT_NAMES``; hip side, SI units, NaN until a drive has answered.

    ``age_s`` is the time since the newest frame of each drive arrived, on a monotonic clock; infinite before the first.
    """

    position_rad: Floats
    velocity_rad_per_s: Floats
    torque_nm: Floats  # from the measured current
    temperature_c: Floats  # NaN where the drive does not report it
    age_s: Floats
    supply_v: Floats  # NaN where the drive does not report it
    enabled: bool
    faults: tuple[DeviceFault, ...]  # found since the state before, and those that last
    frames_received: int  # since open
    frames_refused: int  # since open: corrupted, frozen or of an unknown sender
