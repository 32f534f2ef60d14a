"""The limits that the safety limiter enforces, read from ``config/safety/limits.yaml``."""

import hashlib
import json
from pathlib import Path

from pydantic import Field, model_validator

from exo_control.config_files import ConfigModel, config_path, load_config
from exo_control.joints import TORQUE_CEILING_NM


class SafetyLimits(ConfigModel):
    """Limits per joint, SI units, flexion positive. The file says where each number comes from."""

    torque_cap_nm: float = Field(
        gt=0.0,
        le=TORQUE_CEILING_NM,
        description="torque cap, Nm; the ceiling is fixed in code, a file may only lower it",
    )
    torque_rate_nm_per_s: float = Field(gt=0.0, le=1000.0, description="rate of change of torque, Nm/s")
    power_cap_w: float = Field(gt=0.0, le=200.0, description="mechanical power per joint, W")
    mean_power_cap_w: float = Field(gt=0.0, le=200.0, description="mean positive mechanical power per joint, W")
    mean_power_window_s: float = Field(ge=0.05, le=2.0, description="window of the mean positive power, s")
    rom_hard_min_rad: float = Field(ge=-2.1, le=0.0, description="hip angle of the extension fault, rad")
    rom_soft_min_rad: float = Field(ge=-2.1, le=0.0, description="hip angle where extending torque fades, rad")
    rom_soft_max_rad: float = Field(ge=0.0, le=2.6, description="hip angle where flexing torque fades, rad")
    rom_hard_max_rad: float = Field(ge=0.0, le=2.6, description="hip angle of the flexion fault, rad")
    velocity_warn_rad_per_s: float = Field(gt=0.0, le=12.0, description="hip speed of the warning, rad/s")
    velocity_fault_rad_per_s: float = Field(gt=0.0, le=12.0, description="hip speed of the fault, rad/s")
    command_age_ramp_s: float = Field(ge=0.010, le=0.1, description="command age where the torque bound falls, s")
    command_age_fault_s: float = Field(ge=0.020, le=0.1, description="command age of zero torque and fault, s")
    feedback_age_warn_s: float = Field(ge=0.010, le=0.1, description="encoder reading age of the warning, s")
    feedback_age_fault_s: float = Field(ge=0.010, le=0.1, description="encoder reading age of the fault, s")
    encoder_jump_rad: float = Field(gt=0.0, le=1.0, description="change of angle per tick of the fault, rad")
    encoder_stuck_torque_nm: float = Field(ge=0.0, le=TORQUE_CEILING_NM, description="torque that must move a hip, Nm")
    encoder_stuck_s: float = Field(gt=0.0, le=5.0, description="time without motion under that torque, s")
    temperature_warn_c: float = Field(gt=0.0, le=80.0, description="drive temperature where torque fades, degrees C")
    temperature_fault_c: float = Field(gt=0.0, le=100.0, description="drive temperature of the fault, degrees C")
    temperature_hysteresis_c: float = Field(
        ge=0.0, le=20.0, description="how far a drive must cool before it counts as cooler, degrees C"
    )
    tracking_residual_nm: float = Field(
        gt=0.0, le=TORQUE_CEILING_NM, description="difference of commanded and measured torque, Nm"
    )
    tracking_residual_s: float = Field(gt=0.0, le=1.0, description="time of that difference that is a fault, s")
    estop_timeout_s: float = Field(
        ge=0.05, le=0.5, description="time without a heartbeat of the emergency stop that counts as pressed, s"
    )
    soft_start_s: float = Field(gt=0.0, le=60.0, description="time from gain 0 to 1, s")
    stop_ramp_s: float = Field(gt=0.0, le=2.0, description="time from gain 1 to 0, s")
    reset_velocity_rad_per_s: float = Field(gt=0.0, le=2.0, description="hip speed below which a fault clears, rad/s")
    gait_gating: bool = Field(description="whether assistance pauses while standing")
    standing_velocity_rad_per_s: float = Field(
        ge=0.0, le=2.0, description="RMS hip speed that counts as standing, rad/s"
    )
    standing_window_s: float = Field(ge=0.05, le=5.0, description="window of the RMS hip speed, s")

    @model_validator(mode="after")
    def _in_order(self) -> "SafetyLimits":
        for lower, upper in (
            ("rom_hard_min_rad", "rom_soft_min_rad"),
            ("rom_soft_max_rad", "rom_hard_max_rad"),
            ("velocity_warn_rad_per_s", "velocity_fault_rad_per_s"),
            ("command_age_ramp_s", "command_age_fault_s"),
            ("feedback_age_warn_s", "feedback_age_fault_s"),
            ("temperature_warn_c", "temperature_fault_c"),
        ):
            low, high = getattr(self, lower), getattr(self, upper)
            if not low < high:
                raise ValueError(f"{lower} = {low} must be below {upper} = {high}")
        return self

    def sha256(self) -> str:
        """Return the hash of the values, hex: the same for any order, comments or number format in the file."""
        canonical = json.dumps(self.model_dump(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


def load_limits(path: Path | str | None = None) -> SafetyLimits:
    """Read the limits from a file, by default the installed ``config/safety/limits.yaml``.

    Raises:
        ConfigError: the file is missing or malformed, or a limit is out of its allowed range.
    """
    return load_config(path or config_path("safety", "limits.yaml"), SafetyLimits)
