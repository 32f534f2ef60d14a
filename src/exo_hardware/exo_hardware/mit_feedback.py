"""Frames from a CubeMars drive in MIT mode, both generations.

Sources: CubeMars AK Series Driver Manual V1.0.8, section 5.3 (standard frames); AK Series Module Product Manual
V3.0.0, section 4.3.1 (extended frames: signed numbers with fixed scales, unlike the commands).
"""

import math
import struct
from dataclasses import dataclass

from exo_hardware.fixed_point import from_field, to_field
from exo_hardware.motor_model import MotorModel

FEEDBACK_PACKET = 0x29
_STANDARD_BYTES = (6, 8)  # without and with temperature and error
_EXTENDED = struct.Struct(">hhhbB")
_POSITION_STEP_RAD = math.radians(0.1)
_SPEED_STEP_ERPM = 10.0
_CURRENT_STEP_A = 0.01
_RAD_PER_S_PER_RPM = 2.0 * math.pi / 60.0

ERROR_TEXTS = {
    1: "over-temperature",
    2: "over-current",
    3: "over-voltage",
    4: "under-voltage",
    5: "encoder fault",
    6: "phase currents unbalanced",
}
"""What a drive's error code means (TMotorCANControl, from the manual); 0 is no error."""


@dataclass(frozen=True)
class MitFeedback:
    """What a drive reports, at the output shaft. ``temperature_c`` is NaN where the drive does not report it."""

    position_rad: float
    velocity_rad_per_s: float
    current_a: float
    temperature_c: float
    error: int


def feedback_id(model: MotorModel, drive_id: int) -> int:
    """Return the CAN identifier of a drive's feedback."""
    return drive_id if model.frames == "standard" else FEEDBACK_PACKET << 8 | drive_id


def sender(identifier: int, extended: bool, data: bytes) -> int | None:
    """Return the ID of the drive that sent a frame; None if it is no feedback of either generation."""
    if extended:
        return identifier & 0xFF if identifier >> 8 == FEEDBACK_PACKET else None
    return data[0] if data else None


def pack_feedback(feedback: MitFeedback, model: MotorModel, drive_id: int) -> bytes:
    """Return the eight bytes that a drive sends; values beyond the ranges are limited to them."""
    temperature = _signed(feedback.temperature_c, 1.0, 8)
    if model.frames == "extended":
        return _EXTENDED.pack(
            _signed(feedback.position_rad, _POSITION_STEP_RAD, 16),
            _signed(feedback.velocity_rad_per_s, _velocity_step(model), 16),
            _signed(feedback.current_a, _CURRENT_STEP_A, 16),
            temperature,
            feedback.error,
        )
    p = to_field(feedback.position_rad, -model.position_range_rad, model.position_range_rad, 16)
    v = to_field(feedback.velocity_rad_per_s, -model.velocity_range_rad_per_s, model.velocity_range_rad_per_s, 12)
    i = to_field(feedback.current_a, -model.current_range_a, model.current_range_a, 12)
    return bytes([drive_id, *(p << 24 | v << 12 | i).to_bytes(5, "big"), temperature & 0xFF, feedback.error])


def unpack_feedback(data: bytes, model: MotorModel) -> MitFeedback:
    """Return what a drive reports.

    Raises:
        ValueError: the number of bytes is not that of the model's generation.
    """
    lengths = _STANDARD_BYTES if model.frames == "standard" else (_EXTENDED.size,)
    if len(data) not in lengths:
        raise ValueError(f"{len(data)} bytes instead of {' or '.join(map(str, lengths))}")
    if model.frames == "extended":
        position, velocity, current, temperature, error = _EXTENDED.unpack(data)
        return MitFeedback(
            position * _POSITION_STEP_RAD,
            velocity * _velocity_step(model),
            current * _CURRENT_STEP_A,
            float(temperature),
            error,
        )
    word = int.from_bytes(data[1:6], "big")
    full = len(data) == max(_STANDARD_BYTES)
    return MitFeedback(
        from_field(word >> 24, -model.position_range_rad, model.position_range_rad, 16),
        from_field(word >> 12 & 0xFFF, -model.velocity_range_rad_per_s, model.velocity_range_rad_per_s, 12),
        from_field(word & 0xFFF, -model.current_range_a, model.current_range_a, 12),
        float(int.from_bytes(data[6:7], "big", signed=True)) if full else math.nan,
        data[7] if full else 0,
    )


def _velocity_step(model: MotorModel) -> float:
    """Return the step of the velocity in an extended frame, rad/s of the output shaft: 10 electrical rpm."""
    return _SPEED_STEP_ERPM / (model.pole_pairs * model.gear_ratio) * _RAD_PER_S_PER_RPM


def _signed(value: float, step: float, bits: int) -> int:
    limit = 1 << (bits - 1)
    return min(max(round(value / step), -limit), limit - 1)
