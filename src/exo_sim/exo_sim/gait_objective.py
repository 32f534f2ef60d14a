"""What a good gait is: cheap, at the wanted speed, easy on its joint stops, and able to survive disturbances."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from pydantic import Field, ValidationError, model_validator

from exo_control.config_files import ConfigModel, describe_problem, load_config, load_yaml
from exo_control.errors import ConfigError, choices_hint
from exo_control.joints import POLICY_PERIOD_S
from exo_sim.assistance import Assistance
from exo_sim.assisted_walk import AssistedWalker
from exo_sim.disturbance import Disturbance
from exo_sim.engine import layout
from exo_sim.engine.model_arrays import Floats, model_arrays
from exo_sim.gait import OFFSETS, Gait
from exo_sim.human_model import HumanModel
from exo_sim.reflex_controller import Parameter, ReflexController
from exo_sim.walk import Walker

SPEED_RANGE_M_S = (0.5, 2.0)
FALL_COST = 100.0
FALL_EARLY_COST = 100.0
DISTURBED_FALL_COST = 40.0
DISTURBED_EARLY_COST = 50.0
FALLEN_COST_OF_TRANSPORT = 10.0
"""A fall counts as this cost of transport, J/(kg m), so that no weight makes falling cheaper than walking."""


class Weights(ConfigModel):
    """Weights of the terms of an undisturbed walk."""

    cost_of_transport: float = Field(ge=0)
    cubed_activation: float = Field(ge=0)
    speed: float = Field(ge=0)
    knee_limit: float = Field(ge=0)
    overload: float = Field(ge=0)
    ankle_overrange: float = Field(ge=0)
    hip_overextension: float = Field(ge=0)
    trunk_lean: float = Field(ge=0)


class Stage(ConfigModel):
    """A part of a search: how hard the disturbances are, how they grow, and which weights differ from the others'."""

    name: str
    generations: int = Field(ge=1)
    sigma: float = Field(gt=0)
    disturbed_walks: int = Field(ge=0)
    start_nm: float = Field(ge=0)
    end_nm: float = Field(ge=0)
    growth: float = Field(ge=1)
    survive_part: float = Field(gt=0, le=1)
    disturbed_cost_part: float = Field(default=0.0, ge=0, le=1)
    weights: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _weighs_known_terms(self) -> Stage:
        for name in self.weights:
            if name not in Weights.model_fields:
                raise ValueError(f"weights: unknown term '{name}'; {choices_hint(name, Weights.model_fields)}")
        return self


class Search(ConfigModel):
    """Settings of CMA-ES and of the disturbance curriculum."""

    population: int = Field(ge=4)
    promising_part: float = Field(gt=0, le=1)
    seed_generations: int = Field(ge=1)
    sigma_floor: float = Field(ge=0)
    sigma_reset: float = Field(gt=0)
    scale_part: float = Field(gt=0)
    scale_least: dict[str, float]
    offset_scale_rad: float = Field(gt=0)
    offset_scale_m_s: float = Field(gt=0)
    offset_bound: float = Field(gt=0)


class GaitOptimisation(ConfigModel):
    """The settings file of `exo optimize-gait`."""

    target_speed_m_s: float = Field(ge=SPEED_RANGE_M_S[0], le=SPEED_RANGE_M_S[1])
    speed_tolerance_m_s: float = Field(ge=0)
    physics_step_s: float = Field(gt=0, le=0.005)
    nominal_s: float = Field(ge=2)
    disturbed_s: float = Field(ge=2)
    push_m_s_per_nm: float = Field(ge=0)
    knee_limit_free_nm: float = Field(ge=0)
    weights: Weights
    search: Search
    stages: list[Stage] = Field(min_length=1)
    adaptation: list[Stage] = Field(min_length=1)

    def from_gait(self) -> GaitOptimisation:
        """Return the settings for a search that starts at a gait that walks well already."""
        return self.model_copy(update={"stages": self.adaptation})

    def at_speed(self, speed_m_s: float) -> GaitOptimisation:
        """Return the settings with another target speed.

        Raises:
            ConfigError: the speed is out of range.
        """
        low, high = SPEED_RANGE_M_S
        if not low <= speed_m_s <= high:
            raise ConfigError(f"target_speed_m_s = {speed_m_s:g} is outside [{low:g}, {high:g}]")
        return self.model_copy(update={"target_speed_m_s": speed_m_s})


def load_gait_optimisation(path: Path) -> GaitOptimisation:
    """Load a settings file, or the settings that a gait was made with.

    Raises:
        ConfigError: the file is missing, or a key or value in it is wrong (named in the message).
    """
    content = load_yaml(path)
    made_with = content.get("provenance", {}).get("settings")
    if made_with is None:
        return load_config(path, GaitOptimisation)
    try:
        return GaitOptimisation.model_validate(made_with)
    except ValidationError as error:
        problems = "; ".join(describe_problem(problem, GaitOptimisation) for problem in error.errors())
        raise ConfigError(f"{path}: provenance.settings: {problems}") from None


@dataclass(frozen=True)
class Evaluation:
    """Cost of one candidate, to be minimised."""

    cost: float
    survived: bool  # every walk, disturbed ones included
    cost_of_transport: float  # gross, J/(kg m); nan after a fall
    speed_m_s: float
    terms: dict[str, float]
    walker: Walker | AssistedWalker

    def with_falls(self, falls: float, survived: bool) -> Evaluation:
        """Return the evaluation with the cost of the disturbed walks' falls."""
        return replace(self, cost=self.cost + falls, survived=survived, terms={**self.terms, "falls": falls})


def speed_and_cost(start: Floats, end: Floats, basal_w: float, mass: float, seconds: float) -> tuple[float, float]:
    """Return mean speed (m/s) and gross cost of transport (J/(kg m)) between two states."""
    distance = float(end[layout.POSITION] - start[layout.POSITION])
    energy = slice(layout.MUSCLE_ENERGY, layout.MUSCLE_ENERGY + layout.N_MUSCLES)
    spent = float((end[energy] - start[energy]).sum()) + basal_w * seconds
    return distance / seconds, spent / (mass * max(distance, 1.0))


class GaitObjective:
    """Evaluates candidates: vectors of the controller's free parameters, then the offsets of the initial pose."""

    def __init__(
        self,
        model: HumanModel,
        controller: ReflexController,
        settings: GaitOptimisation,
        assistance: Assistance | None = None,
    ) -> None:
        """Prepare an objective for a human, a controller and a settings file; with assistance, for walking with it."""
        self.model, self.controller, self.settings, self.assistance = model, controller, settings, assistance
        bound = settings.search.offset_bound
        self.parameters = [
            *controller.parameters(),
            *(Parameter(f"{name}.offset", 0.0, -bound, bound) for name in OFFSETS),
        ]
        self._gains = len(controller.parameters())
        self._arrays = model_arrays(model)

    def vector(self, gait: Gait) -> Floats:
        """Return the candidate that stands for a gait."""
        offsets = [gait.offsets.get(name, 0.0) for name in OFFSETS]
        return np.array([*(gait.gains[p.name] for p in self.parameters[: self._gains]), *offsets])

    def scales(self, vector: Floats) -> Floats:
        """Return the size of one search step in each parameter."""
        search = self.settings.search
        least = [search.scale_least.get(p.name.split(".")[-1], 0.0) for p in self.parameters[: self._gains]]
        gains = np.maximum(least, search.scale_part * np.abs(vector[: self._gains]))
        offsets = [
            search.offset_scale_m_s if name == "forward_velocity" else search.offset_scale_rad for name in OFFSETS
        ]
        return np.concatenate([gains, offsets])

    def gait(self, vector: Floats) -> Gait:
        """Return the gait a candidate stands for."""
        gains = {p.name: float(v) for p, v in zip(self.parameters[: self._gains], vector, strict=False)}
        offsets = {name: float(v) for name, v in zip(OFFSETS, vector[self._gains :], strict=True)}
        return Gait(self.controller, gains, offsets, self.model.name, self.settings.target_speed_m_s)

    def _walker(self, vector: Floats) -> Walker | AssistedWalker:
        step_s = self.settings.physics_step_s
        if self.assistance is not None:
            return self.assistance.walker(self.model, self.gait(vector), step_s)
        return Walker(self.model, self.gait(vector), step_s, self._arrays)

    def undisturbed(self, vector: Floats, stage: Stage) -> Evaluation:
        """Walk undisturbed: effort, speed, posture."""
        settings = self.settings
        weights = settings.weights.model_copy(update=stage.weights)
        walker = self._walker(vector)
        periods = round(settings.nominal_s / POLICY_PERIOD_S)
        end, done, fell = walker.final(np.zeros((periods, 2)), np.zeros(periods))
        seconds = done * POLICY_PERIOD_S
        arrays = walker.arrays
        start = np.zeros(layout.STATE_SIZE)
        speed, cost_of_transport = speed_and_cost(start, end, arrays.basal_power, arrays.total_mass, seconds)
        off_speed = max(abs(speed - settings.target_speed_m_s) - settings.speed_tolerance_m_s, 0.0)
        if fell or not np.isfinite(speed):
            missing = 1.0 - done / periods
            cost = FALL_COST + FALL_EARLY_COST * missing + 50.0 * min(off_speed, 1.0)
            cost += weights.cost_of_transport * FALLEN_COST_OF_TRANSPORT
            return Evaluation(cost, False, float("nan"), speed, {}, walker)
        distance = speed * seconds
        terms = {
            "cost_of_transport": weights.cost_of_transport * cost_of_transport,
            "cubed_activation": weights.cubed_activation
            * float(end[layout.ACTIVATION_CUBED])
            / (layout.N_MUSCLES * max(distance, 1.0)),
            "speed": weights.speed * off_speed,
            "knee_limit": weights.knee_limit
            * max(float(end[layout.KNEE_LIMIT]) / seconds - settings.knee_limit_free_nm, 0.0),
            "overload": weights.overload * float(end[layout.OVERLOAD]) / seconds,
            "trunk_lean": weights.trunk_lean * float(end[layout.TILT_SQUARED]) / seconds,
            "hip_overextension": weights.hip_overextension * float(end[layout.HIP_OVEREXTENSION]) / seconds,
            "ankle_overrange": weights.ankle_overrange * float(end[layout.ANKLE_OVERRANGE]) / seconds,
        }
        return Evaluation(sum(terms.values()), True, cost_of_transport, speed, terms, walker)

    def disturbed(self, evaluation: Evaluation, stage: Stage, torque_nm: float, seed: int) -> Evaluation:
        """Add the stage's walks under random torques of this size and pushes in proportion.

        What falls cost, and a part of what the walks cost more than the undisturbed one: a gait that is cheap only as
        long as nothing touches it turns into another, dear one under assistance. The same seed gives the same
        disturbances.
        """
        settings = self.settings
        arrays = evaluation.walker.arrays
        start = np.zeros(layout.STATE_SIZE)
        costs = []
        survived = True
        rng = np.random.default_rng(seed)
        disturbance = Disturbance(torque_nm, settings.push_m_s_per_nm * torque_nm)
        periods = round(settings.disturbed_s / POLICY_PERIOD_S)
        falls = 0.0
        for _ in range(stage.disturbed_walks):
            end, done, fell = evaluation.walker.final(*disturbance.draw(periods, rng))
            if fell:
                survived = False
                falls += DISTURBED_FALL_COST + DISTURBED_EARLY_COST * (1.0 - done / periods)
                costs.append(FALLEN_COST_OF_TRANSPORT)
            else:
                seconds = done * POLICY_PERIOD_S
                costs.append(speed_and_cost(start, end, arrays.basal_power, arrays.total_mass, seconds)[1])
        walks = max(stage.disturbed_walks, 1)
        mean_cost = sum(costs) / walks if costs else evaluation.cost_of_transport
        return evaluation.with_falls(falls / walks + self._dearer(evaluation, stage, mean_cost), survived)

    def _dearer(self, evaluation: Evaluation, stage: Stage, disturbed_cost: float) -> float:
        weight = stage.weights.get("cost_of_transport", self.settings.weights.cost_of_transport)
        return stage.disturbed_cost_part * weight * (disturbed_cost - evaluation.cost_of_transport)

    def unpromising(self, evaluation: Evaluation, stage: Stage) -> Evaluation:
        """Return the evaluation of a candidate that is not worth the disturbed walks: as if it fell at once in each."""
        falls = DISTURBED_FALL_COST + DISTURBED_EARLY_COST
        if np.isfinite(evaluation.cost_of_transport):  # else it fell undisturbed, and its cost says so
            falls += self._dearer(evaluation, stage, FALLEN_COST_OF_TRANSPORT)
        return evaluation.with_falls(falls, survived=False)
