"""Behaviour cloning: the actor begins as an imitation of a teacher, such as DOFC or a feedback law."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from exo_control.joints import POLICY_PERIOD_S
from exo_control.registry import make_policy
from exo_learning.agent import Agent
from exo_learning.training_config import TrainingConfig, WarmStartConfig
from exo_learning.walking_env import WalkingEnv

_SEED_OFFSET = 10_000  # the teacher's walks are not those of the training
_LEARNING_RATE = 1e-3


def warm_start(agent: Agent, config: TrainingConfig, settings: WarmStartConfig, seed: int) -> float:
    """Let the teacher walk, and the actor learn its actions; the observation normaliser is fixed by these walks.

    The noise of the configuration is on the teacher's observations too, and so covers the states around its own.

    Args:
        agent: changed in place.
        config: the training's.
        settings: teacher and amount.
        seed: of the walks and the order of learning.

    Returns:
        Root mean square difference of the actor's and the teacher's actions at the end.

    Raises:
        PolicyError, ConfigError: the teacher cannot be loaded.
    """
    env = WalkingEnv(config, seed + _SEED_OFFSET)
    observation, action = _teach(env, settings)
    device = agent.log_sd.device
    inputs = torch.tensor(observation, device=device)
    targets = torch.tensor(action, dtype=torch.float32, device=device)
    if config.ppo.normalise_observations:
        agent.normaliser.update(inputs[:, -1])
    optimiser = torch.optim.Adam(agent.actor.parameters(), lr=_LEARNING_RATE)
    rng = np.random.default_rng(seed + _SEED_OFFSET)
    steps = settings.epochs * -(-len(inputs) // config.ppo.minibatch)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.05, steps)
    for _ in range(settings.epochs):
        squares = 0.0
        for index in torch.from_numpy(rng.permutation(len(inputs))).split(config.ppo.minibatch):
            error = agent.mean_action(inputs[index]) - targets[index]
            loss = (error**2).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            squares += float(loss.detach()) * len(index)
    return float(np.sqrt(squares / len(inputs)))


def _teach(env: WalkingEnv, settings: WarmStartConfig) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return observations (m, 10, 6) and the teacher's actions (m, 2)."""
    limit = env.config.torque_limit_nm
    teachers = [make_policy(settings.policy, settings.parameters) for _ in range(len(env))]
    env.reset()
    observations, actions = [], []
    for _ in range(max(round(settings.seconds / POLICY_PERIOD_S / len(env)), 1)):
        rows = zip(teachers, env.measured, env.walkers.time_s, strict=True)
        torque = np.stack([teacher.torque(seen[:2], seen[2:], time_s) for teacher, seen, time_s in rows])
        action = np.clip(torque / limit, -1.0, 1.0)
        observations.append(env.observation.copy())
        actions.append(action)
        step = env.step(action)
        for row in np.flatnonzero(step.terminated | step.truncated):
            teachers[row].reset()
    return np.concatenate(observations), np.concatenate(actions)
