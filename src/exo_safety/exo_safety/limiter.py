"""The safety limiter: the last thing between a commanded torque and the drives."""

import math
from collections import deque
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from exo_control.errors import ExoError
from exo_control.joints import JOINT_NAMES, POLICY_PERIOD_S
from exo_safety.limits import SafetyLimits
from exo_safety.rules import CHECKS, JOINTS, SHAPING, WARNINGS, Pair, Tick, check_temperature
from exo_safety.status import Fault, LimiterResult, Rule, State

_ZERO: Pair = (0.0, 0.0)
_UNKNOWN: Pair = (math.nan, math.nan)
CONFIRMING_READINGS = 3
"""Readings in a row that make a temperature count: a single wrong one changes nothing."""

_LET_THROUGH = (State.RAMP, State.ACTIVE, State.STOPPING)


class LimiterError(ExoError):
    """A start or reset that the limiter refuses."""


class SafetyLimiter:
    """Limits hip torques tick by tick; the same class runs in training, in simulation and on the device.

    Whatever goes in, for both joints: the output is finite, |torque| <= cap, |torque x velocity| <= power cap, and
    the torque grows by at most rate x time per tick. It falls faster than that only when a rule that reacts
    to the leg or to a late command lowers its bound. A fault zeroes both joints in the same tick and is latched.
    Not safe to share between threads.
    """

    def __init__(self, limits: SafetyLimits, period_s: float = POLICY_PERIOD_S) -> None:
        """Create a disabled limiter that will be called every ``period_s``."""
        self._limits = limits
        self._period_s = period_s
        self._checks, self._shaping, self._warnings = CHECKS, SHAPING, WARNINGS  # tests take single rules out
        self._window_ticks = max(round(limits.mean_power_window_s / period_s), 1)
        self._power: tuple[deque[float], deque[float]] = (
            deque(maxlen=self._window_ticks - 1),
            deque(maxlen=self._window_ticks - 1),
        )
        self._speed_squared: deque[float] = deque(maxlen=max(round(limits.standing_window_s / period_s), 1))
        self._last_s: float | None = None
        self._tick: Tick | None = None  # the newest, whose measurements a reset is judged by
        self._state = State.DISABLED
        self._fault: Fault | None = None
        self._fault_text = ""
        self._rules = 0
        self._gain = 0.0
        self._torque = _ZERO
        self._position: Pair | None = None
        self._stuck_s = self._residual_s = _ZERO
        self._temperatures: deque[Pair] = deque(maxlen=CONFIRMING_READINGS)
        self._temperature_c = _UNKNOWN
        self._level = 1.0

    @property
    def status(self) -> LimiterResult:
        """The state now, with the torque of the last tick."""
        return LimiterResult(
            np.array(self._torque),
            self._state,
            Rule(self._rules),
            self._gain,
            self._level,
            self._fault,
            self._fault_text,
        )

    def start(self) -> None:
        """Allow torque: it rises with the soft start from the first command on, to the full level.

        Start once encoder readings arrive, since from here on their absence is a fault.

        Raises:
            LimiterError: a fault is latched.
        """
        if self._state is State.FAULT:
            raise LimiterError(f"cannot start: fault {self._describe_fault()}; reset it first")
        if self._state is State.DISABLED:
            self._forget_motion()
            self._level = 1.0
            self._state = State.READY
        elif self._state is State.STOPPING:
            self._state = State.RAMP

    def stop(self) -> None:
        """End the assistance: the torque falls with the stop ramp."""
        if self._state is State.READY:
            self._disable()
        elif self._state in _LET_THROUGH:
            self._state = State.STOPPING

    def lower(self, level: float) -> None:
        """Lower the assistance to a part of the commanded torque, 0 to 1; only a start from rest brings it back.

        Raises:
            LimiterError: the level is above the present one, or not from 0 to 1.
        """
        if not 0.0 <= level <= self._level:
            raise LimiterError(f"cannot lower the assistance from {self._level:g} to {level:g}")
        self._level = float(level)

    def trip(self, text: str, fault: Fault = Fault.EXTERNAL) -> None:
        """Latch a fault that the owner of the limiter has found, such as an emergency stop."""
        self._latch(fault, text)

    def reset(self) -> None:
        """Clear a latched fault; the limiter is then disabled.

        Raises:
            LimiterError: a hip moves, a command is not zero, the encoder readings are late, or a drive is still hot.
        """
        if self._state is not State.FAULT:
            return
        tick = self._tick
        if tick is None or not tick.feedback_age_s < self._limits.feedback_age_fault_s:
            raise LimiterError(f"cannot reset {self._describe_fault()}: no fresh encoder reading")
        for joint in JOINTS:
            speed, limit = abs(tick.velocity[joint]), self._limits.reset_velocity_rad_per_s
            if not speed < limit:
                moves = f"{JOINT_NAMES[joint]} moves at {speed:.2f} rad/s"
                raise LimiterError(f"cannot reset {self._describe_fault()}: {moves}; hold still, below {limit:g} rad/s")
            if tick.command[joint] != 0.0 and tick.command_age_s < self._limits.command_age_fault_s:
                wants = f"{JOINT_NAMES[joint]} is commanded {tick.command[joint]:g} Nm"
                raise LimiterError(f"cannot reset {self._describe_fault()}: {wants}; stop the policy first")
        if text := check_temperature(tick):
            raise LimiterError(f"cannot reset {self._describe_fault()}: {text}; let it cool")
        self._fault, self._fault_text = None, ""
        self._disable()

    def apply(
        self,
        command_nm: ArrayLike,
        position: ArrayLike,
        velocity: ArrayLike,
        now_s: float,
        command_age_s: float,
        feedback_age_s: float,
        measured_nm: ArrayLike | None = None,
        temperature_c: ArrayLike | None = None,
    ) -> LimiterResult:
        """Limit the torques of one tick. Never raises: input that cannot be used is a fault.

        Args:
            command_nm: wanted torques, shape (2,), Nm; anything finite, such as zero, while none has come.
            position: hip angles, shape (2,), rad.
            velocity: hip angular velocities, shape (2,), rad/s.
            now_s: time of this tick, s; any clock that does not go back.
            command_age_s: time since the command arrived, s; infinite while none has come.
            feedback_age_s: time since the older of the two encoder readings arrived, s.
            measured_nm: torques that the drives gave before this tick, shape (2,), Nm; None or NaN if not known.
            temperature_c: of the drives, shape (2,), degrees C; None or NaN if not known.
        """
        tick = self._observe(
            command_nm, position, velocity, now_s, command_age_s, feedback_age_s, measured_nm, temperature_c
        )
        self._rules = 0
        if self._state not in (State.DISABLED, State.FAULT):
            self._check(tick)
        if self._state not in (State.DISABLED, State.FAULT):
            for rule, warn in self._warnings:
                if warn(tick):
                    self._rules |= rule.value
            self._advance(tick)
        self._torque = self._shape(tick) if self._state in _LET_THROUGH else _ZERO
        self._remember(tick)
        return self.status

    def _observe(
        self,
        command_nm: ArrayLike,
        position: ArrayLike,
        velocity: ArrayLike,
        now_s: float,
        command_age_s: float,
        feedback_age_s: float,
        measured_nm: ArrayLike | None,
        temperature_c: ArrayLike | None,
    ) -> Tick:
        now = _number(now_s)
        dt = now - (self._last_s if self._last_s is not None else now - self._period_s)
        if math.isfinite(now):
            self._last_s = now
        if dt > self._limits.command_age_fault_s:  # a pause: the drives have dropped the torque on their own
            self._forget_motion()
        measured = _pair(position)
        self._tick = Tick(
            limits=self._limits,
            period_s=self._period_s,
            state=self._state,
            gain=self._gain,
            dt_s=dt,
            command_age_s=_number(command_age_s),
            feedback_age_s=_number(feedback_age_s),
            command=_pair(command_nm),
            position=measured,
            velocity=_pair(velocity),
            previous_position=self._position,
            previous_torque=self._torque,
            stuck_s=self._time_stuck(measured, dt),
            residual_s=_ZERO if measured_nm is None else self._time_off_command(_pair(measured_nm), dt),
            temperature_c=_UNKNOWN if temperature_c is None else self._confirm_temperature(_pair(temperature_c)),
            level=self._level,
            spent_power=(sum(self._power[0]), sum(self._power[1])),
            window_ticks=self._window_ticks,
        )
        return self._tick

    def _time_stuck(self, position: Pair, dt_s: float) -> Pair:
        right, left = (
            self._stuck_s[joint] + dt_s
            if self._position is not None
            and position[joint] == self._position[joint]
            and abs(self._torque[joint]) > self._limits.encoder_stuck_torque_nm
            else 0.0
            for joint in JOINTS
        )
        return right, left

    def _time_off_command(self, measured: Pair, dt_s: float) -> Pair:
        limit = self._limits.tracking_residual_nm
        right, left = (
            self._residual_s[joint] + dt_s if abs(measured[joint] - self._torque[joint]) > limit else 0.0
            for joint in JOINTS
        )
        return right, left

    def _confirm_temperature(self, temperature: Pair) -> Pair:
        """Return the temperatures that count: follows a rise at once, a fall only beyond the hysteresis."""
        self._temperatures.append(temperature)
        if len(self._temperatures) == CONFIRMING_READINGS:
            right, left = (
                _with_hysteresis(self._temperature_c[joint], readings, self._limits.temperature_hysteresis_c)
                for joint, readings in enumerate(zip(*self._temperatures, strict=True))
            )
            self._temperature_c = right, left
        return self._temperature_c

    def _check(self, tick: Tick) -> None:
        for fault, check in self._checks:
            text = check(tick)
            if text is not None:
                self._latch(fault, text)
                return

    def _advance(self, tick: Tick) -> None:
        """Move the gain and the state on by one tick."""
        if self._state is State.READY:
            if tick.command_age_s <= self._limits.command_age_ramp_s:
                self._state = State.RAMP
        elif self._state is State.STOPPING or self._is_standing(tick):
            self._gain = max(self._gain - tick.dt_s / self._limits.stop_ramp_s, 0.0)
            if self._state is State.STOPPING:
                if self._gain == 0.0:
                    self._disable()
            else:
                self._state = State.RAMP
        else:
            # The tick that follows a pause starts at gain 0, however long the pause was.
            step = tick.dt_s / self._limits.soft_start_s if tick.previous_position is not None else 0.0
            self._gain = min(self._gain + step, 1.0)
            self._state = State.ACTIVE if self._gain == 1.0 else State.RAMP
        tick.state, tick.gain = self._state, self._gain

    def _is_standing(self, tick: Tick) -> bool:
        if not self._limits.gait_gating:
            return False
        self._speed_squared.append((tick.velocity[0] ** 2 + tick.velocity[1] ** 2) / 2.0)
        mean = sum(self._speed_squared) / len(self._speed_squared)
        standing = mean < self._limits.standing_velocity_rad_per_s**2
        if standing:
            self._rules |= Rule.STANDING.value
        return standing

    def _shape(self, tick: Tick) -> Pair:
        right, left = (self._shape_joint(tick, joint) for joint in JOINTS)
        return right, left

    def _shape_joint(self, tick: Tick, joint: int) -> float:
        torque = tick.command[joint]
        for rule, shape in self._shaping:
            shaped = shape(tick, joint, torque)
            if shaped != torque:
                self._rules |= rule.value
            torque = shaped
        return torque

    def _remember(self, tick: Tick) -> None:
        self._position = tick.position
        self._stuck_s, self._residual_s = tick.stuck_s, tick.residual_s
        for joint in JOINTS:
            self._power[joint].append(max(self._torque[joint] * tick.velocity[joint], 0.0))

    def _forget_motion(self) -> None:
        """Start as from rest: gain 0, no torque, no earlier reading."""
        self._gain = 0.0
        self._torque = _ZERO
        self._position = None
        self._stuck_s = self._residual_s = _ZERO
        self._power[0].clear()
        self._power[1].clear()
        self._speed_squared.clear()

    def _latch(self, fault: Fault, text: str) -> None:
        if self._state is not State.FAULT:  # the first fault is the one to know
            self._fault, self._fault_text = fault, text
        self._state = State.FAULT
        self._gain, self._torque = 0.0, _ZERO

    def _disable(self) -> None:
        self._state = State.DISABLED
        self._gain, self._torque = 0.0, _ZERO

    def _describe_fault(self) -> str:
        return f"{self._fault.value if self._fault else ''} ({self._fault_text})"


def _with_hysteresis(before: float, readings: tuple[float, ...], width: float) -> float:
    """Return what all readings reach, or the value from before while that is at most ``width`` above it."""
    if any(map(math.isnan, readings)):
        return before
    confirmed = min(readings)
    return confirmed if math.isnan(before) else max(confirmed, min(before, confirmed + width))


def _number(value: Any) -> float:
    """Return the value as a float, NaN for what is none."""
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _pair(values: Any) -> Pair:
    """Return one float per joint, NaN for both unless there are exactly two numbers."""
    try:
        if np.shape(values) != (len(JOINT_NAMES),):
            return math.nan, math.nan
    except ValueError:  # ragged
        return math.nan, math.nan
    right, left = values
    return _number(right), _number(left)
