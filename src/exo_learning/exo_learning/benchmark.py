"""How fast training is, next to stable-baselines3 with the same networks, environment and settings in one run."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from exo_learning.agent import Agent
from exo_learning.collector import Collector
from exo_learning.ppo import Ppo
from exo_learning.rollout_buffer import Samples
from exo_learning.training_config import TrainingConfig
from exo_learning.walking_env import WalkingEnv


@dataclass(frozen=True)
class TrainingBenchmark:
    """Wall times per buffer, the best of the repeats, on the CPU."""

    simulation_s: float  # with the networks' inference
    update_s: float
    sb3_simulation_s: float | None  # None without stable-baselines3
    sb3_update_s: float | None
    ticks_per_s: float  # environment steps, simulation and update together
    sb3_ratio: float | None  # our throughput over stable-baselines3's
    sb3_ratio_cpu: float | None  # its CPU time over ours, blind to what else the machine does
    buffer_ticks: int
    threads: int


class _Ours:
    def __init__(self, config: TrainingConfig, threads: int) -> None:
        self._config, self._rng = config, np.random.default_rng(0)
        agent, env = Agent(config.ppo), WalkingEnv(config, 0, threads)
        env.reset(staggered=True)
        self._collector, self._ppo = Collector(env, agent, config), Ppo(agent, config.ppo, threads)
        self._samples: Samples | None = None

    def simulate(self) -> None:
        torch.set_num_threads(1)
        self._samples, _ = self._collector.collect(self._rng)

    def update(self) -> None:
        assert self._samples is not None
        self._ppo.update(self._samples, self._rng, self._config.ppo.learning_rate)


class _StableBaselines3:
    def __init__(self, config: TrainingConfig, threads: int) -> None:
        from exo_learning.sb3_comparison import Sb3Walkers, sb3_ppo

        self._threads = threads
        env = WalkingEnv(config, 0, threads)
        self._ppo: Any = sb3_ppo(Sb3Walkers(env), Agent(config.ppo), config.ppo)
        _, self._callback = self._ppo._setup_learn(10**9)
        env.reset(staggered=True)

    def simulate(self) -> None:
        torch.set_num_threads(self._threads)
        ppo = self._ppo
        ppo.collect_rollouts(ppo.env, self._callback, ppo.rollout_buffer, ppo.n_steps)

    def update(self) -> None:
        self._ppo.train()


def benchmark_training(config: TrainingConfig, threads: int, repeats: int = 2) -> TrainingBenchmark:
    """Train a few buffers with each. They take turns, so that both see the same machine.

    Args:
        config: what to train, without the KL stop, so that all epochs count, and with the critic that either can have.
        threads: for either.
        repeats: buffers of each, after one to warm up; the fastest counts.
    """
    before = torch.get_num_threads()
    alike = {"target_kl": None, "privileged_critic": False}
    config = config.model_copy(update={"ppo": config.ppo.model_copy(update=alike)})
    trainers: list[_Ours | _StableBaselines3] = [_Ours(config, threads)]
    with contextlib.suppress(ImportError):
        trainers.append(_StableBaselines3(config, threads))
    times = np.array([[[_timed(t.simulate), _timed(t.update)] for t in trainers] for _ in range(repeats + 1)])[1:]
    torch.set_num_threads(before)
    best, best_cpu = np.moveaxis(times.min(axis=0), -1, 0)  # each (trainer, simulation and update)
    compared = len(trainers) > 1
    return TrainingBenchmark(
        simulation_s=best[0, 0],
        update_s=best[0, 1],
        sb3_simulation_s=best[1, 0] if compared else None,
        sb3_update_s=best[1, 1] if compared else None,
        ticks_per_s=config.ppo.buffer_ticks / best[0].sum(),
        sb3_ratio=best[1].sum() / best[0].sum() if compared else None,
        sb3_ratio_cpu=best_cpu[1].sum() / best_cpu[0].sum() if compared else None,
        buffer_ticks=config.ppo.buffer_ticks,
        threads=threads,
    )


def _timed(action: Callable[[], None]) -> tuple[float, float]:
    """Return wall time and the process's CPU time of an action, s."""
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - wall, time.process_time() - cpu
