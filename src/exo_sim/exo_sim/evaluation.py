"""Walks a gait under several policies, each on the same disturbances."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from exo_control.errors import ConfigError
from exo_control.joints import TORQUE_CEILING_NM
from exo_control.policy import Policy
from exo_control.registry import make_policy
from exo_safety.limits import SafetyLimits, load_limits
from exo_sim.assisted_walk import AssistedWalker
from exo_sim.evaluation_settings import EvaluationSettings
from exo_sim.gait import Gait
from exo_sim.human import SimulatedHuman
from exo_sim.human_interface import Human
from exo_sim.human_model import HumanModel
from exo_sim.walk_figures import SHORTEST_S, WalkFigures, walk_figures
from exo_sim.worker_pool import WorkerPool


@dataclass(frozen=True)
class Condition:
    """One way to walk."""

    name: str
    policy: str
    """What exo_control.registry.make_policy takes."""
    peak_nm: float
    """The safety limiter's torque cap; 0 without exoskeleton."""
    parameters: Mapping[str, float] = field(default_factory=dict)


NO_EXO = Condition("no exo", "zero", 0.0)


@dataclass(frozen=True)
class Evaluation:
    """A person with a gait, and the noise and disturbances under which policies are compared."""

    model: HumanModel
    gait: Gait
    settings: EvaluationSettings
    make_human: Callable[[HumanModel, Gait], Human] = SimulatedHuman
    """Of the engine that walks; worker processes get it pickled."""

    def check(self, peak_nm: float, seconds: float) -> None:
        """Check what a user asks for.

        Raises:
            ConfigError: the device does not have the peak torque, or a walk is too short to have figures.
        """
        if not 0.0 < peak_nm <= TORQUE_CEILING_NM:
            raise ConfigError(f"peak torque {peak_nm:g} Nm: needs a number above 0, at most {TORQUE_CEILING_NM:g}")
        shortest, longest = self.settings.warm_up_s + SHORTEST_S, 1e5
        if not shortest <= seconds < longest:
            raise ConfigError(f"walks of {seconds:g} s: need {shortest:g} s (the warm-up is left out) to {longest:g} s")

    def limits(self, peak_nm: float) -> SafetyLimits:
        """Return the device's safety limits with another torque cap."""
        limits = load_limits()
        # Without exoskeleton there is no torque for the limiter to cap.
        return limits.model_copy(update={"torque_cap_nm": peak_nm}) if peak_nm else limits

    def walk(self, policy: Policy, peak_nm: float, seconds: float, seed: int) -> WalkFigures:
        """Walk once, as the nodes would in lockstep, and return the figures.

        Raises:
            PolicyError: the policy could not give a torque.
        """
        walker = AssistedWalker(
            self.model,
            self.gait,
            policy,
            limits=self.limits(peak_nm),
            sensor_noise=self.settings.sensor_noise,
            human=self.make_human(self.model, self.gait),
        )
        walk = walker.disturbed(seconds, self.settings.disturbances, seed)
        return walk_figures(walk, self.settings.warm_up_s, seed, walker.safety_fault)

    def walk_condition(self, condition: Condition, seconds: float, seed: int) -> WalkFigures:
        """Walk once under a condition.

        Raises:
            ConfigError, PolicyError: the policy cannot be made, or could not give a torque.
        """
        policy = make_policy(condition.policy, condition.parameters)
        return self.walk(policy, condition.peak_nm, seconds, seed)

    def walks(
        self,
        conditions: Sequence[Condition],
        seconds: float,
        seeds: Sequence[int],
        pool: WorkerPool,
        on_walk: Callable[[], None] = lambda: None,
    ) -> list[list[WalkFigures]]:
        """Walk each condition on each seed.

        Args:
            conditions: to walk under.
            seconds: duration of each walk, warm-up included.
            seeds: of noise and disturbances; the same for each condition.
            pool: that walks.
            on_walk: called after each walk.

        Returns:
            The figures of the walks: one list per condition, in the order of the seeds.
        """
        tasks = [(condition, seconds, seed) for condition in conditions for seed in seeds]
        figures = pool.map(self.walk_condition, tasks, on_walk)
        count = len(seeds)
        return [figures[i * count : (i + 1) * count] for i in range(len(conditions))]
