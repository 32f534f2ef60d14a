"""The engine's benchmark: it measures what it says. Speeds themselves are not tested here."""

import mujoco
import numpy as np
import pytest

from exo_sim.benchmark import CHUNK, benchmark_engine
from exo_sim.engine import layout
from exo_sim.human import SimulatedHuman
from exo_sim.mujoco_model import mjcf
from exo_sim.names import MUSCLES


@pytest.fixture(scope="module")
def figures():
    return benchmark_engine(repeats=2)


def test_figures_are_positive_and_agree(figures) -> None:
    assert figures.physics_step_s == 0.001
    assert min(figures.real_time_factor, figures.step_us, figures.thread_scaling, figures.mujoco_step_us) > 0.0
    assert figures.real_time_factor <= 1.1 * figures.real_time_factor_cpu
    # A call per policy period costs more than steps alone do.
    assert figures.real_time_factor_cpu < 1.1 * 1e6 * figures.physics_step_s / figures.step_us


def test_without_mujoco_there_is_no_ratio(monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "mujoco", None)
    figures = benchmark_engine(repeats=1)
    assert figures.mujoco_ratio is None and figures.mujoco_step_us is None
    assert figures.real_time_factor > 0.0


def test_mujocos_muscles_have_the_lengths_and_forces_of_the_file(model, arrays) -> None:
    spec = mujoco.MjModel.from_xml_string(mjcf(model, "muscle"))
    assert [spec.actuator(i).name for i in range(len(MUSCLES))] == list(MUSCLES)
    for i in range(len(MUSCLES)):
        low, high, force = spec.actuator_gainprm[i, :3]
        shortest, longest = spec.actuator_lengthrange[i]
        optimal = (longest - shortest) / (high - low)
        assert force == pytest.approx(arrays.f_max[i])
        assert optimal == pytest.approx(arrays.l_opt[i])
        assert shortest - low * optimal == pytest.approx(arrays.l_slack[i])


def test_mujoco_and_the_engine_stand_on_the_ground_alike(model) -> None:
    """Both carry the body through the timed tenth of a second: neither falls through the ground or flies off."""
    from exo_sim.gait import initial_gait
    from exo_sim.reflex_controller import load_reflex_controller

    human = SimulatedHuman(model, initial_gait(load_reflex_controller("two_state")))
    spec = mujoco.MjModel.from_xml_string(mjcf(model, "muscle"))
    data = mujoco.MjData(spec)
    data.qpos[:] = np.concatenate([human.root_position_m, human.joint_position_rad])
    velocity = human.snapshot()[layout.VELOCITY : layout.VELOCITY + 2]
    data.qvel[:] = np.concatenate([velocity, human.joint_velocity_rad_s])
    data.act[:] = data.ctrl[: layout.N_MUSCLES] = human.activation
    mujoco.mj_step(spec, data, nstep=CHUNK)
    for _ in range(CHUNK // 10):
        human.step(np.zeros(2))
    assert data.time == pytest.approx(human.time_s)
    assert data.ncon > 0
    assert data.qpos[:2] == pytest.approx(human.root_position_m, abs=0.03)
