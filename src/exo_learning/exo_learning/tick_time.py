"""How long a policy takes for a tick. Needs no PyTorch."""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exo_control.joints import JOINT_NAMES
from exo_control.policy import Policy
from exo_learning.compiled_policy import CompiledPolicy

WARM_UP_TICKS = 100
C_BATCH_TICKS = 100


@dataclass(frozen=True)
class TickTimes:
    """Time of a tick, microseconds."""

    p50_us: float
    p99_us: float
    p999_us: float
    max_us: float


def measure_policy(policy: Policy, ticks: int) -> tuple[TickTimes, TickTimes]:
    """Return wall time and CPU time of a policy that is called as the policy node calls it, history included.

    Wall time is what counts, but tells of the policy on an idle machine only.
    """
    position, velocity = _readings(ticks + WARM_UP_TICKS)
    wall_us, cpu_us = np.empty((2, len(position)))
    for t in range(len(position)):
        begin, cpu_begin = time.perf_counter_ns(), time.thread_time_ns()
        policy.torque(position[t], velocity[t], 0.01 * t)
        cpu_us[t] = 1e-3 * (time.thread_time_ns() - cpu_begin)
        wall_us[t] = 1e-3 * (time.perf_counter_ns() - begin)
    return _tick_times(wall_us), _tick_times(cpu_us)


def _tick_times(times_us: NDArray[np.float64]) -> TickTimes:
    return TickTimes(*np.percentile(times_us[WARM_UP_TICKS:], [50, 99, 99.9, 100]).tolist())


def measure_compiled(policy: CompiledPolicy, ticks: int) -> float:
    """Return the wall time of a tick in compiled code, microseconds: the median over batches of ticks."""
    times_us = []
    for _ in range(max(ticks // C_BATCH_TICKS, 1)):
        position, velocity = _readings(C_BATCH_TICKS)
        begin = time.perf_counter_ns()
        policy.torques(position, velocity)
        times_us.append(1e-3 * (time.perf_counter_ns() - begin) / C_BATCH_TICKS)
    return float(np.median(times_us))


def _readings(ticks: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return angles and velocities, each of shape (ticks, 2)."""
    rng = np.random.default_rng(0)
    shape = (ticks, len(JOINT_NAMES))
    return rng.normal(0.0, 0.4, shape), rng.normal(0.0, 2.0, shape)
