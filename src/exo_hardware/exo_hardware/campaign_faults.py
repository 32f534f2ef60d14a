"""What breaks in the fault campaign, how soon the torque must be gone, and what is reported."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from exo_control.joints import POLICY_PERIOD_S
from exo_control.registry import make_policy
from exo_hardware.campaign_rig import CampaignRig
from exo_hardware.device_config import DeviceConfig
from exo_hardware.drive_injection import Injection
from exo_safety.limits import SafetyLimits
from exo_safety.status import Fault

Change = Callable[[CampaignRig], None]

NEXT_TICK_S = POLICY_PERIOD_S + 0.005
"""The tick that follows, and the policy's answer within it."""

SLOWEST_EXCHANGE_S = 0.01
"""Time that a moteus which does not answer costs."""

CONFIRMED_S = 2.0 * POLICY_PERIOD_S + NEXT_TICK_S
"""Three readings in a row."""

GATED_POLICY = "lstm_8nm"
"""A shipped network, whose gate is tried."""

JOINT = "JOINT"
"""Stands for the joint that something happened to."""


@dataclass(frozen=True)
class FaultRow:
    """Something breaks in a running device: torque at zero on both hips within a time, latched, reported by name."""

    point: int
    """Of the safety checklist."""
    name: str
    cause: Change
    heal: Change
    within_s: Callable[[SafetyLimits, DeviceConfig], float]
    """Stated time, from the limits and the device."""
    fault: Fault | None
    """What is reported; None where only the drive is left to act."""
    report: str
    """Part of the report."""
    since_s: Callable[[CampaignRig, float], float] = lambda rig, event_s: event_s
    """When it counts as broken, from when it was caused."""
    moteus_report: str = ""
    """Part of the report where the drives are moteus, if it is another."""
    makes: tuple[str, ...] = ("cubemars", "moteus")
    """Drives that can break so."""


def _injected(injection: Injection, everywhere: bool = False) -> tuple[Change, Change]:
    def joint(rig: CampaignRig) -> str | None:
        return None if everywhere else rig.joint_name

    return lambda rig: rig.bench.inject(injection, joint(rig)), lambda rig: rig.bench.heal(injection, joint(rig))


def _set(name: str, wrong: Any, right: Any) -> tuple[Change, Change]:
    return lambda rig: setattr(rig, name, wrong), lambda rig: setattr(rig, name, right)


def _commanded(*values: float) -> tuple[Change, Change]:
    return _set("spoilt_nm", np.array(values), None)


def _pressed() -> tuple[Change, Change]:
    def change(pressed: bool) -> Change:
        def press(rig: CampaignRig) -> None:
            rig.pressed = pressed
            rig.beat()

        return press

    return change(True), change(False)


def _refused_view() -> tuple[Change, Change]:
    """A shipped network is shown a reading that is not a number, and its gate gives no torque."""

    def spoil(rig: CampaignRig) -> None:
        rig.policy = make_policy(GATED_POLICY)
        rig.spoilt_view = math.nan

    def heal(rig: CampaignRig) -> None:
        rig.spoilt_view = None

    return spoil, heal


def _drifting(rad_per_s: float) -> tuple[Change, Change]:
    def change(velocity: float) -> Change:
        def drift(rig: CampaignRig) -> None:
            rig.legs.drift_rad_per_s[rig.joint] = velocity

        return drift

    return change(rad_per_s), change(0.0)


def _next_tick(limits: SafetyLimits, device: DeviceConfig) -> float:
    return NEXT_TICK_S


def _next_tick_unanswered(limits: SafetyLimits, device: DeviceConfig) -> float:
    """The driver waits in vain for an answer before it goes on; for a moteus, in each of three exchanges."""
    return NEXT_TICK_S + (device.reply_timeout_s if device.driver == "cubemars" else 3.0 * SLOWEST_EXCHANGE_S)


def _feedback_age(limits: SafetyLimits, device: DeviceConfig) -> float:
    return limits.feedback_age_fault_s + _next_tick_unanswered(limits, device)


def _drive_timeout(limits: SafetyLimits, device: DeviceConfig) -> float:
    """The drive's own, counted from the last command that it got."""
    return (device.drive_timeout_s or math.inf) + 0.002


FAULT_ROWS: tuple[FaultRow, ...] = (
    FaultRow(
        4,
        "hip beyond its hard range of motion",
        *_drifting(4.5),
        _next_tick,
        Fault.RANGE_OF_MOTION,
        f"{JOINT} is at",
        since_s=lambda rig, event_s: rig.legs.beyond_s,
    ),
    FaultRow(5, "hip too fast", *_drifting(9.5), _next_tick, Fault.VELOCITY, f"{JOINT} moves at"),
    FaultRow(6, "command not a number", *_commanded(math.nan, 1.0), _next_tick, Fault.INVALID_INPUT, "command [nan"),
    FaultRow(6, "command infinite", *_commanded(1.0, -math.inf), _next_tick, Fault.INVALID_INPUT, "-inf]"),
    FaultRow(6, "command of three torques", *_commanded(1.0, 1.0, 1.0), _next_tick, Fault.INVALID_INPUT, "command"),
    FaultRow(
        6,
        "angle not a number",
        *_set("spoilt_reading", ("position_rad", math.nan), None),
        _next_tick,
        Fault.INVALID_INPUT,
        "position [",
    ),
    FaultRow(
        6,
        "velocity infinite",
        *_set("spoilt_reading", ("velocity_rad_per_s", math.inf), None),
        _next_tick,
        Fault.INVALID_INPUT,
        "velocity [",
    ),
    FaultRow(
        6,
        "age of a reading not a number",
        *_set("spoilt_reading", ("age_s", math.nan), None),
        _next_tick,
        Fault.INVALID_INPUT,
        "feedback age nan s",
    ),
    FaultRow(
        7,
        "policy stops answering",
        *_set("policy_answers", False, True),
        lambda limits, _: limits.command_age_fault_s + NEXT_TICK_S,
        Fault.COMMAND_AGE,
        "no command for",
    ),
    FaultRow(8, "drive silent", *_injected(Injection.SILENT), _feedback_age, Fault.DRIVE, f"silent: {JOINT}"),
    FaultRow(
        8, "frames corrupted", *_injected(Injection.CORRUPTED_FRAME), _feedback_age, Fault.DRIVE, f"silent: {JOINT}"
    ),
    FaultRow(
        8,
        "time stamps frozen",
        *_injected(Injection.FROZEN_TIMESTAMP),
        _feedback_age,
        Fault.DRIVE,
        f"silent: {JOINT}",
        makes=("cubemars",),  # the library of moteus hands on no time stamps
    ),
    FaultRow(
        9,
        "computer stops",
        *_set("computer_runs", False, True),
        _drive_timeout,
        None,
        "",
        since_s=lambda rig, event_s: rig.acted_s[-1],  # the tick that was under way was ended
    ),
    FaultRow(
        10,
        "one drive reports an error",
        *_injected(Injection.OVER_TEMPERATURE),
        _next_tick,
        Fault.DRIVE,
        f"drive: {JOINT}: the drive reports over-temperature",
        moteus_report=f"drive: {JOINT}: the drive reports fault 38",
    ),
    FaultRow(
        11, "encoder jumps", *_injected(Injection.JUMPING_ENCODER), _next_tick, Fault.ENCODER_JUMP, f"{JOINT} jumped"
    ),
    FaultRow(
        11,
        "encoder stuck",
        *_injected(Injection.STUCK_ENCODER),
        lambda limits, _: limits.encoder_stuck_s + CONFIRMED_S,
        Fault.ENCODER_STUCK,
        f"{JOINT} reads",
    ),
    FaultRow(
        12,
        "drive gives no torque",
        *_injected(Injection.NO_TORQUE),
        lambda limits, _: limits.tracking_residual_s + CONFIRMED_S,
        Fault.TORQUE_TRACKING,
        f"torque of {JOINT} is more than",
    ),
    FaultRow(
        13,
        "drive hot",
        *_injected(Injection.HOT),
        lambda limits, _: CONFIRMED_S,
        Fault.TEMPERATURE,
        f"the drive of {JOINT} is at 90 degrees C",
    ),
    FaultRow(
        14,
        "bus-off",
        *_injected(Injection.BUS_OFF, everywhere=True),
        _drive_timeout,
        Fault.BUS,
        "bus: bus-off",
        moteus_report="bus: cannot exchange frames",
    ),
    FaultRow(
        14,
        "adapter error-passive",
        *_injected(Injection.ERROR_PASSIVE, everywhere=True),
        _next_tick,
        Fault.BUS,
        "bus: error-passive",
        makes=("cubemars",),  # the library of moteus drops error frames
    ),
    FaultRow(
        14,
        "supply too low",
        *_injected(Injection.UNDER_VOLTAGE),
        _next_tick,
        Fault.DRIVE,
        f"drive: {JOINT}: the drive reports under-voltage",
        moteus_report=f"supply_voltage: {JOINT}: 19.0 V",
    ),
    FaultRow(
        14,
        "supply too high",
        *_injected(Injection.OVER_VOLTAGE),
        _next_tick,
        Fault.DRIVE,
        f"drive: {JOINT}: the drive reports over-voltage",
        moteus_report=f"supply_voltage: {JOINT}: 29.0 V",
    ),
    FaultRow(
        14,
        "adapter takes no frame",
        *_injected(Injection.REFUSED_SEND),
        _drive_timeout,
        Fault.BUS,
        f"cannot send to {JOINT}",
        moteus_report="cannot exchange frames with drive",
    ),
    FaultRow(
        14,
        "drive answers as another",
        *_injected(Injection.WRONG_ID),
        _next_tick_unanswered,
        Fault.BUS,
        "is of no drive",
        moteus_report="is not in the device file",
    ),
    FaultRow(15, "emergency stop pressed", *_pressed(), _next_tick, Fault.EMERGENCY_STOP, "emergency stop is pressed"),
    FaultRow(
        15,
        "emergency stop falls silent",
        *_set("heart_beats", False, True),
        lambda limits, _: limits.estop_timeout_s + NEXT_TICK_S,
        Fault.EMERGENCY_STOP,
        "no heartbeat of the emergency stop",
    ),
    FaultRow(
        19,
        "policy refuses a reading",
        *_refused_view(),
        lambda limits, _: limits.command_age_fault_s + NEXT_TICK_S,
        Fault.COMMAND_AGE,
        "no command for",
    ),
)
