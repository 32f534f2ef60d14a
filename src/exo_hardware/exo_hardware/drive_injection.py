"""Faults that tests inject into emulated drives."""

from enum import Enum


class Injection(Enum):
    """One fault of an emulated drive, or of the bus, while it is on."""

    BUS_OFF = "bus_off"  # no frame passes; the adapter reports bus-off
    ERROR_PASSIVE = "error_passive"  # the adapter reports it; frames still pass
    SILENT = "silent"  # the drive works on but sends nothing
    STUCK_ENCODER = "stuck_encoder"
    JUMPING_ENCODER = "jumping_encoder"  # by JUMP_RAD
    FROZEN_TIMESTAMP = "frozen_timestamp"  # the adapter stamps all frames alike
    OVER_TEMPERATURE = "over_temperature"  # the drive reports it and drops its torque
    HOT = "hot"  # at HOT_C, which the drive itself still puts up with
    UNDER_VOLTAGE = "under_voltage"  # the supply; the drive itself still works
    OVER_VOLTAGE = "over_voltage"
    NO_TORQUE = "no_torque"  # the power stage is off, and the drive does not say so
    WRONG_ID = "wrong_id"  # the drive answers as another
    CORRUPTED_FRAME = "corrupted_frame"  # frames lose their last bytes
    TWIN = "twin"  # a second drive with the same ID answers too
    REFUSED_SEND = "refused_send"  # the adapter takes no frame for this drive


HOT_C = 90.0

BEYOND_WINDOW_V = 1.0
"""By how much an injected supply voltage is outside the window of the device file."""

JUMP_RAD = 0.7
"""Of the output shaft: one of the 40 degree jumps that users of AK10-9 drives saw (TMotorCANControl issue 14)."""

TWIN_RAD = 0.5
"""Angle of the second drive's shaft beside the first one's."""
