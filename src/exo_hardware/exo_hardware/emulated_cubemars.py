"""An emulated CubeMars drive: how it answers the frames of its generation."""

import math
from dataclasses import dataclass

from exo_hardware.drive_injection import TWIN_RAD, Injection
from exo_hardware.emulated_drive import FREE, DriveTarget, EmulatedDrive
from exo_hardware.mit_command import (
    ENTER_MOTOR_MODE,
    EXIT_MOTOR_MODE,
    SET_ZERO_POSITION,
    command_id,
    unpack_command,
    zero_position_frame,
)
from exo_hardware.mit_feedback import MitFeedback, feedback_id, pack_feedback
from exo_hardware.motor_model import MotorModel

_OVER_TEMPERATURE, _OVER_VOLTAGE, _UNDER_VOLTAGE = 1, 3, 4  # as in ERROR_TEXTS


@dataclass(frozen=True)
class Frame:
    """A CAN frame."""

    identifier: int
    extended: bool
    data: bytes


class EmulatedCubemars:
    """Standard drives follow commands in motor mode only and answer each frame; v3 drives always follow, and stream."""

    def __init__(self, drive_id: int, model: MotorModel, drive: EmulatedDrive) -> None:
        self.drive = drive
        self._id, self._model = drive_id, model
        self._motor_mode = not model.mode_codes
        self._zero_rad = 0.0
        self._next_frame_s = -math.inf

    @property
    def in_motor_mode(self) -> bool:
        """Whether it follows commands."""
        return self._motor_mode

    @property
    def command_id(self) -> int:
        """CAN identifier of its commands."""
        return command_id(self._model, self._id)

    def answer(self, frame: Frame) -> list[Frame]:
        """Take a frame from the bus and return what the drive sends back."""
        if frame.extended != (self._model.frames == "extended"):
            return []
        zero_id, zero_data = zero_position_frame(self._model, self._id)
        if (frame.identifier, frame.data) == (zero_id, zero_data):
            self._zero_rad += self._position()
        elif frame.identifier != self.command_id or not self._take(frame.data):
            return []
        self.drive.feed()
        return [] if self._model.frames == "extended" else self._feedback()

    def stream(self, now_s: float) -> list[Frame]:
        """Return the frames that are due at this time without being asked for."""
        if self._model.frames != "extended" or now_s < self._next_frame_s:
            return []
        self._next_frame_s = now_s + self.drive.emulation.feedback_period_s
        return self._feedback()

    def _take(self, data: bytes) -> bool:
        """Follow the data of a command; return whether the drive understands it."""
        if self._model.mode_codes and data in (ENTER_MOTOR_MODE, EXIT_MOTOR_MODE, SET_ZERO_POSITION):
            self._motor_mode = data == ENTER_MOTOR_MODE
            self.drive.clear_error()
            if not self._motor_mode:
                self.drive.follow(FREE)
            return True
        try:
            command = unpack_command(data, self._model)
        except ValueError:
            return False
        if self._motor_mode:
            self.drive.follow(
                DriveTarget(
                    command.position_rad + self._zero_rad,
                    command.velocity_rad_per_s,
                    command.kp_nm_per_rad,
                    command.kd_nm_s_per_rad,
                    command.current_a * self._model.torque_constant_nm_per_a,
                )
            )
        return True

    def _position(self) -> float:
        return self.drive.position_rad - self._zero_rad

    def _feedback(self) -> list[Frame]:
        injections = self.drive.injections
        if Injection.SILENT in injections:
            return []
        drive_id = self._id ^ 0x40 if Injection.WRONG_ID in injections else self._id
        frame = self._frame(drive_id, self._position())
        return [frame, self._frame(drive_id, self._position() + TWIN_RAD)] if Injection.TWIN in injections else [frame]

    def _error(self) -> int:
        if self.drive.over_temperature:
            return _OVER_TEMPERATURE
        if Injection.OVER_VOLTAGE in self.drive.injections:
            return _OVER_VOLTAGE
        return _UNDER_VOLTAGE if Injection.UNDER_VOLTAGE in self.drive.injections else 0

    def _frame(self, drive_id: int, position_rad: float) -> Frame:
        feedback = MitFeedback(
            position_rad,
            self.drive.velocity_rad_per_s,
            self.drive.current_a,
            self.drive.temperature_c,
            self._error(),
        )
        data = pack_feedback(feedback, self._model, drive_id)
        if Injection.CORRUPTED_FRAME in self.drive.injections:
            data = data[:5]
        return Frame(feedback_id(self._model, drive_id), self._model.frames == "extended", data)
