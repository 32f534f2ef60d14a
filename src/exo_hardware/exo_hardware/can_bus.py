"""Opening a CAN bus, with errors that name the fix."""

import json
import subprocess
from collections import deque
from typing import Protocol

import can
from can.interfaces.slcan import slcanBus

from exo_hardware.device_config import BusConfig
from exo_hardware.errors import HardwareError
from exo_hardware.local_bus import LocalBus

_ECHOES = 64
"""Frames that we sent and whose echo may still come; an echo that got lost is forgotten."""


class CanBus(Protocol):
    """The part of ``can.BusABC`` that the drivers use, so that an emulated bus can stand in."""

    def send(self, msg: can.Message, timeout: float | None = None) -> None:
        """Send a frame. Raises ``can.CanError`` if it cannot."""

    def recv(self, timeout: float | None = None) -> can.Message | None:
        """Return the next frame, or None after the time-out. Raises ``can.CanError`` if the bus fails."""

    def shutdown(self) -> None:
        """Close the bus."""


class WithoutEcho:
    """A bus that hands back each frame that it sends, without those: udp_multicast does so on most machines."""

    def __init__(self, bus: CanBus) -> None:
        self._bus = bus
        self._sent: deque[tuple[int, bool, bytes]] = deque(maxlen=_ECHOES)

    def send(self, msg: can.Message, timeout: float | None = None) -> None:
        """Send a frame."""
        self._bus.send(msg, timeout)
        self._sent.append(_content(msg))

    def recv(self, timeout: float | None = None) -> can.Message | None:
        """Return the next frame of somebody else, or None after the time-out (which an echo may lengthen)."""
        while (message := self._bus.recv(timeout)) is not None and _content(message) in self._sent:
            self._sent.remove(_content(message))
        return message

    def shutdown(self) -> None:
        """Close the bus."""
        self._bus.shutdown()


class WithoutAcknowledgements:
    """An slcan bus that looks beyond the adapter's acknowledgements.

    python-can takes each of them for the end of what has come: frames behind it would be left for the next tick,
    more in each.
    """

    def __init__(self, bus: slcanBus) -> None:
        self._bus = bus

    def send(self, msg: can.Message, timeout: float | None = None) -> None:
        """Send a frame."""
        self._bus.send(msg, timeout)

    def recv(self, timeout: float | None = None) -> can.Message | None:
        """Return the next frame, or None after the time-out with nothing left to read."""
        message = self._bus.recv(timeout)
        while message is None and self._bus.serialPortOrig.in_waiting:
            message = self._bus.recv(0.0)
        return message

    def shutdown(self) -> None:
        """Close the bus."""
        self._bus.shutdown()


def _content(message: can.Message) -> tuple[int, bool, bytes]:
    return message.arbitration_id, message.is_extended_id, bytes(message.data)


def open_bus(config: BusConfig) -> CanBus:
    """Open the bus of a device.

    Raises:
        HardwareError: there is no such interface or channel, or it may not be used.
    """
    # Emulated drives stamp their frames with the time of the emulation.
    options = {"preserve_timestamps": True} if config.interface == "virtual" else {"bitrate": config.bitrate}
    try:
        if config.interface == "local":
            return LocalBus(config.channel, config.bitrate)
        if config.interface == "socketcan":
            _check_bitrate(config)
        bus = can.Bus(interface=config.interface, channel=config.channel, **options)
    except (can.CanError, OSError, ValueError, ImportError) as error:
        raise HardwareError(f"cannot open {_name(config)}: {error}; {_hint(config)}") from None
    if isinstance(bus, slcanBus):
        return WithoutAcknowledgements(bus)
    return WithoutEcho(bus) if config.interface == "udp_multicast" else bus


def _check_bitrate(config: BusConfig) -> None:
    """Check that a socketcan interface runs at the device file's bit rate, where the system can tell.

    Raises:
        HardwareError: it does not.
    """
    try:
        shown = subprocess.run(
            ["ip", "-details", "-json", "link", "show", config.channel], capture_output=True, timeout=5.0, check=True
        )
        timing = json.loads(shown.stdout)[0]["linkinfo"]["info_data"]["bittiming"]
        bitrate = int(timing["bitrate"])
    except (OSError, subprocess.SubprocessError, ValueError, LookupError):
        return  # no `ip`, no such interface (opening it says so), or one without a bit rate such as vcan
    if bitrate != config.bitrate:
        mend = f"sudo ip link set {config.channel} down && {_up(config)}"
        raise HardwareError(
            f"{_name(config)} runs at {bitrate} bit/s, the device file has bus.bitrate = {config.bitrate}; "
            f"correct the file, or: {mend}"
        )


def no_answer_hint(config: BusConfig) -> str:
    """Return what to check when a drive does not answer."""
    bitrate = f"{config.bitrate} bit/s ({_bitrate_hint(config)})"
    return f"check power, wiring, termination, can_id and that the drives use {bitrate}"


def _name(config: BusConfig) -> str:
    return f"{config.interface} channel {config.channel}"


def _bitrate_hint(config: BusConfig) -> str:
    return f"ip -details link show {config.channel}" if config.interface == "socketcan" else "bus.bitrate"


def _up(config: BusConfig) -> str:
    return f"sudo ip link set {config.channel} up type can bitrate {config.bitrate}"


def _hint(config: BusConfig) -> str:
    if config.interface == "socketcan":
        return f"list the interfaces with `ip link`, and bring yours up with `{_up(config)}`"
    if config.interface == "slcan":
        return "check that the serial port exists and that your user may use it (group dialout)"
    if config.interface == "local":
        return "start the emulated drives: ros2 run exo_nodes emulator_node"
    if config.interface == "udp_multicast":
        return "the channel must be a multicast address such as 239.74.163.2"
    return "correct bus.channel in the device file"
