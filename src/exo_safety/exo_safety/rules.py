"""The rules of the safety limiter, one small function each.

A *check* looks at a tick and returns why it is a fault, or None. A *shaping rule* takes the torque of one joint and
returns it, possibly smaller. A *warning* only reports. All are pure: what they need to know of the past is in ``Tick``.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from exo_control.joints import JOINT_NAMES, TORQUE_CEILING_NM
from exo_safety.limits import SafetyLimits
from exo_safety.status import Fault, Rule, State

Pair = tuple[float, float]
"""One number per joint, in the order of ``JOINT_NAMES``."""

JOINTS = range(len(JOINT_NAMES))


@dataclass(slots=True)
class Tick:
    """What the rules see in one tick. Units: Nm, rad, rad/s, s, W."""

    limits: SafetyLimits
    period_s: float
    state: State
    gain: float
    dt_s: float  # since the tick before
    command_age_s: float
    feedback_age_s: float
    command: Pair
    position: Pair
    velocity: Pair
    previous_position: Pair | None  # None on the first tick and after a pause
    previous_torque: Pair  # output of the tick before
    stuck_s: Pair  # time that the angle has not changed under load
    residual_s: Pair  # time that the drive has not given the torque that it was asked for
    temperature_c: Pair  # confirmed, with hysteresis; NaN if the drive does not report it
    level: float  # to which the assistance has been lowered
    spent_power: Pair  # sum of the positive power of the earlier ticks in the window
    window_ticks: int  # of the mean power, this tick included


# Checks


def check_input(tick: Tick) -> str | None:
    """All numbers are finite; ages may be infinite, for nothing has come yet."""
    for name in ("command", "position", "velocity"):
        values: Pair = getattr(tick, name)
        if not (math.isfinite(values[0]) and math.isfinite(values[1])):
            return f"{name} {list(values)} is not {len(JOINT_NAMES)} finite numbers"
    if math.isnan(tick.command_age_s) or math.isnan(tick.feedback_age_s):
        return f"command age {tick.command_age_s} s or feedback age {tick.feedback_age_s} s is not a number"
    return None


def check_clock(tick: Tick) -> str | None:
    """Time does not go back, and nothing comes from the future."""
    if not 0.0 <= tick.dt_s < math.inf:  # written so that NaN fails too
        return f"time since the last tick is {tick.dt_s:g} s"
    youngest = min(tick.command_age_s, tick.feedback_age_s)
    if youngest < -tick.period_s:
        return f"a command or encoder reading is {-youngest:g} s in the future"
    return None


def check_feedback_age(tick: Tick) -> str | None:
    """Encoder readings arrive."""
    if tick.feedback_age_s >= tick.limits.feedback_age_fault_s:
        return f"no encoder reading for {tick.feedback_age_s:.3f} s, limit {tick.limits.feedback_age_fault_s:g} s"
    return None


def check_command_age(tick: Tick) -> str | None:
    """Commands arrive while they are used; a normal stop may end them."""
    used = tick.state in (State.RAMP, State.ACTIVE)
    if used and tick.command_age_s >= tick.limits.command_age_fault_s:
        return f"no command for {tick.command_age_s:.3f} s, limit {tick.limits.command_age_fault_s:g} s"
    return None


def check_encoder_jump(tick: Tick) -> str | None:
    """An angle does not change faster than a leg can move."""
    if tick.previous_position is None:
        return None
    for joint in JOINTS:
        jump = abs(tick.position[joint] - tick.previous_position[joint])
        if jump > tick.limits.encoder_jump_rad:
            return f"{JOINT_NAMES[joint]} jumped by {jump:.3f} rad, limit {tick.limits.encoder_jump_rad:g} rad"
    return None


def check_encoder_stuck(tick: Tick) -> str | None:
    """An angle changes under load."""
    for joint in JOINTS:
        if tick.stuck_s[joint] >= tick.limits.encoder_stuck_s:
            load = f"under more than {tick.limits.encoder_stuck_torque_nm:g} Nm"
            return f"{JOINT_NAMES[joint]} reads {tick.position[joint]:.3f} rad for {tick.stuck_s[joint]:.2f} s {load}"
    return None


def check_range_of_motion(tick: Tick) -> str | None:
    """An angle is inside the hard limits."""
    low, high = tick.limits.rom_hard_min_rad, tick.limits.rom_hard_max_rad
    for joint in JOINTS:
        if not low < tick.position[joint] < high:
            return f"{JOINT_NAMES[joint]} is at {tick.position[joint]:.3f} rad, limits {low:g} to {high:g} rad"
    return None


def check_temperature(tick: Tick) -> str | None:
    """A drive is cooler than the fault temperature."""
    limit = tick.limits.temperature_fault_c
    for joint in JOINTS:
        if tick.temperature_c[joint] >= limit:
            return f"the drive of {JOINT_NAMES[joint]} is at {tick.temperature_c[joint]:.0f} degrees C, limit {limit:g}"
    return None


def check_torque_tracking(tick: Tick) -> str | None:
    """A drive gives the torque that it was asked for."""
    for joint in JOINTS:
        if tick.residual_s[joint] >= tick.limits.tracking_residual_s:
            off = (
                f"more than {tick.limits.tracking_residual_nm:g} Nm off its command for {tick.residual_s[joint]:.2f} s"
            )
            return f"the torque of {JOINT_NAMES[joint]} is {off}"
    return None


def check_velocity(tick: Tick) -> str | None:
    """A joint is slower than the fault velocity."""
    limit = tick.limits.velocity_fault_rad_per_s
    for joint in JOINTS:
        if abs(tick.velocity[joint]) > limit:
            return f"{JOINT_NAMES[joint]} moves at {tick.velocity[joint]:.2f} rad/s, limit {limit:g} rad/s"
    return None


# Shaping rules


def cap_torque(tick: Tick, joint: int, torque: float) -> float:
    """Keep |torque| at most the cap, and at most the ceiling whatever the limits say."""
    cap = min(tick.limits.torque_cap_nm, TORQUE_CEILING_NM)
    return _clamp(torque, -cap, cap)


def soft_start(tick: Tick, joint: int, torque: float) -> float:
    """Scale by the gain of the soft start and the stop ramp."""
    return torque * tick.gain


def lower_assistance(tick: Tick, joint: int, torque: float) -> float:
    """Scale by the level to which the assistance has been lowered."""
    return torque * tick.level


def limit_rate(tick: Tick, joint: int, torque: float) -> float:
    """Keep the change since the last output at most rate x time."""
    step = tick.limits.torque_rate_nm_per_s * tick.dt_s
    previous = tick.previous_torque[joint]
    return _clamp(torque, previous - step, previous + step)


def limit_power(tick: Tick, joint: int, torque: float) -> float:
    """Keep |torque x velocity| at most the power cap."""
    speed = abs(tick.velocity[joint])
    if abs(torque) * speed <= tick.limits.power_cap_w:
        return torque
    return math.copysign(tick.limits.power_cap_w / speed, torque)


def limit_mean_power(tick: Tick, joint: int, torque: float) -> float:
    """Keep the mean positive power over the window at most its cap.

    A tick may spend what is left of the window's energy over a quarter of the window, not all at once,
    so that the torque fades out instead of breaking off.
    """
    velocity = tick.velocity[joint]
    left = max(tick.limits.mean_power_cap_w * tick.window_ticks - tick.spent_power[joint], 0.0)
    allowed = left / max(tick.window_ticks / 4.0, 1.0)
    return torque if torque * velocity <= allowed else allowed / velocity


def limit_range_of_motion(tick: Tick, joint: int, torque: float) -> float:
    """Let the bound of outward torque fall from the cap at the soft limit to zero at the hard one."""
    limits, angle = tick.limits, tick.position[joint]
    low = _fading_cap(limits, -angle, -limits.rom_soft_min_rad, -limits.rom_hard_min_rad)
    high = _fading_cap(limits, angle, limits.rom_soft_max_rad, limits.rom_hard_max_rad)
    return _clamp(torque, -low, high)


def limit_velocity(tick: Tick, joint: int, torque: float) -> float:
    """Let the bound of accelerating torque fall from the cap at the warning to zero at the fault velocity."""
    limits, velocity = tick.limits, tick.velocity[joint]
    if torque * velocity <= 0.0:
        return torque
    bound = _fading_cap(limits, abs(velocity), limits.velocity_warn_rad_per_s, limits.velocity_fault_rad_per_s)
    return _clamp(torque, -bound, bound)


def limit_late_command(tick: Tick, joint: int, torque: float) -> float:
    """Let the torque bound fall from the cap to zero with the age of the command.

    The torque is held until the next tick, so the age at the end of this tick counts: no torque is held
    beyond the fault age.
    """
    limits = tick.limits
    age_s = tick.command_age_s + tick.period_s
    bound = _fading_cap(limits, age_s, limits.command_age_ramp_s, limits.command_age_fault_s)
    return _clamp(torque, -bound, bound)


def limit_temperature(tick: Tick, joint: int, torque: float) -> float:
    """Let the torque bound fall from the cap at the warning to zero at the fault temperature."""
    limits, temperature = tick.limits, tick.temperature_c[joint]
    if not temperature > limits.temperature_warn_c:  # cool, or not known
        return torque
    bound = _fading_cap(limits, temperature, limits.temperature_warn_c, limits.temperature_fault_c)
    return _clamp(torque, -bound, bound)


# Warnings


def warn_velocity(tick: Tick) -> bool:
    """A joint is faster than the warning velocity."""
    return max(map(abs, tick.velocity)) > tick.limits.velocity_warn_rad_per_s


def warn_feedback_age(tick: Tick) -> bool:
    """The encoder reading is late."""
    return tick.feedback_age_s > tick.limits.feedback_age_warn_s


def warn_temperature(tick: Tick) -> bool:
    """A drive is hot."""
    return any(temperature > tick.limits.temperature_warn_c for temperature in tick.temperature_c)


def _clamp(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _fading_cap(limits: SafetyLimits, value: float, start: float, end: float) -> float:
    """Return the torque bound, Nm: none up to ``start``, the cap there, then linearly down to zero from ``end`` on."""
    if value <= start:
        return math.inf
    return limits.torque_cap_nm * max((end - value) / (end - start), 0.0)


CHECKS: tuple[tuple[Fault, Callable[[Tick], str | None]], ...] = (
    (Fault.INVALID_INPUT, check_input),
    (Fault.CLOCK, check_clock),
    (Fault.FEEDBACK_AGE, check_feedback_age),
    (Fault.COMMAND_AGE, check_command_age),
    (Fault.ENCODER_JUMP, check_encoder_jump),
    (Fault.ENCODER_STUCK, check_encoder_stuck),
    (Fault.RANGE_OF_MOTION, check_range_of_motion),
    (Fault.VELOCITY, check_velocity),
    (Fault.TEMPERATURE, check_temperature),
    (Fault.TORQUE_TRACKING, check_torque_tracking),
)
"""In this order; the first that fails is the fault."""

SHAPING: tuple[tuple[Rule, Callable[[Tick, int, float], float]], ...] = (
    (Rule.TORQUE_CAP, cap_torque),
    (Rule.SOFT_START, soft_start),
    (Rule.ASSISTANCE_LEVEL, lower_assistance),
    (Rule.TORQUE_RATE, limit_rate),
    # From here on a rule only moves the torque toward zero, so cap and growth rate stay kept.
    (Rule.POWER, limit_power),
    (Rule.MEAN_POWER, limit_mean_power),
    (Rule.RANGE_OF_MOTION, limit_range_of_motion),
    (Rule.VELOCITY, limit_velocity),
    (Rule.LATE_COMMAND, limit_late_command),
    (Rule.TEMPERATURE, limit_temperature),
)
"""In this order. The rate limit stands before the rules that react to the leg, which must act at once."""

WARNINGS: tuple[tuple[Rule, Callable[[Tick], bool]], ...] = (
    (Rule.WARN_VELOCITY, warn_velocity),
    (Rule.WARN_FEEDBACK_AGE, warn_feedback_age),
    (Rule.WARN_TEMPERATURE, warn_temperature),
)
