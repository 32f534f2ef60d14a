"""The numbers of ``config/cohort.yaml``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, Strict, model_validator

from exo_control.config_files import ConfigModel, config_path, load_config
from exo_sim.gait_objective import GaitOptimisation, Stage, load_gait_optimisation

Interval = Annotated[tuple[float, float], Strict(False)]
"""YAML has lists only, so the pair is read leniently."""


class Normal(ConfigModel):
    """A normal distribution, before it is cut to the range."""

    mean: float
    sd: float = Field(gt=0.0)


class Ranges(ConfigModel):
    """What every subject lies within."""

    height_m: Interval
    bmi_kg_m2: Interval
    strength: Interval
    preferred_speed_m_s: Interval

    @model_validator(mode="after")
    def _are_intervals(self) -> Ranges:
        for name in type(self).model_fields:
            low, high = getattr(self, name)
            if not low < high:
                raise ValueError(f"{name} = [{low:g}, {high:g}]: the first needs to be below the second")
        return self


class Group(ConfigModel):
    """The distributions of a group of people."""

    height_m: Normal
    bmi_kg_m2: Normal
    strength: Normal
    preferred_speed_m_s: Normal


class CohortGait(ConfigModel):
    """How each subject's gait is searched, where that differs from ``gait_optimisation.yaml``."""

    controller: str
    start: str
    population: int = Field(ge=4)
    stages: list[Stage] | None = Field(default=None, min_length=1)
    """Without them, those of an adaptation."""
    wanted_of_20_at_8_nm: int = Field(ge=0, le=20)
    attempts: int = Field(ge=1, le=100)
    """At each speed."""
    speed_parts: list[Annotated[float, Field(gt=0.0, le=1.0)]] = Field(default=[1.0], min_length=1)
    """Of the preferred speed, in the order in which they are tried."""

    def optimisation(self, speed_m_s: float) -> GaitOptimisation:
        """Return the settings of a subject's search.

        Raises:
            ConfigError: the speed is out of range, or gait_optimisation.yaml is missing or malformed.
        """
        settings = load_gait_optimisation(config_path("gait_optimisation.yaml")).at_speed(speed_m_s)
        search = settings.search.model_copy(update={"population": self.population})
        stages = self.stages or settings.adaptation
        return settings.model_copy(update={"search": search, "stages": stages, "adaptation": stages})


class CohortSettings(ConfigModel):
    """Who the subjects are, and how their gaits are found."""

    range: Ranges
    groups: dict[str, Group] = Field(min_length=1)
    gait: CohortGait

    @model_validator(mode="after")
    def _can_be_drawn(self) -> CohortSettings:
        for group, distributions in self.groups.items():
            for name in Group.model_fields:
                low, high = getattr(self.range, name)
                mean = getattr(distributions, name).mean
                if not low <= mean <= high:
                    raise ValueError(f"groups.{group}.{name}.mean = {mean:g} is outside its range [{low:g}, {high:g}]")
        return self


def load_cohort_settings(path: Path | str | None = None) -> CohortSettings:
    """Read the settings from a file, by default the installed ``config/cohort.yaml``.

    Raises:
        ConfigError: the file is missing or malformed, or a value is out of its allowed range.
    """
    return load_config(path or config_path("cohort.yaml"), CohortSettings)
