"""How real an emulated drive is, read from ``config/hardware/emulation.yaml``."""

from pathlib import Path

from pydantic import Field

from exo_control.config_files import ConfigModel, config_path, load_config
from exo_control.errors import ConfigError, choices_hint


class DriveEmulation(ConfigModel):
    """Imperfections of a drive, at its output shaft."""

    torque_bandwidth_hz: float | None = Field(gt=0.0, le=5000.0, description="of the current loop, Hz; null: no lag")
    coulomb_friction_nm: float = Field(ge=0.0, le=5.0, description="friction that does not depend on speed, Nm")
    viscous_friction_nm_s_per_rad: float = Field(ge=0.0, le=5.0, description="friction per speed, Nm s/rad")
    backlash_rad: float = Field(ge=0.0, le=0.1, description="play of the gear, rad")
    rotor_inertia_kg_m2: float = Field(gt=0.0, le=1.0, description="of the rotor, through the gear, kg m2")
    encoder_step_rad: float = Field(ge=0.0, le=0.1, description="resolution of the position, rad; 0: exact")
    encoder_noise_rad: float = Field(ge=0.0, le=0.1, description="standard deviation of the position, rad")
    velocity_noise_rad_per_s: float = Field(ge=0.0, le=2.0, description="standard deviation of the velocity, rad/s")
    ambient_c: float = Field(ge=-20.0, le=60.0, description="temperature around, degrees C")
    heating_c_per_a2: float = Field(ge=0.0, le=10.0, description="final temperature rise per current squared, K/A2")
    thermal_time_s: float = Field(gt=0.0, le=10000.0, description="time constant of the winding's temperature, s")
    over_temperature_c: float = Field(gt=0.0, le=150.0, description="where the drive drops its torque, degrees C")
    feedback_period_s: float = Field(gt=0.0, le=1.0, description="between two frames of the v3 firmware, s")


class Emulations(ConfigModel):
    """The file of all emulations."""

    drives: dict[str, DriveEmulation] = Field(min_length=1, description="one entry per kind of drive")


def load_emulation(kind: str, path: Path | str | None = None) -> DriveEmulation:
    """Return one kind of drive, by default from the installed ``config/hardware/emulation.yaml``.

    Raises:
        ConfigError: no such kind, or the file is missing or malformed.
    """
    known = load_config(path or config_path("hardware", "emulation.yaml"), Emulations).drives
    if kind not in known:
        raise ConfigError(f"unknown emulated drive '{kind}'; {choices_hint(kind, known)}")
    return known[kind]
