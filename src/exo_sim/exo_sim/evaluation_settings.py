"""The numbers of ``config/evaluation.yaml``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from exo_control.config_files import ConfigModel, config_path, load_config
from exo_control.feedback_law import Delay
from exo_sim.disturbance import Disturbance
from exo_sim.hip_encoders import SensorNoise

Seconds = Annotated[float, Field(gt=0.0, le=3600.0)]
Count = Annotated[int, Field(ge=1, le=100_000)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]


class NoiseSettings(ConfigModel):
    """Standard deviations of the sensor noise."""

    position_rad: float = Field(ge=0.0, le=0.5)
    velocity_rad_s: float = Field(ge=0.0, le=2.0)


class DisturbanceSettings(ConfigModel):
    """Size of the random disturbances."""

    torque_nm: float = Field(ge=0.0, le=30.0)
    push_m_s: float = Field(ge=0.0, le=1.0)


class DofcSettings(ConfigModel):
    """The grid on which delayed output feedback control is tuned, and its walks."""

    delays_s: list[Annotated[float, Field(ge=0.0, le=1.0)]] = Field(min_length=1)
    gains_per_peak: list[Annotated[float, Field(gt=0.0, le=8.0)]] = Field(min_length=1)
    seeds: Count
    first_seed: Seed
    seconds: Seconds


class BoundSettings(ConfigModel):
    """The feedback law that is searched, the search, and the cost of a candidate."""

    delays_s: list[Delay] = Field(min_length=1)
    angle_scale: float = Field(gt=0.0)
    velocity_scale: float = Field(gt=0.0)
    action_scale: float = Field(gt=0.0)
    bias_scale: float = Field(gt=0.0)
    sigma: float = Field(gt=0.0)
    population: int = Field(ge=4, le=10_000)
    generations: Count
    seeds: Count
    seed_generations: Count
    first_seed: Seed
    seconds: Seconds
    check_seeds: Count
    check_seconds: Seconds
    fall_cost: float = Field(gt=0.0)
    free_speed_change_percent: float = Field(ge=0.0)
    speed_cost: float = Field(ge=0.0)


class EvaluationSettings(ConfigModel):
    """How policies are compared."""

    warm_up_s: float = Field(ge=0.0, le=60.0)
    first_seed: Seed
    largest_speed_change_percent: float = Field(gt=0.0)
    noise: NoiseSettings
    disturbance: DisturbanceSettings
    dofc: DofcSettings
    bound: BoundSettings

    @property
    def sensor_noise(self) -> SensorNoise:
        """The noise on the encoders."""
        return SensorNoise(self.noise.position_rad, self.noise.velocity_rad_s)

    @property
    def disturbances(self) -> Disturbance:
        """The torques and pushes that disturb the walk."""
        return Disturbance(self.disturbance.torque_nm, self.disturbance.push_m_s)


def load_evaluation_settings(path: Path | str | None = None) -> EvaluationSettings:
    """Read the settings from a file, by default the installed ``config/evaluation.yaml``.

    Raises:
        ConfigError: the file is missing or malformed, or a value is out of its allowed range.
    """
    return load_config(path or config_path("evaluation.yaml"), EvaluationSettings)
