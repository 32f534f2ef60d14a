"""How fast the engine is: against real time, against MuJoCo, and with two threads, all measured in one run."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from exo_control.joints import POLICY_PERIOD_S
from exo_sim.engine import layout
from exo_sim.engine.advance import advance
from exo_sim.engine.compiled import kernel, specialised
from exo_sim.engine.model_arrays import Floats
from exo_sim.gait import initial_gait
from exo_sim.human import SimulatedHuman, initial_state, steps_per_control
from exo_sim.human_interface import DEFAULT_PHYSICS_STEP_S
from exo_sim.human_model import HumanModel, load_human_model
from exo_sim.mujoco_model import mjcf
from exo_sim.reflex_controller import load_reflex_controller

CHUNK = 100
"""Physics steps from the start of the walk that are timed: a tenth of a second with both feet on the ground."""

THREAD_CHUNKS = 200
"""Chunks in one compiled call of the thread benchmark, so that Python's lock is out of the picture."""


@dataclass(frozen=True)
class EngineBenchmark:
    """Figures of one run. Wall times are the best of the repeats, which undoes what other processes take."""

    real_time_factor: float  # one core, one call per policy period, reflexes and metabolics included, wall time
    real_time_factor_cpu: float  # the same by CPU time
    mujoco_ratio: float | None  # MuJoCo's CPU time per step over ours; None without MuJoCo
    thread_scaling: float  # two threads' work per wall time over one thread's
    thread_scaling_cpu: float  # the same by CPU time, blind to what else the machine does
    step_us: float  # CPU time of a physics step within one long call
    mujoco_step_us: float | None
    physics_step_s: float


@kernel
def walk_again(m, r, start, state, hip_torque, dt, steps, steps_per_control, times):  # type: ignore[no-untyped-def]
    """Walk the first steps from the start again and again."""
    for _ in range(times):
        state[:] = start
        advance(m, r, state, hip_torque, dt, steps, steps_per_control)


class _Engine:
    """The first steps of the two-state controller's published walk."""

    def __init__(self, model: HumanModel, physics_step_s: float) -> None:
        gait = initial_gait(load_reflex_controller("two_state"))
        self.human = SimulatedHuman(model, gait, physics_step_s)
        reflexes = gait.controller.arrays(gait.gains)
        start = initial_state(model, self.human.arrays, reflexes, gait)
        timing = (physics_step_s, CHUNK, steps_per_control(physics_step_s))
        self._arguments = (self.human.arrays, reflexes, start)
        self._timing = (np.zeros(2), *timing)
        self._walk_again = specialised(walk_again, *self._arguments, start.copy(), *self._timing, 1)
        self.walk(1)
        self.walk_by_policy_periods()

    def walk(self, times: int) -> None:
        """Walk the chunk some times in one compiled call, each call on a state of its own."""
        start = self._arguments[-1]
        self._walk_again(*self._arguments, start.copy(), *self._timing, times)

    def walk_by_policy_periods(self) -> None:
        """Walk for a second as the simulation node does: one call per policy period."""
        torque = np.zeros(2)
        self.human.reset()
        for _ in range(round(1.0 / POLICY_PERIOD_S)):
            self.human.step(torque)


class _MujocoWalk:
    """MuJoCo from the same pose, with its own muscles at the same activations; stepped inside the library."""

    def __init__(self, engine: _Engine, model: HumanModel, physics_step_s: float) -> None:
        import mujoco

        self._step = mujoco.mj_step
        self._model = mujoco.MjModel.from_xml_string(mjcf(model, "muscle", physics_step_s))
        self._data = mujoco.MjData(self._model)
        human = engine.human
        human.reset()
        velocity = human.snapshot()[layout.VELOCITY : layout.VELOCITY + 2]
        self._position: Floats = np.concatenate([human.root_position_m, human.joint_position_rad])
        self._velocity: Floats = np.concatenate([velocity, human.joint_velocity_rad_s])
        self._activation = human.activation
        self.walk()

    def walk(self) -> None:
        """Step the chunk."""
        data = self._data
        data.qpos[:], data.qvel[:] = self._position, self._velocity
        data.act[:] = self._activation
        data.ctrl[: layout.N_MUSCLES] = self._activation
        data.qacc_warmstart[:] = 0.0
        self._step(self._model, data, nstep=CHUNK)


def _timed(action: Callable[[], None]) -> tuple[float, float]:
    """Return wall and own CPU time of an action, s."""
    wall, cpu = time.perf_counter(), time.thread_time()
    action()
    return time.perf_counter() - wall, time.thread_time() - cpu


def _two_threads(pool: ThreadPoolExecutor, action: Callable[[], None]) -> tuple[float, float]:
    """Return wall time of an action running in two threads at once, and the mean CPU time of one."""
    begin = time.perf_counter()
    both = list(pool.map(lambda _: _timed(action), range(2)))
    return time.perf_counter() - begin, sum(cpu for _, cpu in both) / 2.0


def benchmark_engine(repeats: int = 100, physics_step_s: float = DEFAULT_PHYSICS_STEP_S) -> EngineBenchmark:
    """Measure the engine. The things that are compared take turns, so that both see the same machine.

    Args:
        repeats: how often each is timed; the best counts.
        physics_step_s: physics step of both engines, s.
    """
    model = load_human_model()
    engine = _Engine(model, physics_step_s)
    try:
        mujoco_walk = _MujocoWalk(engine, model, physics_step_s)
    except ImportError:
        mujoco_walk = None

    def long_walk() -> None:
        engine.walk(THREAD_CHUNKS)

    with ThreadPoolExecutor(2) as pool:
        actions: dict[str, Callable[[], tuple[float, float]]] = {
            "second": lambda: _timed(engine.walk_by_policy_periods),
            "chunk": lambda: _timed(lambda: engine.walk(1)),
            "one": lambda: pool.submit(_timed, long_walk).result(),
            "two": lambda: _two_threads(pool, long_walk),
        }
        if mujoco_walk is not None:
            actions["mujoco"] = lambda: _timed(mujoco_walk.walk)
        times = np.array([[action() for action in actions.values()] for _ in range(repeats)])
    wall, cpu = (dict(zip(actions, best, strict=True)) for best in times.min(axis=0).T)
    return EngineBenchmark(
        real_time_factor=1.0 / wall["second"],
        real_time_factor_cpu=1.0 / cpu["second"],
        mujoco_ratio=cpu["mujoco"] / cpu["chunk"] if "mujoco" in cpu else None,
        thread_scaling=2.0 * wall["one"] / wall["two"],
        thread_scaling_cpu=2.0 * cpu["one"] / cpu["two"],
        step_us=1e6 * cpu["one"] / (THREAD_CHUNKS * CHUNK),
        mujoco_step_us=1e6 * cpu["mujoco"] / CHUNK if "mujoco" in cpu else None,
        physics_step_s=physics_step_s,
    )
