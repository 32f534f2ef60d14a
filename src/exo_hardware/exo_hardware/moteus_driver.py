"""The driver of mjbots moteus drives, through their own library (``pip install -r requirements/moteus.txt``)."""

import asyncio
import math
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Protocol

import moteus

from exo_hardware.calibration_file import Calibration
from exo_hardware.can_bus import no_answer_hint
from exo_hardware.device_config import BusConfig, DeviceConfig
from exo_hardware.device_state import FaultKind
from exo_hardware.drive_readings import DriveReading
from exo_hardware.errors import HardwareError
from exo_hardware.torque_driver import JOINTS, BusFailure, TorqueDriver

_TURN_RAD = 2.0 * math.pi
_SLOWEST_CYCLE_S = 0.01
"""Longest wait for one exchange with a drive: beyond it the bus counts as failed for this tick."""


class MoteusTransport(Protocol):
    """The part of ``moteus.Transport`` that the driver uses, so that emulated drives can stand in."""

    def cycle(self, commands: list[Any]) -> Coroutine[Any, Any, list[Any]]:
        """Send commands and return the answers, ``moteus.moteus.Result``."""

    def discover(self) -> Coroutine[Any, Any, list[Any]]:
        """Ask all drives at once and return one entry per answer, ``moteus.transport.DeviceInfo``."""

    def close(self) -> None:
        """Close the bus."""


def open_transport(config: BusConfig) -> MoteusTransport:
    """Open the bus of a device for moteus drives, which talk CAN FD.

    Raises:
        HardwareError: there is no such interface or channel.
    """
    try:
        device = moteus.PythonCanDevice(interface=config.interface, channel=config.channel, fd=True)
        transport: MoteusTransport = moteus.Transport([device])
        return transport
    except Exception as error:  # the library hands on whatever python-can and the adapter's package raise
        raise HardwareError(
            f"cannot open {config.interface} channel {config.channel}: {error}; moteus drives need CAN FD"
        ) from None


class MoteusDriver(TorqueDriver):
    """Both hips as moteus drives in position mode without stiffness and damping: only the feed-forward torque acts.

    Each command carries the time-out of the drive's own watchdog, so that it is armed whenever there is torque. Each
    exchange brings the answer with it: ``receive`` never waits.
    """

    def __init__(
        self,
        config: DeviceConfig,
        calibration: Calibration | None = None,
        open_transport: Callable[[BusConfig], MoteusTransport] = open_transport,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare a driver; nothing is opened.

        Args:
            config: the device.
            calibration: its encoder offsets; None to calibrate it, which keeps the motors disabled.
            open_transport: how to open the bus.
            clock: monotonic time, s.
        """
        super().__init__(config, calibration, clock)
        self._open_transport = open_transport
        self._ids = [joint.can_id for joint in config.in_order()]
        self._transport: MoteusTransport | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._controllers: list[moteus.Controller] = []

    def _connect(self) -> None:
        self._transport = self._open_transport(self.config.bus)
        self._loop = asyncio.new_event_loop()
        self._controllers = [moteus.Controller(id=drive_id, transport=self._transport) for drive_id in self._ids]

    def _disconnect(self) -> None:
        if self._transport is not None:
            with suppress(Exception):  # whatever the adapter's package raises: the bus may be gone already
                self._transport.close()
        if self._loop is not None:
            self._loop.close()
        self._transport = self._loop = None

    def _no_answer_hint(self) -> str:
        return no_answer_hint(self.config.bus)

    def _request(self, joint: int) -> None:
        self._exchange(self._controllers[joint].make_query())

    def _command(self, joint: int, drive_torque_nm: float) -> None:
        controller, mounting = self._controllers[joint], self._mountings[joint]
        if not self._enabled:
            self._exchange(controller.make_stop(query=True))
            return
        self._exchange(
            controller.make_position(
                position=math.nan,  # no set-point: go on from wherever the shaft is
                velocity=0.0,
                feedforward_torque=drive_torque_nm,
                kp_scale=0.0,
                kd_scale=0.0,
                ilimit_scale=0.0,
                maximum_torque=abs(mounting.drive_torque_nm(mounting.config.torque_limit_nm)),
                watchdog_timeout=self.config.drive_timeout_s,
                query=True,
            )
        )

    def _enter_motor_mode(self, joint: int) -> None:
        self._exchange(self._controllers[joint].make_stop(query=True))  # also clears a latched fault

    def _leave_motor_mode(self, joint: int) -> None:
        self._exchange(self._controllers[joint].make_stop(query=True))

    def _zero_position(self, joint: int) -> None:
        self._exchange(self._controllers[joint].make_set_output_exact(position=0.0, query=True))

    def _twins(self) -> list[int]:
        # To a command for one drive the library takes one answer and no second.
        if self._transport is None or self._loop is None:
            raise BusFailure("the bus is not open")
        try:
            found = [device.can_id for device in self._loop.run_until_complete(self._transport.discover())]
        except Exception as error:  # the library hands on whatever python-can and the adapter's package raise
            raise BusFailure(f"cannot ask all drives who they are: {error}") from None
        return [joint for joint in JOINTS if found.count(self._ids[joint]) > 1]

    def _collect(self, timeout_s: float) -> None:
        """Nothing is left to collect: each exchange has brought its answer."""

    def _exchange(self, command: Any) -> None:
        if self._transport is None or self._loop is None:
            raise BusFailure("the bus is not open")
        try:
            results = self._loop.run_until_complete(
                asyncio.wait_for(self._transport.cycle([command]), _SLOWEST_CYCLE_S)
            )
        except asyncio.TimeoutError:
            return  # no answer: the age of the last one tells
        except Exception as error:  # the library hands on whatever python-can and the adapter's package raise
            raise BusFailure(f"cannot exchange frames with drive {command.destination}: {error}") from None
        for result in results:
            self._take(result)

    def _take(self, result: Any) -> None:
        if result.id not in self._ids:
            self._readings.refuse(FaultKind.UNKNOWN_ID, f"drive {result.id} is not in the device file; correct can_id")
            return
        joint = self._ids.index(result.id)
        register, values = moteus.Register, result.values
        wanted = (
            register.MODE, register.POSITION, register.VELOCITY, register.TORQUE, register.VOLTAGE, register.FAULT
        )  # fmt: skip
        missing = [item.name for item in wanted if item not in values]
        if missing:
            self._readings.refuse(FaultKind.CORRUPTED_FRAME, f"no {', '.join(missing)} in an answer", joint)
            return
        self._readings.store(
            joint,
            DriveReading(
                values[register.POSITION] * _TURN_RAD,
                values[register.VELOCITY] * _TURN_RAD,
                values[register.TORQUE],
                float(values.get(register.TEMPERATURE, math.nan)),
                _error(values[register.MODE], values[register.FAULT]),
                self._clock(),
                values[register.VOLTAGE],
            ),
        )


def _error(mode: int, fault: int) -> str | None:
    if mode == moteus.Mode.FAULT:
        return f"fault {fault} (see the moteus reference)"
    if mode == moteus.Mode.TIMEOUT:
        return "that its watchdog has run out"
    return None
