"""What must always hold in the fault campaign, and what must be refused."""

import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from pydantic import ValidationError

from exo_control.config_files import config_path
from exo_control.errors import ExoError
from exo_control.joints import POLICY_PERIOD_S
from exo_control.registry import make_policy
from exo_hardware.campaign_faults import GATED_POLICY
from exo_hardware.campaign_rig import ZERO_NM, CampaignRig
from exo_hardware.zero_on_exit import EXIT_SIGNALS, zero_on_exit
from exo_safety.status import Rule, State

ROUNDING = 1e-6
AT_ONCE_S = 0.002
"""Time in which the frames of a way out arrive."""

RUN_S = 0.5


@dataclass(frozen=True)
class RuleRow:
    """A rule of a running device, or a request that must be refused."""

    point: int
    """Of the safety checklist."""
    name: str
    check: Callable[[CampaignRig], str | None]
    """Runs a new rig and returns what is wrong, or None."""
    makes: tuple[str, ...] = ("cubemars", "moteus")
    """Drives that it concerns."""


def _torques(rig: CampaignRig) -> np.ndarray:
    return np.array([result.torque_nm for result in rig.results])


def _cap(rig: CampaignRig) -> str | None:
    with rig.active():
        rig.command_nm = rig.command_nm * rig.rng.uniform(10.0, 1e6)
        rig.run(RUN_S)
    largest = np.abs(_torques(rig)).max()
    return None if largest <= rig.limits.torque_cap_nm + ROUNDING else f"{largest:.2f} Nm"


def _rate(rig: CampaignRig) -> str | None:
    with rig.active():
        for _ in range(4):
            rig.command_nm = -rig.command_nm
            rig.run(float(rig.rng.uniform(0.02, 0.15)))
    rate = (np.abs(np.diff(_torques(rig), axis=0)).max(axis=1) / np.diff(rig.acted_s)).max()
    return None if rate <= rig.limits.torque_rate_nm_per_s + ROUNDING else f"{rate:.0f} Nm/s"


def _power(rig: CampaignRig) -> str | None:
    with rig.active():
        rig.command_nm = 1e3 * rig.command_nm
        rig.run(float(rig.rng.uniform(0.1, 0.5)))
        rig.legs.drift_rad_per_s[rig.joint] = 3.0 * np.sign(rig.command_nm[rig.joint])
        rig.run(0.15)
    velocity = np.array([state.velocity_rad_per_s for state in rig.states])
    power = _torques(rig) * velocity
    window = round(rig.limits.mean_power_window_s / POLICY_PERIOD_S)
    sums = np.cumsum(np.maximum(power, 0.0), axis=0)
    mean = ((sums[window:] - sums[:-window]) / window).max()
    if np.abs(power).max() > rig.limits.power_cap_w + ROUNDING:
        return f"{np.abs(power).max():.1f} W"
    return None if mean <= rig.limits.mean_power_cap_w + ROUNDING else f"mean of {mean:.1f} W"


def _soft_range(rig: CampaignRig) -> str | None:
    with rig.active():
        rig.command_nm = np.full(2, 100.0)
        rig.legs.drift_rad_per_s[rig.joint] = 2.5
        rig.run(RUN_S)
    limits = rig.limits
    for state, result in zip(rig.states, rig.results, strict=True):
        angle, torque = state.position_rad[rig.joint], result.torque_nm[rig.joint]
        share = (limits.rom_hard_max_rad - angle) / (limits.rom_hard_max_rad - limits.rom_soft_max_rad)
        if torque > limits.torque_cap_nm * min(max(share, 0.0), 1.0) + ROUNDING:
            return f"{torque:.2f} Nm at {angle:.2f} rad"
    return None


def _late_answers(rig: CampaignRig) -> str | None:
    limits = rig.limits
    with rig.active():
        rig.command_nm = np.copysign(limits.torque_cap_nm, rig.command_nm)
        rig.late_s = float(rig.rng.uniform(limits.command_age_ramp_s, 0.033))
        first = len(rig.results)
        rig.run(0.1)
    ends_s = limits.command_age_fault_s - rig.late_s - POLICY_PERIOD_S
    bound = limits.torque_cap_nm * ends_s / (limits.command_age_fault_s - limits.command_age_ramp_s)
    largest = np.abs(_torques(rig)[first:]).max()
    return None if largest <= bound + ROUNDING else f"{largest:.2f} Nm, bound {bound:.2f} Nm"


def _derating(rig: CampaignRig) -> str | None:
    limits = rig.limits
    hot_c = float(rig.rng.uniform(limits.temperature_warn_c + 5.0, limits.temperature_fault_c - 2.0))
    with rig.active():
        drive = rig.bench.drives[rig.joint]
        drive.emulation = drive.emulation.model_copy(update={"ambient_c": hot_c, "thermal_time_s": 0.01})
        rig.command_nm = 100.0 * rig.command_nm
        rig.run(RUN_S)
        share = (limits.temperature_fault_c - (hot_c - 1.0)) / (limits.temperature_fault_c - limits.temperature_warn_c)
        torque = abs(rig.results[-1].torque_nm[rig.joint])
    return None if torque <= limits.torque_cap_nm * share else f"{torque:.2f} Nm at {hot_c:.0f} degrees C"


def _refused(action: Callable[[], object], reason: str) -> str | None:
    try:
        action()
    except ExoError as error:
        return None if reason in str(error) else f"refused for another reason: {error}"
    return "not refused"


def _deaf_watchdog(rig: CampaignRig) -> str | None:
    rig.bench.drives[rig.joint].timeout_s = None
    with rig.opened():
        problem = _refused(rig.start, f"{rig.joint_name} still gives")
        rig.wait(AT_ONCE_S + rig.lag_s)
        return problem or ("torque is left" if np.abs(rig.legs.torque_nm).max() > ZERO_NM else None)


def _no_emergency_stop(rig: CampaignRig) -> str | None:
    rig.pressed = bool(rig.rng.integers(2))
    rig.heart_beats = rig.pressed
    with rig.opened():
        if rig.pressed:
            rig.beat()
        return _refused(lambda: rig.loop.check(rig.wait), "emergency stop")


def _uncalibrated(rig: CampaignRig) -> str | None:
    rig.driver.calibration = None
    with rig.opened():
        return _refused(rig.start, "not calibrated; run: exo calibrate")


def _reset(rig: CampaignRig) -> str | None:
    limiter = rig.loop.limiter
    with rig.active():
        limiter.trip("test")
        rig.run(0.1)
        if problem := _refused(limiter.reset, "cannot reset"):
            return f"a moving hip: {problem}"
        rig.legs.swing = 0.0
        rig.run(0.1)
        if problem := _refused(limiter.reset, "stop the policy first"):
            return f"commands: {problem}"
        rig.spoilt_nm = np.zeros(2)
        rig.run(0.1)
        limiter.reset()
        rig.run(0.1)
        return None if limiter.status.state is State.DISABLED else f"state {limiter.status.state.value} after the reset"


def _soft_start(rig: CampaignRig) -> str | None:
    with rig.active():
        limits = rig.limits
        for tick, result in enumerate(rig.results):
            bound = np.abs(rig.command_nm) * min(tick * (POLICY_PERIOD_S + 1e-4) / limits.soft_start_s, 1.0)
            if (np.abs(result.torque_nm) > bound + ROUNDING).any():
                return f"{np.abs(result.torque_nm).max():.2f} Nm in tick {tick}"
        rig.loop.limiter.stop()
        stopped_s = rig.bench.now_s
        rig.run(limits.stop_ramp_s + 0.2)
        lasted_s = rig.legs.last_torque_s - stopped_s
        late = lasted_s > limits.stop_ramp_s + 2.0 * POLICY_PERIOD_S + rig.lag_s
        return f"torque for {lasted_s:.3f} s after the stop" if late or rig.driver.is_enabled else None


def _ways_out(rig: CampaignRig) -> str | None:
    way = rig.rng.choice([*EXIT_SIGNALS, 0])
    with rig.active():
        # Once more, as a program would that handles signals.
        rig.driver.close()
        try:
            with zero_on_exit(rig.driver):
                rig.beat()
                rig.loop.start()
                rig.loop.limiter.start()
                rig.run(float(rig.rng.uniform(0.3, 0.6)))
                before = np.abs(rig.legs.torque_nm).max()
                if way:
                    signal.raise_signal(signal.Signals(way))
                raise RuntimeError
        except (RuntimeError, KeyboardInterrupt, SystemExit):
            rig.wait(AT_ONCE_S + rig.lag_s)
        after = np.abs(rig.legs.torque_nm).max()
        return None if before > ZERO_NM >= after else f"{before:.2f} Nm before, {after:.2f} Nm after"


def _standing(rig: CampaignRig) -> str | None:
    with rig.active():
        rig.legs.swing = 0.0
        rig.run(rig.limits.standing_window_s + rig.limits.stop_ramp_s + 0.1)
        after = np.abs(rig.legs.torque_nm).max()
        return None if after <= ZERO_NM else f"{after:.2f} Nm while standing"


def _changed_policy(rig: CampaignRig) -> str | None:
    source = config_path("policies", f"{GATED_POLICY}.onnx")
    content = bytearray(source.read_bytes())
    content[int(rig.rng.integers(len(content)))] ^= 1 << int(rig.rng.integers(8))
    with TemporaryDirectory() as folder:
        changed = Path(folder, source.name)
        changed.write_bytes(content)
        shutil.copy(source.with_suffix(".json"), folder)
        return _refused(lambda: make_policy(str(changed)), "its hash is not onnx_sha256")


def _any_command(rig: CampaignRig) -> str | None:
    with rig.active():
        for _ in range(20):
            rig.command_nm = rig.rng.normal(0.0, 10.0 ** rig.rng.uniform(-3.0, 300.0), 2)
            rig.tick()
    largest, state = np.abs(_torques(rig)).max(), rig.loop.limiter.status.state
    if largest > rig.limits.torque_cap_nm + ROUNDING:
        return f"{largest:.2f} Nm"
    return None if state is State.ACTIVE else f"state {state.value}: {rig.loop.limiter.status.fault_text}"


def _fixed_limits(rig: CampaignRig) -> str | None:
    name = str(rig.rng.choice(["torque_cap_nm", "torque_rate_nm_per_s", "velocity_fault_rad_per_s"]))
    before, digest = rig.loop.limits, rig.loop.limits.sha256()
    try:
        setattr(before, name, 2.0 * getattr(before, name))
    except ValidationError:
        raised = before.model_copy(update={name: 0.5 * getattr(before, name)})
        return None if before.sha256() == digest != raised.sha256() else "the hash does not tell limits apart"
    return f"{name} was raised while running"


def _reported(rig: CampaignRig) -> str | None:
    with rig.active():
        rig.command_nm = rig.command_nm * rig.rng.uniform(2.0, 5.0)
        rig.run(RUN_S)
        for result in rig.results[-10:]:
            if not result.rules and not np.allclose(result.torque_nm, rig.command_nm):
                return f"{result.torque_nm} Nm of {rig.command_nm} Nm with no rule named"
        last = rig.results[-1]
    named = Rule.TORQUE_CAP in last.rules
    return None if named else f"{rig.command_nm} Nm commanded, the cap at work and reported as {last.rules}"


RULE_ROWS: tuple[RuleRow, ...] = (
    RuleRow(1, "torque within its cap", _cap),
    RuleRow(2, "torque within its rate", _rate),
    RuleRow(3, "power within its caps", _power),
    RuleRow(4, "outward torque fades towards the hard range of motion", _soft_range),
    RuleRow(7, "torque fades with late answers", _late_answers),
    RuleRow(9, "no start with a drive whose watchdog is off", _deaf_watchdog, ("cubemars",)),  # moteus: in each command
    RuleRow(13, "torque fades with temperature", _derating),
    RuleRow(15, "no start without emergency stop", _no_emergency_stop),
    RuleRow(16, "no start without calibration", _uncalibrated),
    RuleRow(16, "reset only at rest and at zero command", _reset),
    RuleRow(17, "soft start and stop ramp", _soft_start),
    RuleRow(18, "zero torque on every way out", _ways_out),
    RuleRow(19, "no policy whose file was changed", _changed_policy),
    RuleRow(20, "no torque while standing, with gait gating", _standing),
    RuleRow(21, "torque within its cap whatever is commanded", _any_command),
    RuleRow(23, "limits cannot be changed while running", _fixed_limits),
    RuleRow(24, "a torque that was clipped is reported so", _reported),
)
