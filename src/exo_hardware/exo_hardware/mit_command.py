"""Frames to a CubeMars drive in MIT mode, both generations.

Sources: CubeMars AK Series Driver Manual V1.0.8, section 5.3 (standard frames); OpenExo, ``Motor.cpp`` (extended
frames of the v3 firmware).
"""

from dataclasses import dataclass

from exo_hardware.fixed_point import from_field, to_field
from exo_hardware.motor_model import MotorModel

ENTER_MOTOR_MODE = bytes.fromhex("FFFFFFFFFFFFFFFC")
EXIT_MOTOR_MODE = bytes.fromhex("FFFFFFFFFFFFFFFD")
SET_ZERO_POSITION = bytes.fromhex("FFFFFFFFFFFFFFFE")

FRAME_BYTES = 8
_MIT_PACKET = 0x08
_ORIGIN_PACKET = 0x05
_TEMPORARY_ORIGIN = bytes([0])


@dataclass(frozen=True)
class MitCommand:
    """What a drive follows: kp (position - q) + kd (velocity - dq) + torque constant x current, output shaft."""

    position_rad: float = 0.0
    velocity_rad_per_s: float = 0.0
    kp_nm_per_rad: float = 0.0
    kd_nm_s_per_rad: float = 0.0
    current_a: float = 0.0


ZERO_COMMAND = MitCommand()
"""No stiffness, no damping, no current: the output shaft turns freely."""


def command_id(model: MotorModel, drive_id: int) -> int:
    """Return the CAN identifier of a command: the drive's ID, under packet number 8 in extended frames."""
    return drive_id if model.frames == "standard" else _MIT_PACKET << 8 | drive_id


def zero_position_frame(model: MotorModel, drive_id: int) -> tuple[int, bytes]:
    """Return identifier and data of the request to call the present position zero until the power goes."""
    if model.mode_codes:
        return command_id(model, drive_id), SET_ZERO_POSITION
    return _ORIGIN_PACKET << 8 | drive_id, _TEMPORARY_ORIGIN


def pack_command(command: MitCommand, model: MotorModel) -> bytes:
    """Return the eight bytes of a command; values beyond the model's ranges are limited to them."""
    p = to_field(command.position_rad, -model.position_range_rad, model.position_range_rad, 16)
    v = to_field(command.velocity_rad_per_s, -model.velocity_range_rad_per_s, model.velocity_range_rad_per_s, 12)
    kp = to_field(command.kp_nm_per_rad, 0.0, model.kp_range_nm_per_rad, 12)
    kd = to_field(command.kd_nm_s_per_rad, 0.0, model.kd_range_nm_s_per_rad, 12)
    i = to_field(command.current_a, -model.current_range_a, model.current_range_a, 12)
    if model.frames == "standard":
        word = p << 48 | v << 36 | kp << 24 | kd << 12 | i
    else:
        word = kp << 52 | kd << 40 | p << 24 | v << 12 | i
    return word.to_bytes(FRAME_BYTES, "big")


def unpack_command(data: bytes, model: MotorModel) -> MitCommand:
    """Return the command in eight bytes, as the drive reads it.

    Raises:
        ValueError: not eight bytes.
    """
    if len(data) != FRAME_BYTES:
        raise ValueError(f"a command has {FRAME_BYTES} bytes, not {len(data)}")
    word = int.from_bytes(data, "big")
    if model.frames == "standard":
        p, v, kp, kd, i = word >> 48, word >> 36, word >> 24, word >> 12, word
    else:
        kp, kd, p, v, i = word >> 52, word >> 40, word >> 24, word >> 12, word
    return MitCommand(
        from_field(p & 0xFFFF, -model.position_range_rad, model.position_range_rad, 16),
        from_field(v & 0xFFF, -model.velocity_range_rad_per_s, model.velocity_range_rad_per_s, 12),
        from_field(kp & 0xFFF, 0.0, model.kp_range_nm_per_rad, 12),
        from_field(kd & 0xFFF, 0.0, model.kd_range_nm_s_per_rad, 12),
        from_field(i & 0xFFF, -model.current_range_a, model.current_range_a, 12),
    )
