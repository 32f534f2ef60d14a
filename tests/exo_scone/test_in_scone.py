"""The adapter in SCONE itself, where it is installed: torques, reloading, ground and energy. Not run anywhere yet."""

import numpy as np
import pytest
from shipped import load_gait

from exo_scone.finder import find_scone
from exo_scone.people import make_scone_human
from exo_scone.scone_human import SconeHuman
from exo_sim.human import SimulatedHuman
from exo_sim.human_model import HumanModel

found = find_scone()
pytestmark = [pytest.mark.scone, pytest.mark.skipif(not found.usable, reason=found.text)]


@pytest.fixture(scope="module")
def human(model: HumanModel) -> SconeHuman:
    return make_scone_human(model, load_gait("two_state"))


def walk(human: SconeHuman, torque_nm: tuple[float, float], ticks: int) -> np.ndarray:
    human.reset()
    for _ in range(ticks):
        human.step(np.array(torque_nm))
    return human.snapshot()


def test_the_start_is_that_of_our_engine(human: SconeHuman, model: HumanModel) -> None:
    human.reset()
    ours = SimulatedHuman(model, load_gait("two_state"))
    assert human.joint_position_rad == pytest.approx(ours.joint_position_rad, abs=1e-6)
    assert human.joint_velocity_rad_s == pytest.approx(ours.joint_velocity_rad_s, abs=1e-6)
    assert human.com_position_m == pytest.approx(ours.com_position_m, abs=2e-3)
    assert human.com_velocity_m_s == pytest.approx(ours.com_velocity_m_s, abs=1e-3)


def test_a_walk_that_is_loaded_anew_is_the_same_to_the_last_bit(human: SconeHuman) -> None:
    assert np.array_equal(walk(human, (2.0, -2.0), 50), walk(human, (2.0, -2.0), 50))


def test_flexing_torques_flex_the_hips(human: SconeHuman) -> None:
    def hips(torque_nm: tuple[float, float]) -> np.ndarray:
        walk(human, torque_nm, 5)
        return human.hip_position_rad

    free = hips((0.0, 0.0))
    assert hips((10.0, 0.0))[0] > free[0] + 1e-4
    assert hips((0.0, -10.0))[1] < free[1] - 1e-4


def test_the_ground_carries_the_body(human: SconeHuman, model: HumanModel) -> None:
    human.reset()
    forces = []
    for _ in range(60):
        human.step(np.zeros(2))
        forces.append(human.ground_reaction_n[:, 1].sum())
    assert np.mean(forces) == pytest.approx(model.mass_kg * model.gravity_m_s2, rel=0.3)


def test_muscles_energy_by_our_formula_is_near_scones_whole(human: SconeHuman) -> None:
    human.reset()
    pairs = []
    for _ in range(60):
        human.step(np.zeros(2))
        pairs.append((human.metabolic_power_w, human.muscle_metabolic_power_w.sum() + human.arrays.basal_power))
    theirs, ours = np.mean(pairs, axis=0)
    assert ours == pytest.approx(theirs, rel=0.2)


def test_a_push_changes_the_forward_velocity(human: SconeHuman) -> None:
    walk(human, (0.0, 0.0), 5)
    free = human.com_velocity_m_s[0]
    human.reset()
    for tick in range(5):
        if tick == 4:
            human.push(0.1)
        human.step(np.zeros(2))
    assert human.com_velocity_m_s[0] - free == pytest.approx(0.1, rel=0.3)
