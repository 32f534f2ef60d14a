from dataclasses import replace

import numpy as np
import pytest

from exo_sim.disturbance import Disturbance
from exo_sim.gait import load_gait
from exo_sim.human import SimulatedHuman
from exo_sim.human_model import HumanModel
from exo_sim.speed_matching import SPEED_TOLERANCE_M_S, steady_speed, walk_at_speed
from exo_sim.walk import Walker


@pytest.mark.parametrize("change", [-0.05, 0.0, 0.05])
def test_the_same_gait_is_walked_at_another_speed(model: HumanModel, change: float):
    gait = load_gait("two_state")
    own = steady_speed(Walker(model, gait).disturbed(12.0, Disturbance(), 0))
    walk = walk_at_speed(model, gait, own + change, 12.0)
    assert walk is not None and not walk.fell
    assert steady_speed(walk) == pytest.approx(own + change, abs=SPEED_TOLERANCE_M_S)


def test_a_speed_out_of_reach_gives_nothing(model: HumanModel):
    assert walk_at_speed(model, load_gait("two_state"), 3.0, 8.0) is None


def test_leaning_while_walking_is_what_a_leaning_gait_does(model: HumanModel):
    gait = load_gait("geyer_herr")
    led, leaning = SimulatedHuman(model, gait), SimulatedHuman(model, replace(gait, lean_rad=-0.03))
    led.lean(-0.03)
    leaning._state[:] = led._state  # the gaits start from poses of their own
    for _ in range(50):
        led.step(np.zeros(2))
        leaning.step(np.zeros(2))
    assert led.snapshot().tolist() == leaning.snapshot().tolist()
    led.reset()
    upright = SimulatedHuman(model, gait)
    led.step(np.zeros(2))
    upright.step(np.zeros(2))
    assert led.snapshot().tolist() == upright.snapshot().tolist()
