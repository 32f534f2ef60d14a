"""The interface of a driver: all that a node or a command needs of the drives of both hips."""

import math
from types import TracebackType
from typing import Protocol

from typing_extensions import Self

from exo_hardware.calibration_file import Calibration
from exo_hardware.device_config import DeviceConfig
from exo_hardware.device_state import DeviceState, Floats


class Driver(Protocol):
    """Torque control of both drives.

    The order is ``open``, then any number of ``enable`` ... ``disable``, then ``close``. A tick is ``poll``,
    ``receive``, a policy and limiter, ``send_torque``. While running nothing raises: what goes wrong is in
    ``DeviceState.faults``.
    Not safe to share between threads.
    """

    config: DeviceConfig
    calibration: Calibration | None

    @property
    def is_enabled(self) -> bool:
        """Whether the drives are in motor mode."""

    def open(self) -> None:
        """Open the bus, send zero torque and wait for both drives; they stay disabled.

        Raises:
            HardwareError: no such bus, a drive does not answer or has frames of another generation than its model, or
                two drives answer as one. CubeMars drives that stream (v3) look like one while their angles agree.
        """

    def enable(self) -> None:
        """Enter motor mode at zero torque.

        Raises:
            HardwareError: not calibrated, or a fault; the drives are then disabled.
        """

    def poll(self) -> None:
        """Ask both drives for their state without changing their torque."""

    def receive(self, longest_s: float = math.inf) -> DeviceState:
        """Take the frames that have arrived, waiting for outstanding answers.

        Args:
            longest_s: longest wait, s; never longer than ``reply_timeout_s``.
        """

    def send_torque(self, torque_nm: Floats) -> None:
        """Command both hip torques, (2,) Nm, flexion positive. Zero goes out while disabled.

        Torques are limited to each joint's ``torque_limit_nm``. If one is not finite, or cannot be sent, both are zero.
        """

    def zero_position(self) -> None:
        """Let both drives call their present position zero, until their power goes.

        Raises:
            HardwareError: the drives are enabled.
        """

    def disable(self) -> None:
        """Send zero torque three times and leave motor mode. Never raises."""

    def close(self) -> None:
        """Disable and close the bus. Never raises; may be called twice."""

    def __enter__(self) -> Self:
        """Open."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close, whatever happened."""
