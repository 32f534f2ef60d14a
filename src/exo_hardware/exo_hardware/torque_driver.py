"""What all drivers share: the order of open, enable, disable and close, torque limits, ages and faults."""

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable
from types import TracebackType

import numpy as np
from typing_extensions import Self

from exo_control.joints import JOINT_NAMES, TORQUE_CEILING_NM
from exo_hardware.calibration_file import Calibration
from exo_hardware.device_config import DeviceConfig
from exo_hardware.device_state import DeviceFault, DeviceState, FaultKind, Floats
from exo_hardware.drive_readings import DriveReadings
from exo_hardware.errors import HardwareError
from exo_hardware.joint_mounting import JointMounting

JOINTS = range(len(JOINT_NAMES))
ZERO_FRAMES = 3
"""Zero-torque frames on every way out: one may be lost."""

_ZERO = np.zeros(len(JOINT_NAMES))


class BusFailure(Exception):
    """A frame could not be sent or read. Never leaves the driver: it becomes a fault."""


class TorqueDriver(ABC):
    """A ``Driver`` whose subclasses only know how their drives talk."""

    def __init__(
        self, config: DeviceConfig, calibration: Calibration | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Prepare a driver; nothing is opened.

        Args:
            config: the device.
            calibration: its encoder offsets; None to calibrate it, which keeps the motors disabled.
            clock: monotonic time, s.
        """
        self.config, self.calibration = config, calibration
        self._clock = clock
        offsets = calibration.offsets_rad() if calibration else [0.0] * len(JOINT_NAMES)
        self._mountings = [JointMounting(*pair) for pair in zip(config.in_order(), offsets, strict=True)]
        self._enabled = self._is_open = False
        self._drive_torque_nm: Floats = _ZERO  # what the drives were last asked for
        self._readings = DriveReadings(self._mountings, config, clock)

    # What a make of drives does

    @abstractmethod
    def _connect(self) -> None:
        """Open the bus. Raises HardwareError."""

    @abstractmethod
    def _disconnect(self) -> None:
        """Close the bus."""

    @abstractmethod
    def _request(self, joint: int) -> None:
        """Ask a disabled drive for its state. Raises BusFailure."""

    @abstractmethod
    def _command(self, joint: int, drive_torque_nm: float) -> None:
        """Command the torque of one drive; it answers with its state. Raises BusFailure."""

    @abstractmethod
    def _enter_motor_mode(self, joint: int) -> None:
        """Raises BusFailure."""

    @abstractmethod
    def _leave_motor_mode(self, joint: int) -> None:
        """Raises BusFailure."""

    @abstractmethod
    def _zero_position(self, joint: int) -> None:
        """Let a drive call its position zero. Raises BusFailure."""

    @abstractmethod
    def _collect(self, timeout_s: float) -> None:
        """Hand all frames that have come to ``_readings``; wait at most this for outstanding answers.

        Raises BusFailure.
        """

    @abstractmethod
    def _twins(self) -> Collection[int]:
        """Return the joints as which two drives answer; both drives are disabled. Raises BusFailure."""

    @abstractmethod
    def _no_answer_hint(self) -> str:
        """Return what the user can check."""

    # The driver's interface

    @property
    def is_enabled(self) -> bool:
        """Whether the drives are in motor mode."""
        return self._enabled

    def open(self) -> None:
        """Open the bus, send zero torque and wait for both drives; they stay disabled. See ``Driver.open``."""
        if self._is_open:
            raise HardwareError("the driver is open already")
        self._connect()
        self._is_open = True
        try:
            self.disable()  # whoever was here before may have left torque on
            self._find_drives()
            self._refuse_twins()
        except BaseException:
            self.close()
            raise

    def enable(self) -> None:
        """Enter motor mode at zero torque. See ``Driver.enable``."""
        if not self._is_open:
            raise HardwareError("cannot enable: the bus is not open")
        if self.calibration is None:
            raise HardwareError(f"cannot enable: device '{self.config.name}' is not calibrated; run: exo calibrate")
        self._readings.forget_faults()
        self._await_answers()
        self._refuse_faults("cannot enable")
        try:
            self._send_both(_ZERO)
            self._for_each(self._enter_motor_mode)
            self._enabled = True
            self._readings.expect_answers()
            self._send_both(_ZERO)  # the first command is zero, whatever the drive remembers
            self._refuse_faults("cannot enable")
        except BaseException:
            self.disable()
            raise

    def poll(self) -> None:
        """Ask both drives for their state without changing their torque."""
        self._collect_noting_failure(0.0)  # answers to what was sent before must not pass for answers to this
        self._readings.expect_answers()
        if self._enabled:
            self._send_both(self._drive_torque_nm)
        else:
            self._for_each(self._request)

    def receive(self, longest_s: float = math.inf) -> DeviceState:
        """Take the frames that have arrived. See ``Driver.receive``."""
        self._collect_noting_failure(min(longest_s, self.config.reply_timeout_s))
        return self._readings.take_state(self._enabled, self._is_open)

    def send_torque(self, torque_nm: Floats) -> None:
        """Command both hip torques, (2,) Nm. See ``Driver.send_torque``."""
        self._readings.expect_answers()
        self._send_both(self._drive_torques(torque_nm) if self._enabled else _ZERO)

    def zero_position(self) -> None:
        """Let both drives call their present position zero. See ``Driver.zero_position``."""
        if self._enabled:
            raise HardwareError("cannot zero the position while the motors are enabled; disable them")
        self._for_each(self._zero_position)

    def disable(self) -> None:
        """Send zero torque three times and leave motor mode. Never raises."""
        if not self._is_open:
            return
        for _ in range(ZERO_FRAMES):
            self._send_zero()
        self._for_each(self._leave_motor_mode)
        self._enabled = False

    def close(self) -> None:
        """Disable and close the bus. Never raises; may be called twice."""
        if self._is_open:
            try:
                self.disable()
            finally:
                self._is_open = False
                self._disconnect()

    def __enter__(self) -> Self:
        """Open."""
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close, whatever happened."""
        self.close()

    # Internals

    def _drive_torques(self, hip_torque_nm: Floats) -> Floats:
        """Return what to ask of the drives, limited; zero for both if one is not finite."""
        torque = np.asarray(hip_torque_nm, dtype=np.float64)
        if torque.shape != _ZERO.shape or not np.all(np.isfinite(torque)):
            text = f"torque {torque.tolist()} is not {len(JOINT_NAMES)} finite numbers"
            self._readings.note(FaultKind.INVALID_COMMAND, text)
            return _ZERO
        drive = np.zeros(len(JOINT_NAMES))
        for joint, mounting in enumerate(self._mountings):
            limit = min(mounting.config.torque_limit_nm, TORQUE_CEILING_NM)
            drive[joint] = mounting.drive_torque_nm(min(max(float(torque[joint]), -limit), limit))
        return drive

    def _send_both(self, drive_torque_nm: Floats) -> None:
        """Send both torques; if one does not go out, both are zero."""
        try:
            for joint in JOINTS:
                self._command(joint, float(drive_torque_nm[joint]))
            self._drive_torque_nm = drive_torque_nm
        except BusFailure as failure:
            self._readings.note(FaultKind.BUS, str(failure))
            self._send_zero()

    def _send_zero(self) -> None:
        self._drive_torque_nm = _ZERO
        self._for_each(lambda joint: self._command(joint, 0.0))

    def _for_each(self, action: Callable[[int], None]) -> None:
        """Do something for each joint; what fails for one does not keep it from the other."""
        for joint in JOINTS:
            try:
                action(joint)
            except BusFailure as failure:
                self._readings.note(FaultKind.BUS, str(failure))

    def _collect_noting_failure(self, timeout_s: float) -> None:
        if not self._is_open:
            return
        try:
            self._collect(timeout_s)
        except BusFailure as failure:
            self._readings.note(FaultKind.BUS, str(failure))

    def _find_drives(self) -> None:
        deadline_s = self._clock() + self.config.open_timeout_s
        while True:
            self._readings.forget_faults()
            self.poll()
            state = self.receive()
            if any(fault.kind is not FaultKind.SILENT for fault in state.faults):
                text = self._described("the drives do not answer as configured", state.faults)
                broken = any(fault.kind is FaultKind.BUS for fault in state.faults)
                raise HardwareError(f"{text}; {self._no_answer_hint()}" if broken else text)
            silent = self._readings.missing()
            if not silent:
                return
            if self._clock() >= deadline_s:
                wanted = ", ".join(f"{name} (can_id {self.config.joints[name].can_id})" for name in silent)
                raise HardwareError(f"no answer from {wanted}; {self._no_answer_hint()}")

    def _refuse_twins(self) -> None:
        try:
            twins = self._twins()
        except BusFailure as failure:
            raise HardwareError(str(failure)) from None
        for joint in sorted(twins):
            drive = f"can_id {self.config.in_order()[joint].can_id} ({JOINT_NAMES[joint]})"
            raise HardwareError(f"two drives answer as {drive}; give one of them another ID")

    def _await_answers(self) -> None:
        """Ask both drives until both have answered, at most ``open_timeout_s``: the last answers may be old."""
        deadline_s = self._clock() + self.config.open_timeout_s
        while True:
            self.poll()
            self._collect_noting_failure(self.config.reply_timeout_s)
            if 0 not in self._readings.answers or self._clock() >= deadline_s:
                return

    def _refuse_faults(self, what: str) -> None:
        state = self.receive()
        if state.faults:
            raise HardwareError(self._described(what, state.faults))

    def _described(self, what: str, faults: Iterable[DeviceFault]) -> str:
        return f"{what}: {'; '.join(map(str, faults))}"
