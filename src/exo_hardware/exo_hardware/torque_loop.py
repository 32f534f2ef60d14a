"""One tick of the device, without ROS: read the drives, judge, limit, command."""

import time
from collections.abc import Callable

import numpy as np

from exo_control.errors import ExoError
from exo_hardware.device_config import DeviceConfig
from exo_hardware.device_state import DeviceState, FaultKind, Floats
from exo_hardware.driver import Driver
from exo_hardware.errors import HardwareError
from exo_hardware.watchdog_check import check_watchdog
from exo_safety.emergency_stop import EmergencyStop
from exo_safety.limiter import SafetyLimiter
from exo_safety.limits import SafetyLimits
from exo_safety.status import Fault, LimiterResult, State

BY_AGE_ALONE = (FaultKind.CORRUPTED_FRAME, FaultKind.FROZEN_TIMESTAMP)
"""A frame that was refused is a fault only once it is missed: noise may spoil one now and then."""

LONGEST_WAIT = 0.5
"""Part of a tick within which drives have to answer, where the device file gives them longer."""

_OF_THE_BUS = (FaultKind.BUS, FaultKind.UNKNOWN_ID)


class TorqueLoop:
    """Driver, emergency stop and safety limiter as one; the hardware node and the fault campaign run it.

    A tick is ``measure``, then a policy, then ``act``. Whatever is wrong zeroes both joints in ``act`` and is latched:
    the drives then leave motor mode until ``reset`` and ``start``. Not safe to share between threads.
    """

    def __init__(
        self,
        driver: Driver,
        limits: SafetyLimits,
        period_s: float,
        emergency_stop: EmergencyStop | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare the loop; nothing is opened.

        Args:
            driver: of the drives.
            limits: safety limits; a lower torque limit of the device file lowers the cap for both joints.
            period_s: time between two ticks, s.
            emergency_stop: None on a bench without people only.
            clock: monotonic time, s; the driver's.
        """
        self.driver, self.emergency_stop = driver, emergency_stop
        self.limits = device_limits(limits, driver.config)
        self.limiter = SafetyLimiter(self.limits, period_s)
        self._longest_wait_s = LONGEST_WAIT * period_s
        self._clock = clock
        self._state: DeviceState | None = None

    def check(self, wait: Callable[[float], None]) -> None:
        """See that the drives drop their torque when commands stop; they are disabled afterwards. Takes 0.25 s.

        Args:
            wait: lets time pass, s, such as ``time.sleep``.

        Raises:
            HardwareError: they do not, a drive has a fault or the emergency stop is pressed.
        """
        self._refuse_emergency_stop()
        self.driver.enable()
        check_watchdog(self.driver, wait)
        if self.emergency_stop is not None:
            self.emergency_stop.expect(self._clock())

    def start(self) -> None:
        """Enable the drives and allow torque, which rises from the first command on.

        Raises:
            HardwareError: a drive has a fault, or the emergency stop is pressed.
            LimiterError: a fault is latched.
        """
        self._refuse_emergency_stop()
        self.limiter.start()
        if not self.driver.is_enabled:
            try:
                self.driver.enable()
            except ExoError:
                self.limiter.stop()  # nothing has moved yet, so that disables it at once
                raise

    def measure(self) -> DeviceState:
        """Ask the drives for their state, and take it, waiting for answers at most half a tick."""
        self.driver.poll()
        self._state = self.driver.receive(self._longest_wait_s)
        return self._state

    def act(self, command_nm: Floats, command_age_s: float) -> LimiterResult:
        """Limit a command and send it to the drives; zero if anything is wrong.

        Args:
            command_nm: (2,) wanted torques, Nm, flexion positive; anything finite while none has come.
            command_age_s: age of the command, s; infinite while none has come.
        """
        assert self._state is not None, "measure first"
        state, now_s = self._state, self._clock()
        for fault in state.faults:
            if fault.kind not in BY_AGE_ALONE:
                self.limiter.trip(str(fault), Fault.BUS if fault.kind in _OF_THE_BUS else Fault.DRIVE)
        if self.emergency_stop is not None and (problem := self.emergency_stop.problem(now_s)):
            self.limiter.trip(problem, Fault.EMERGENCY_STOP)
        result = self.limiter.apply(
            command_nm,
            state.position_rad,
            state.velocity_rad_per_s,
            now_s,
            command_age_s=command_age_s,
            feedback_age_s=float(np.max(state.age_s)),
            measured_nm=state.torque_nm,
            temperature_c=state.temperature_c,
        )
        if result.state in (State.DISABLED, State.FAULT) and self.driver.is_enabled:
            self.driver.disable()
        else:
            self.driver.send_torque(result.torque_nm)
        return result

    def _refuse_emergency_stop(self) -> None:
        if self.emergency_stop is not None and (problem := self.emergency_stop.problem(self._clock())):
            raise HardwareError(f"cannot start: {problem}; release it, or start it: ros2 run exo_nodes estop_node")


def device_limits(limits: SafetyLimits, device: DeviceConfig) -> SafetyLimits:
    """Return the limits with the torque cap at the lowest torque limit of the device's joints, if that is lower."""
    cap_nm = min(limits.torque_cap_nm, *(joint.torque_limit_nm for joint in device.in_order()))
    return limits.model_copy(update={"torque_cap_nm": cap_nm})
