import numpy as np
import pytest

from exo_control.errors import ConfigError
from exo_control.registry import make_policy
from exo_sim.assisted_walk import AssistedWalker
from exo_sim.disturbance import Disturbance
from exo_sim.engine import layout
from exo_sim.gait import Gait, load_gait
from exo_sim.gait_analysis import cost_of_transport, describe
from exo_sim.human import SimulatedHuman
from exo_sim.human_model import HumanModel
from exo_sim.walk import Walker


@pytest.fixture(scope="module")
def gait() -> Gait:
    """A shipped gait."""
    return load_gait("two_state")


def test_walking_period_by_period_equals_one_compiled_walk(model: HumanModel, gait: Gait):
    walk = Walker(model, gait).disturbed(4.0, Disturbance(2.0), seed=5)
    human = SimulatedHuman(model, gait)
    for k, torque in enumerate(walk.torque_nm):
        human.step(torque)
        assert np.array_equal(human.snapshot(), walk.record[k])


def test_assisted_walk_with_the_zero_policy_equals_the_walk_without(model: HumanModel, gait: Gait):
    disturbance = Disturbance(2.0, 0.1)
    plain = Walker(model, gait).disturbed(4.0, disturbance, seed=1)
    assisted = AssistedWalker(model, gait, make_policy("zero")).disturbed(4.0, disturbance, seed=1)
    assert np.array_equal(plain.record, assisted.record)
    assert not assisted.torque_nm.any()


def test_a_fall_ends_the_walk(model: HumanModel, gait: Gait):
    walk = Walker(model, gait).walk(np.full((1000, 2), 40.0), np.zeros(1000))
    assert walk.fell
    assert walk.seconds < 10.0


def test_metabolic_energy_only_grows_and_cost_of_transport_is_energy_over_mass_and_distance(
    model: HumanModel, gait: Gait
):
    walk = Walker(model, gait).disturbed(4.0, Disturbance(), seed=0)
    energy = walk.part(layout.MUSCLE_ENERGY, layout.N_MUSCLES)
    assert np.all(np.diff(energy, axis=0) >= 0.0)
    gross, net = cost_of_transport(walk)
    distance = walk.com[-1, 0] - walk.com[0, 0]
    seconds = walk.seconds - 0.01
    assert net == pytest.approx((energy[-1] - energy[0]).sum() / (model.mass_kg * distance))
    assert gross - net == pytest.approx(1.51 * seconds / distance)


def test_ground_reaction_carries_the_body_weight_on_average(model: HumanModel, gait: Gait):
    walk = Walker(model, gait).disturbed(6.0, Disturbance(), seed=0)
    vertical = walk.ground_reaction_bw[:, :, 1].sum(axis=1)
    velocity = np.gradient(walk.com[:, 1], 0.01)
    expected = 1.0 + (velocity[-2] - velocity[1]) / (model.gravity_m_s2 * walk.seconds)
    assert vertical.mean() == pytest.approx(expected, abs=0.02)


def test_joint_angles_and_centre_of_mass_agree_with_the_human(model: HumanModel, gait: Gait):
    walk = Walker(model, gait).disturbed(1.0, Disturbance(), seed=0)
    human = SimulatedHuman(model, gait)
    for _ in range(100):
        human.step(np.zeros(2))
    assert walk.joint()[-1] == pytest.approx(human.joint_position_rad)
    assert walk.com[-1] == pytest.approx(human.com_position_m)
    assert human.hip_position_rad == pytest.approx(human.joint_position_rad[[1, 4]])


def test_centre_of_mass_velocity_is_the_derivative_of_its_position(model: HumanModel, gait: Gait):
    human = SimulatedHuman(model, gait, physics_step_s=0.0005)
    before = human.com_position_m
    velocity = human.com_velocity_m_s
    human.step(np.zeros(2))
    mean_velocity = (human.com_position_m - before) / 0.01
    assert mean_velocity == pytest.approx(0.5 * (velocity + human.com_velocity_m_s), abs=0.03)


def test_description_has_the_keys_others_build_on(model: HumanModel, gait: Gait):
    result = describe(Walker(model, gait).disturbed(7.5, Disturbance(), seed=0))
    wanted = {"seconds", "fell", "speed_mps", "cot_gross", "cot_net", "wren_r", "stance_percent", "grf_peaks_bw"}
    assert wanted <= set(result)
    assert set(result["wren_r"]) == {"hip", "knee", "ankle", "hip_velocity"}


@pytest.mark.parametrize("step", [0.0, -0.001, 0.003, 0.01])
def test_a_step_that_does_not_divide_the_control_period_is_refused(model: HumanModel, gait: Gait, step: float):
    with pytest.raises(ConfigError, match="does not divide"):
        Walker(model, gait, physics_step_s=step)
