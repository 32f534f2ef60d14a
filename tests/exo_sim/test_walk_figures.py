"""The figures of one walk, on walks made up so that the right answer is known."""

import math

import numpy as np
import pytest

from exo_sim.disturbance import Disturbance
from exo_sim.engine import layout
from exo_sim.engine.model_arrays import ModelArrays
from exo_sim.gait import load_gait
from exo_sim.gait_analysis import describe
from exo_sim.human_model import HumanModel
from exo_sim.names import DEFAULT_GAIT, MUSCLES
from exo_sim.walk import Walk, Walker
from exo_sim.walk_figures import WalkFigures, walk_figures

WARM_UP_S = 5.0


def steady_walk(arrays: ModelArrays, torque_nm: np.ndarray, seconds: float = 10.0) -> Walk:
    """A body that glides at 1.2 m/s; the right hip flexes at 2 rad/s and the left one extends at 1 rad/s."""
    ticks = round(100 * seconds)
    time_s = 0.01 * np.arange(1, ticks + 1)
    record = np.zeros((ticks, layout.HISTORY))
    record[:, layout.POSITION] = 1.2 * time_s
    for leg, rate in ((0, 2.0), (1, -1.0)):
        angle = layout.POSITION + 3 + 3 * leg  # of the thigh, and with it of shank and foot
        record[:, angle : angle + 3] = rate * time_s[:, np.newaxis]
    return Walk(arrays, record, np.broadcast_to(torque_nm, (ticks, 2)), fell=False)


def test_power_is_torque_times_hip_velocity_over_both_hips(arrays: ModelArrays):
    figures = walk_figures(steady_walk(arrays, np.array([3.0, 4.0])), WARM_UP_S, seed=1)
    assert figures.exo_net_w == pytest.approx(3.0 * 2.0 - 4.0 * 1.0)
    assert figures.exo_positive_w == pytest.approx(6.0)
    assert figures.torque_rms_nm == pytest.approx(math.sqrt((9.0 + 16.0) / 2))
    assert figures.torque_peak_nm == 4.0


def test_braking_is_negative_power(arrays: ModelArrays):
    figures = walk_figures(steady_walk(arrays, np.array([-1.0, 0.5])), WARM_UP_S, seed=1)
    assert figures.exo_net_w == pytest.approx(-2.5)
    assert figures.exo_positive_w == 0.0


def test_the_warm_up_is_left_out(arrays: ModelArrays):
    torque = np.zeros((1000, 2))
    torque[:500] = 99.0
    torque[500:, 0] = 2.0
    figures = walk_figures(steady_walk(arrays, torque), WARM_UP_S, seed=1)
    assert figures.torque_peak_nm == 2.0
    assert figures.exo_net_w == pytest.approx(4.0)


def test_squared_activation_over_all_and_over_hip_muscles(arrays: ModelArrays):
    walk = steady_walk(arrays, np.zeros(2))
    rates = np.zeros(len(MUSCLES))
    for name, rate in (("iliopsoas_r", 0.16), ("glut_max_l", 0.08), ("soleus_r", 0.36)):
        rates[MUSCLES.index(name)] = rate
    integral = slice(layout.ACTIVATION_SQUARED, layout.ACTIVATION_SQUARED + layout.N_MUSCLES)
    walk.record[:, integral] = np.outer(0.01 * np.arange(1000), rates)
    figures = walk_figures(walk, WARM_UP_S, seed=1)
    assert figures.a2 == pytest.approx(0.6 / 18)
    assert figures.hip_a2 == pytest.approx(0.24 / 8)


def test_speed_and_energy_are_those_of_the_walks_description(model: HumanModel):
    walk = Walker(model, load_gait(DEFAULT_GAIT)).disturbed(8.0, Disturbance(), 1)
    figures, described = walk_figures(walk, 3.0, seed=1), describe(walk)
    for name, key in (("speed_mps", "speed_mps"), ("cot_gross", "cot_gross"), ("cot_net", "cot_net")):
        assert getattr(figures, name) == pytest.approx(described[key])
    assert figures.power_w == pytest.approx(described["metabolic_power_w"])
    assert figures.a2 == pytest.approx(described["mean_squared_activation"])


def test_a_fall_has_no_figures_but_its_time(arrays: ModelArrays):
    walk = steady_walk(arrays, np.zeros(2))
    fallen = Walk(walk.arrays, walk.record, walk.torque_nm, fell=True)
    figures = walk_figures(fallen, WARM_UP_S, seed=3, safety_fault="too fast")
    assert (figures.seed, figures.seconds, figures.fell, figures.safety_fault) == (3, 10.0, True, "too fast")
    assert math.isnan(figures.cot_net) and math.isnan(figures.torque_rms_nm)


def test_a_walk_without_steady_part_has_no_figures(arrays: ModelArrays):
    figures = walk_figures(steady_walk(arrays, np.zeros(2), seconds=6.9), WARM_UP_S, seed=1)
    assert not figures.fell and math.isnan(figures.speed_mps)
    assert isinstance(walk_figures(steady_walk(arrays, np.zeros(2), seconds=7.0), WARM_UP_S, seed=1), WalkFigures)
