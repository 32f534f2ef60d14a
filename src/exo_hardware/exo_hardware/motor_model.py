"""Motor models: the ranges, constants and frame generation of a drive, read from ``config/hardware/motors.yaml``."""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from exo_control.config_files import ConfigModel, config_path, load_config
from exo_control.errors import ConfigError, choices_hint


class MotorModel(ConfigModel):
    """One CubeMars AK-series model. Position, velocity and torque are those of the output shaft."""

    frames: Literal["standard", "extended"] = Field(
        description="'standard': 11-bit ID, order p v kp kd i; 'extended' (v3 firmware): 29-bit ID, order kp kd p v i"
    )
    position_range_rad: float = Field(gt=0.0, le=200.0, description="largest position of a frame, rad")
    velocity_range_rad_per_s: float = Field(gt=0.0, le=200.0, description="largest velocity of a frame, rad/s")
    kp_range_nm_per_rad: float = Field(gt=0.0, le=5000.0, description="largest stiffness of a frame, Nm/rad")
    kd_range_nm_s_per_rad: float = Field(gt=0.0, le=100.0, description="largest damping of a frame, Nm s/rad")
    current_range_a: float = Field(gt=0.0, le=200.0, description="largest current of a frame, A")
    current_limit_a: float = Field(gt=0.0, le=200.0, description="largest current that we ask for, A")
    rotor_torque_constant_nm_per_a: float = Field(gt=0.0, le=2.0, description="torque constant before the gear, Nm/A")
    gear_ratio: float = Field(ge=1.0, le=200.0, description="turns of the rotor per turn of the output shaft")
    pole_pairs: int = Field(ge=1, le=50, description="pole pairs, for velocities in electrical rpm")
    mode_codes: bool = Field(description="whether the drive must be told to enter and leave motor mode")

    @model_validator(mode="after")
    def _limit_fits_range(self) -> "MotorModel":
        if self.current_limit_a > self.current_range_a:
            raise ValueError(
                f"current_limit_a = {self.current_limit_a} must not be above current_range_a = {self.current_range_a}"
            )
        return self

    @property
    def torque_constant_nm_per_a(self) -> float:
        """Torque constant at the output shaft, Nm/A."""
        return self.rotor_torque_constant_nm_per_a * self.gear_ratio

    @property
    def torque_limit_nm(self) -> float:
        """Largest torque at the output shaft that we ask for, Nm."""
        return self.current_limit_a * self.torque_constant_nm_per_a


class MotorModels(ConfigModel):
    """The file of all models."""

    models: dict[str, MotorModel] = Field(min_length=1, description="one entry per model name")


def load_motor_models(path: Path | str | None = None) -> MotorModels:
    """Read the models from a file, by default the installed ``config/hardware/motors.yaml``.

    Raises:
        ConfigError: the file is missing or malformed, or a value is out of its range.
    """
    return load_config(path or config_path("hardware", "motors.yaml"), MotorModels)


def find_motor_model(name: str, models: MotorModels) -> MotorModel:
    """Return a model by name.

    Raises:
        ConfigError: no such model; the message lists them.
    """
    if name not in models.models:
        raise ConfigError(f"unknown motor model '{name}'; {choices_hint(name, models.models)}")
    return models.models[name]
