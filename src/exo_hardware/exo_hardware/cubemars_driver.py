"""The driver of CubeMars AK-series drives in MIT mode over python-can."""

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

import can

from exo_control.joints import JOINT_NAMES
from exo_hardware.calibration_file import Calibration
from exo_hardware.can_bus import CanBus, no_answer_hint, open_bus
from exo_hardware.device_config import BusConfig, DeviceConfig, device_models
from exo_hardware.device_state import FaultKind
from exo_hardware.drive_readings import DriveReading
from exo_hardware.error_frame import error_text
from exo_hardware.mit_command import (
    ENTER_MOTOR_MODE,
    EXIT_MOTOR_MODE,
    ZERO_COMMAND,
    MitCommand,
    command_id,
    pack_command,
    zero_position_frame,
)
from exo_hardware.mit_feedback import ERROR_TEXTS, sender, unpack_feedback
from exo_hardware.mixed_stream import FRAMES_TO_COMPARE, has_two_sources
from exo_hardware.motor_model import MotorModels
from exo_hardware.torque_driver import JOINTS, BusFailure, TorqueDriver

_MOST_FRAMES_PER_TICK = 1000
"""A flooded bus must not keep the control loop."""

_TWIN_REQUESTS = 3
"""Of which most have to bring two answers."""


class CubemarsDriver(TorqueDriver):
    """Both hips on one CAN bus; each drive may be of either frame generation.

    Standard drives answer each frame. Drives of the v3 firmware send at the rate set with the maker's tool. That
    firmware has no motor mode, so enabling one only means that torques other than zero may be sent.
    """

    def __init__(
        self,
        config: DeviceConfig,
        calibration: Calibration | None = None,
        models: MotorModels | None = None,
        open_bus: Callable[[BusConfig], CanBus] = open_bus,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare a driver; nothing is opened.

        Args:
            config: the device.
            calibration: its encoder offsets; None to calibrate it, which keeps the motors disabled.
            models: known motor models; the installed ones by default.
            open_bus: how to open the bus.
            clock: monotonic time, s.

        Raises:
            ConfigError: a motor model is unknown or too weak for the torque limit.
        """
        super().__init__(config, calibration, clock)
        self._models = device_models(config, models)
        self._ids = [joint.can_id for joint in config.in_order()]
        self._open_bus = open_bus
        self._bus: CanBus | None = None
        self._stamps: list[float] = [0.0] * len(JOINT_NAMES)
        self._newest_rad: list[deque[float]] = [deque(maxlen=FRAMES_TO_COMPARE) for _ in JOINTS]

    def _connect(self) -> None:
        self._bus = self._open_bus(self.config.bus)

    def _disconnect(self) -> None:
        bus, self._bus = self._bus, None
        if bus is not None:
            with suppress(can.CanError, OSError):  # it may be gone already
                bus.shutdown()

    def _no_answer_hint(self) -> str:
        return no_answer_hint(self.config.bus)

    def _request(self, joint: int) -> None:
        # Leaving motor mode again changes nothing in a disabled drive, and it answers as to every frame.
        self._leave_motor_mode(joint)

    def _command(self, joint: int, drive_torque_nm: float) -> None:
        model = self._models[joint]
        current_a = drive_torque_nm / model.torque_constant_nm_per_a
        limited = min(max(current_a, -model.current_limit_a), model.current_limit_a)
        self._send(joint, pack_command(MitCommand(current_a=limited), model))

    def _enter_motor_mode(self, joint: int) -> None:
        if self._models[joint].mode_codes:
            self._send(joint, ENTER_MOTOR_MODE)

    def _leave_motor_mode(self, joint: int) -> None:
        model = self._models[joint]
        self._send(joint, EXIT_MOTOR_MODE if model.mode_codes else pack_command(ZERO_COMMAND, model))

    def _zero_position(self, joint: int) -> None:
        model = self._models[joint]
        identifier, data = zero_position_frame(model, self._ids[joint])
        self._transmit(joint, identifier, data, model.frames == "extended")

    def _send(self, joint: int, data: bytes) -> None:
        model = self._models[joint]
        self._transmit(joint, command_id(model, self._ids[joint]), data, model.frames == "extended")

    def _transmit(self, joint: int, identifier: int, data: bytes, extended: bool) -> None:
        if self._bus is None:
            raise BusFailure("the bus is not open")
        try:
            self._bus.send(can.Message(arbitration_id=identifier, data=data, is_extended_id=extended))
        except (can.CanError, OSError) as error:
            raise BusFailure(f"cannot send to {JOINT_NAMES[joint]}: {error}") from None

    def _collect(self, timeout_s: float) -> None:
        self._read(timeout_s, lambda: 0 in self._readings.answers)

    def _read(self, timeout_s: float, waiting: Callable[[], bool]) -> None:
        """Take all frames that are there, and while ``waiting`` those that come until the time-out."""
        if self._bus is None:
            raise BusFailure("the bus is not open")
        deadline_s = self._clock() + timeout_s
        for _ in range(_MOST_FRAMES_PER_TICK):
            wait_s = max(deadline_s - self._clock(), 0.0) if waiting() else 0.0
            try:
                message = self._bus.recv(wait_s)
            except (can.CanError, OSError) as error:
                raise BusFailure(f"cannot read the bus: {error}") from None
            if message is None:
                return
            self._take(message)

    def _take(self, message: can.Message) -> None:
        if message.is_error_frame:
            self._readings.note(FaultKind.BUS, error_text(message))
            return
        data = bytes(message.data)
        drive_id = sender(message.arbitration_id, message.is_extended_id, data)
        if drive_id not in self._ids:
            stranger = f"frame 0x{message.arbitration_id:X} is of no drive of the device file; correct can_id"
            self._readings.refuse(FaultKind.UNKNOWN_ID, stranger)
            return
        joint = self._ids.index(drive_id)
        model = self._models[joint]
        if message.is_extended_id != (model.frames == "extended"):
            other = "extended (v3)" if message.is_extended_id else "standard"
            name = self.config.in_order()[joint].model
            self._readings.refuse(
                FaultKind.WRONG_GENERATION, f"{other} frames, {name} has {model.frames} ones; correct model", joint
            )
            return
        if message.timestamp and message.timestamp == self._stamps[joint]:
            self._readings.refuse(FaultKind.FROZEN_TIMESTAMP, f"two frames stamped {message.timestamp:.6f} s", joint)
            return
        try:
            feedback = unpack_feedback(data, model)
        except ValueError as error:
            self._readings.refuse(FaultKind.CORRUPTED_FRAME, str(error), joint)
            return
        self._stamps[joint] = message.timestamp
        self._newest_rad[joint].append(feedback.position_rad)
        text = ERROR_TEXTS.get(feedback.error, f"error {feedback.error}") if feedback.error else None
        self._readings.store(
            joint,
            DriveReading(
                feedback.position_rad,
                feedback.velocity_rad_per_s,
                feedback.current_a * model.torque_constant_nm_per_a,
                feedback.temperature_c,
                text,
                self._clock(),
            ),
        )

    def _twins(self) -> set[int]:
        return self._doubled_answers() | self._mixed_streams()

    def _doubled_answers(self) -> set[int]:
        """Return the standard drives whose requests bring two answers; a late answer looks so once only."""
        doubled = [0 for _ in JOINTS]
        for _ in range(_TWIN_REQUESTS):
            self._read(self.config.reply_timeout_s, lambda: True)  # answers to earlier requests
            self.poll()
            self._read(self.config.reply_timeout_s, lambda: True)
            for joint in JOINTS:
                doubled[joint] += self._readings.answers[joint] > 1 and self._models[joint].frames == "standard"
        return {joint for joint in JOINTS if doubled[joint] > _TWIN_REQUESTS // 2}

    def _mixed_streams(self) -> set[int]:
        """Return the v3 drives whose frames come from two shafts: neither their rate nor their gaps would tell."""
        streams = {joint: self._newest_rad[joint] for joint in JOINTS if self._models[joint].frames == "extended"}
        for stream in streams.values():
            stream.clear()
        self._read(self.config.open_timeout_s, lambda: any(len(few) < FRAMES_TO_COMPARE for few in streams.values()))
        return {joint for joint, stream in streams.items() if has_two_sources(stream)}
