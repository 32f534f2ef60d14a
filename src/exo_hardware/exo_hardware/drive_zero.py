"""The drives' own zero, set where they stand, and seen to be set."""

from collections.abc import Callable

from exo_control.joints import JOINT_NAMES
from exo_hardware.driver import Driver
from exo_hardware.errors import HardwareError

ANSWER_S = 0.05
"""Time in which a drive reports from its new zero."""

ZERO_WITHIN_RAD = 0.02
"""At the hip: more than noise and play of a gear, far less than a hip has offset as a rule."""


def zero_drives(driver: Driver, wait: Callable[[float], None]) -> None:
    """Let both drives call their present position zero, and see that they read zero then.

    It lasts until their power goes.

    Args:
        driver: an open driver without calibration, disabled, its hips held still.
        wait: lets time pass, s, such as ``time.sleep``.

    Raises:
        HardwareError: the drives are enabled, there is a fault, or a drive does not take a zero.
    """
    driver.zero_position()
    wait(ANSWER_S)
    driver.poll()
    state = driver.receive()
    if state.faults:
        raise HardwareError(f"cannot zero the drives: {'; '.join(map(str, state.faults))}")
    for name, position in zip(JOINT_NAMES, state.position_rad, strict=True):
        if not abs(position) <= ZERO_WITHIN_RAD:
            raise HardwareError(
                f"the drive of {name} cannot set its zero: it reads {position:+.3f} rad afterwards; leave out "
                "--zero-drives, the measured offset does the same"
            )
