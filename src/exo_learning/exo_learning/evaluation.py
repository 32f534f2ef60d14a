"""How well a policy assists: walks with its mean action, against the same walks under other policies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
import torch

from exo_control.joints import POLICY_PERIOD_S
from exo_control.registry import make_policy
from exo_learning.agent import Agent
from exo_learning.training_config import TrainingConfig
from exo_learning.walking_env import Floats, WalkingEnv

SEED = 20_000
"""Of the walks: no training seed draws the same."""


@dataclass(frozen=True)
class EvaluationFigures:
    """Means over the walks of an evaluation, each up to its end or fall."""

    cot_gross: float  # J/(kg m), Wang et al. 2012
    cot_net: float  # without basal metabolism
    speed_m_s: float
    reward: float  # per tick
    torque_rms_nm: float
    falls: int  # walks that ended early

    def as_dict(self, prefix: str) -> dict[str, float]:
        """Return the figures with a prefix to their names."""
        return {f"{prefix}_{name}": value for name, value in asdict(self).items()}


class Evaluation:
    """A set of walks that any number of policies can be tried on."""

    def __init__(self, config: TrainingConfig) -> None:
        """Prepare the walkers; the same configuration gives the same walks."""
        settings = config.evaluation
        changes = {"walkers": settings.walkers, "episode_s": settings.seconds}
        self._env = WalkingEnv(config.model_copy(update=changes), SEED)

    def policy(self, name: str) -> EvaluationFigures:
        """Evaluate a built-in policy or a policy file; dofc as configured, with the torque limit as its peak."""
        env = self._env
        limit = env.config.torque_limit_nm
        parameters = {**env.config.evaluation.dofc, "peak_torque_nm": limit} if name == "dofc" else {}
        policies = [make_policy(name, parameters) for _ in range(len(env))]

        def act() -> Floats:
            rows = zip(policies, env.measured, env.walkers.time_s, strict=True)
            return np.stack([policy.torque(seen[:2], seen[2:], time_s) for policy, seen, time_s in rows]) / limit

        return self._walk(act)

    def agent(self, agent: Agent) -> EvaluationFigures:
        """Evaluate an agent's mean action."""
        device = agent.log_sd.device

        def act() -> Floats:
            with torch.no_grad():
                return agent.mean_action(torch.tensor(self._env.observation, device=device)).cpu().double().numpy()

        return self._walk(act)

    def _walk(self, act: Callable[[], Floats]) -> EvaluationFigures:
        env = self._env
        env.seed(SEED)
        env.reset()
        walking = np.ones(len(env), dtype=bool)
        energy, distance, reward, torque_squared, ticks, falls = np.zeros((6, len(env)))
        for _ in range(env.config.episode_ticks):
            step = env.step(act())
            energy += walking * step.metabolic_energy_j
            distance += walking * step.distance_m
            reward += walking * step.reward
            torque_squared += walking * np.mean(step.torque_nm**2, axis=1)
            ticks += walking
            falls += walking & step.terminated
            walking &= ~step.terminated
            if not walking.any():
                break
        seconds = ticks * POLICY_PERIOD_S
        kg_m = env.walkers.mass_kg * np.maximum(distance, 0.1)
        return EvaluationFigures(
            cot_gross=float(np.mean(energy / kg_m)),
            cot_net=float(np.mean((energy - env.walkers.basal_power_w * seconds) / kg_m)),
            speed_m_s=float(np.mean(distance / seconds)),
            reward=float(reward.sum() / ticks.sum()),
            torque_rms_nm=float(np.sqrt(torque_squared.sum() / ticks.sum())),
            falls=int(falls.sum()),
        )
