"""Whether the drives drop their torque on their own when commands stop: tried, since most drives cannot be asked."""

from collections.abc import Callable

import numpy as np

from exo_control.joints import JOINT_NAMES, POLICY_PERIOD_S
from exo_hardware.device_state import DeviceState
from exo_hardware.driver import Driver
from exo_hardware.errors import HardwareError

CHECK_TORQUE_NM = 0.5
"""At the hip: little more than a drive's own friction, so that nothing moves by it."""

_HOLD_S = 0.1
_LAST_ANSWERS_S = 0.02
_SILENCE = 1.5  # times the drive's time-out
_SHARE_LEFT = 0.5  # of the torque; less counts as dropped


def check_watchdog(driver: Driver, wait: Callable[[float], None]) -> None:
    """Put a small torque on both hips, fall silent, and see that it is gone. Takes 0.25 s with a time-out of 0.1 s.

    Call it with the driver enabled, before any policy; afterwards the drives are disabled, whatever the outcome.

    Args:
        driver: an enabled driver.
        wait: lets time pass, s, such as ``time.sleep``.

    Raises:
        HardwareError: a drive holds its last command, its torque did not come, or there is a fault.
    """
    timeout_s = driver.config.drive_timeout_s
    try:
        if timeout_s is None:
            raise HardwareError(
                "drive_timeout_s = null: the drives hold their last command when this computer stops; set their CAN "
                "time-out with the maker's tool and enter it in the device file"
            )
        for _ in range(round(_HOLD_S / POLICY_PERIOD_S)):
            driver.poll()
            held = driver.receive()
            driver.send_torque(np.full(len(JOINT_NAMES), CHECK_TORQUE_NM))
            wait(POLICY_PERIOD_S)
        driver.poll()
        held = driver.receive()
        if held.faults:
            raise HardwareError(f"cannot check the drives' watchdog: {'; '.join(map(str, held.faults))}")
        late_s = min(_LAST_ANSWERS_S, 0.5 * _SILENCE * timeout_s)
        wait(late_s)
        driver.receive()  # late answers, which would look like news at the end of the silence
        wait(_SILENCE * timeout_s - late_s)
        after = _state_without_command(driver, timeout_s)
        for name, before_nm, after_nm in zip(JOINT_NAMES, held.torque_nm, after.torque_nm, strict=True):
            if not before_nm > _SHARE_LEFT * CHECK_TORQUE_NM:
                raise HardwareError(
                    f"cannot check the watchdog of {name}: {before_nm:.2f} Nm measured at {CHECK_TORQUE_NM:g} Nm "
                    "commanded; check model and direction in the device file"
                )
            if not abs(after_nm) < _SHARE_LEFT * before_nm:
                raise HardwareError(
                    f"{name} still gives {after_nm:.2f} Nm {_SILENCE * timeout_s:.2f} s after the last command: its "
                    f"watchdog is off or slower than drive_timeout_s = {timeout_s:g}; set it with the maker's tool"
                )
    finally:
        driver.disable()


def _state_without_command(driver: Driver, timeout_s: float) -> DeviceState:
    """Return the state at the end of the silence.

    A drive that streams has told it. One that only answers reports the current at the time of the question, before
    the command in the question acts.
    """
    state = driver.receive()
    if float(np.max(state.age_s)) < 0.5 * timeout_s:
        return state
    driver.poll()
    return driver.receive()
