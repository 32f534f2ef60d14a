"""A CAN bus between processes of one machine, for emulated drives: frames over a Unix socket.

python-can's udp_multicast needs a multicast route, which a machine without a network lacks, may leave the machine, and
has one port for all who try it. This has none of these, needs no rights as a kernel's vcan does, and keeps the frames'
time stamps.
"""

import errno
import select
import socket
import struct
import time
from collections.abc import Collection
from contextlib import suppress

import can

from exo_hardware.errors import HardwareError

BUS_OFF_BIT = 0x40
"""Of the identifier of an error frame (linux/can/error.h, CAN_ERR_BUSOFF)."""

_HELLO = struct.Struct("<I")  # bit/s of whoever connects
_REFUSAL = struct.Struct("<I?")  # to a driver: identifier, and whether its adapter refuses frames with it from now on
_FRAME = struct.Struct("<dIB8s")  # time stamp, identifier with flags, length, data
_EXTENDED, _ERROR = 0x80000000, 0x20000000  # as in linux/can.h
_LONGEST = 64


def exists(channel: str) -> bool:
    """Whether emulated drives are on a channel."""
    try:
        _connect(channel).close()
    except OSError:
        return False
    return True


class LocalBus:
    """The driver's end. Frames to the drives are stamped with the monotonic time at which they were sent."""

    def __init__(self, channel: str, bitrate: int) -> None:
        """Connect.

        Args:
            channel: its name.
            bitrate: bit/s; drives of another bit rate understand nothing.

        Raises:
            OSError: no emulated drives are on the channel.
        """
        self._socket = _connect(channel)
        self._socket.send(_HELLO.pack(bitrate))
        self._refused: set[int] = set()

    def send(self, msg: can.Message, timeout: float | None = None) -> None:
        """Send a frame. Raises ``can.CanError`` when the drives have gone, or where ``LocalBusHub.refuse`` said so."""
        if msg.arbitration_id in self._refused:
            raise can.CanOperationError(f"no buffer space for frame 0x{msg.arbitration_id:X}")
        try:
            self._socket.send(_pack(msg, time.monotonic()), socket.MSG_DONTWAIT)
        except OSError as error:
            raise can.CanOperationError(f"the emulated drives do not take the frame: {error.strerror}") from None

    def recv(self, timeout: float | None = None) -> can.Message | None:
        """Return the next frame, or None after the time-out (which a notice of the hub may lengthen).

        Raises ``can.CanError`` when the drives have gone.
        """
        while True:
            ready, _, _ = select.select([self._socket], [], [], timeout)
            if not ready:
                return None
            try:
                data = self._socket.recv(_LONGEST)
            except OSError as error:
                raise can.CanOperationError(f"the emulated drives have gone: {error.strerror}") from None
            if not data:
                raise can.CanOperationError("the emulated drives have gone")
            if len(data) != _REFUSAL.size:
                return _unpack(data)
            identifier, refused = _REFUSAL.unpack(data)
            (self._refused.add if refused else self._refused.discard)(identifier)

    def shutdown(self) -> None:
        """Close this end."""
        self._socket.close()


class LocalBusHub:
    """The drives' end, for any number of drivers, one after the other or at once."""

    def __init__(self, channel: str, bitrate: int) -> None:
        """Open the channel.

        Args:
            channel: its name.
            bitrate: of the drives, bit/s.

        Raises:
            HardwareError: the name is taken.
        """
        self._bitrate = bitrate
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._listener.bind(_address(channel))
        except OSError as error:
            self._listener.close()
            reason = "it is in use" if error.errno == errno.EADDRINUSE else str(error.strerror)
            raise HardwareError(f"cannot open the local bus '{channel}': {reason}; take another name") from None
        self._listener.listen()
        self._clients: dict[socket.socket, int | None] = {}  # and the bit rate of each
        self._refused: frozenset[int] = frozenset()

    def refuse(self, identifiers: Collection[int]) -> None:
        """Let the adapters of all drivers refuse to send frames with these identifiers, and take all others again.

        A driver's end knows from the next frame that it waits for.
        """
        wanted = frozenset(identifiers)
        for identifier in wanted ^ self._refused:
            for client in self._clients:
                _notify(client, identifier, identifier in wanted)
        self._refused = wanted

    def send(self, msg: can.Message, timeout: float | None = None) -> None:
        """Send a frame to all who understand it; a driver that does not read misses it, as on a real bus."""
        data = _pack(msg, msg.timestamp)
        for client, bitrate in self._clients.items():
            if bitrate == self._bitrate:
                with suppress(OSError):
                    client.send(data, socket.MSG_DONTWAIT)

    def recv(self, timeout: float | None = None) -> can.Message | None:
        """Return the next frame of a driver, or None after the time-out."""
        while True:
            ready, _, _ = select.select([self._listener, *self._clients], [], [], timeout)
            if not ready:
                return None
            for end in ready:
                if end is self._listener:
                    self._clients[self._listener.accept()[0]] = None
                elif (message := self._take(end)) is not None:
                    return message
            timeout = 0.0

    def shutdown(self) -> None:
        """Close the channel."""
        for end in (self._listener, *self._clients):
            end.close()
        self._clients.clear()

    def _take(self, client: socket.socket) -> can.Message | None:
        """Return a frame if that is what has come from a driver."""
        try:
            data = client.recv(_LONGEST)
        except ConnectionResetError:
            return None  # told once, when it left with answers unread; its last frames, which end the torque, follow
        except OSError:
            data = b""
        if not data:
            del self._clients[client]
            client.close()
        elif len(data) == _HELLO.size:
            (self._clients[client],) = _HELLO.unpack(data)
            for identifier in self._refused:
                _notify(client, identifier, True)
        elif self._clients[client] == self._bitrate:
            return _unpack(data)
        else:  # nobody acknowledges what nobody understands: the controller of the sender gives up
            with suppress(OSError):
                off = can.Message(arbitration_id=BUS_OFF_BIT, is_error_frame=True, data=bytes(8))
                client.send(_pack(off, 0.0), socket.MSG_DONTWAIT)
        return None


def _address(channel: str) -> str:
    """Return an abstract address: nothing is left in the file system, whoever dies how."""
    return f"\0exo-can/{channel}"


def _connect(channel: str) -> socket.socket:
    end = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        end.connect(_address(channel))
    except OSError:
        end.close()
        raise
    return end


def _notify(client: socket.socket, identifier: int, refused: bool) -> None:
    with suppress(OSError):  # it has gone
        client.send(_REFUSAL.pack(identifier, refused), socket.MSG_DONTWAIT)


def _pack(message: can.Message, timestamp_s: float) -> bytes:
    flags = _EXTENDED * message.is_extended_id | _ERROR * message.is_error_frame
    data = bytes(message.data)
    return _FRAME.pack(timestamp_s, message.arbitration_id | flags, len(data), data)


def _unpack(data: bytes) -> can.Message:
    timestamp, identifier, length, content = _FRAME.unpack(data)
    return can.Message(
        timestamp=timestamp,
        arbitration_id=identifier & ~(_EXTENDED | _ERROR),
        is_extended_id=bool(identifier & _EXTENDED),
        is_error_frame=bool(identifier & _ERROR),
        data=content[:length],
    )
