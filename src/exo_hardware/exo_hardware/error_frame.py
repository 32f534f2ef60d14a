"""What the error frames of a CAN adapter say, as socketcan encodes it (linux/can/error.h)."""

import can

from exo_hardware.local_bus import BUS_OFF_BIT

CONTROLLER_BIT = 0x04
"""Of the identifier: the state of the controller is in the second byte (CAN_ERR_CRTL)."""

ERROR_PASSIVE_BITS = 0x30
"""Of that byte: too many errors received or sent (CAN_ERR_CRTL_RX_PASSIVE, CAN_ERR_CRTL_TX_PASSIVE)."""


def error_text(frame: can.Message) -> str:
    """Return the name of what an error frame reports."""
    if frame.arbitration_id & BUS_OFF_BIT:
        return "bus-off"
    if frame.arbitration_id & CONTROLLER_BIT and len(frame.data) > 1 and frame.data[1] & ERROR_PASSIVE_BITS:
        return "error-passive"
    return f"error frame 0x{frame.arbitration_id:X}"
