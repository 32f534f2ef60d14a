"""What the safety limiter reports: its state, the rules at work and the latched fault."""

from dataclasses import dataclass
from enum import Enum, IntFlag, auto

import numpy as np
from numpy.typing import NDArray


class State(Enum):
    """State of the limiter. Only RAMP, ACTIVE and STOPPING let torque through."""

    DISABLED = "disabled"  # until start()
    READY = "ready"  # started, waiting for the first command
    RAMP = "ramp"  # gain below 1
    ACTIVE = "active"
    STOPPING = "stopping"  # gain falls after stop()
    FAULT = "fault"  # latched until reset()


class Rule(IntFlag):
    """Rules that changed a torque in this tick, and warnings."""

    TORQUE_CAP = auto()
    SOFT_START = auto()
    ASSISTANCE_LEVEL = auto()
    TORQUE_RATE = auto()
    POWER = auto()
    MEAN_POWER = auto()
    RANGE_OF_MOTION = auto()
    VELOCITY = auto()
    LATE_COMMAND = auto()
    TEMPERATURE = auto()
    STANDING = auto()
    WARN_VELOCITY = auto()
    WARN_FEEDBACK_AGE = auto()
    WARN_TEMPERATURE = auto()


class Fault(Enum):
    """Cause of a latched fault."""

    INVALID_INPUT = "invalid_input"  # not two finite numbers
    CLOCK = "clock"  # time went back
    FEEDBACK_AGE = "feedback_age"
    COMMAND_AGE = "command_age"
    ENCODER_JUMP = "encoder_jump"
    ENCODER_STUCK = "encoder_stuck"
    RANGE_OF_MOTION = "range_of_motion"
    VELOCITY = "velocity"
    TEMPERATURE = "temperature"
    TORQUE_TRACKING = "torque_tracking"  # the drive does not give what it is asked for
    # Found by the owner of the limiter, which trips it:
    EMERGENCY_STOP = "emergency_stop"
    BUS = "bus"
    DRIVE = "drive"
    EXTERNAL = "external"  # anything else, such as a second node that commands


@dataclass(frozen=True)
class LimiterResult:
    """Outcome of one tick, and the content of the diagnostics message."""

    torque_nm: NDArray[np.float64]  # shape (2,), what the drives get
    state: State
    rules: Rule
    gain: float  # soft start and stop ramp, 0 to 1
    level: float  # to which the assistance has been lowered, 0 to 1
    fault: Fault | None
    fault_text: str  # empty without a fault
