"""The person of a trial: standing, walking, and the passage from one to the other."""

from collections.abc import Callable

import numpy as np
import pytest

from exo_control.errors import ConfigError
from exo_control.joints import POLICY_PERIOD_S
from exo_safety.limits import load_limits
from exo_sim.body_state import BodyState
from exo_sim.gait import load_gait
from exo_sim.gait_speeds import gait_at_speed
from exo_sim.human import SimulatedHuman
from exo_sim.human_model import HumanModel, load_human_model
from exo_sim.wearer import EASE_S, STAND, Wearer, make_wearer

GAIT, SLOWER = "geyer_herr", "speeds/geyer_herr_1.11"
EASE_TICKS = round(EASE_S / POLICY_PERIOD_S)


@pytest.fixture(scope="module")
def model() -> HumanModel:
    return load_human_model()


@pytest.fixture(scope="module")
def wearer_who(model: HumanModel) -> Callable[[str], Wearer]:
    gaits = {name: load_gait(name) for name in (GAIT, SLOWER)}
    return lambda first: make_wearer(model, gaits, first)


def walk(wearer: Wearer, ticks: int) -> list[BodyState]:
    states = []
    for _ in range(ticks):
        wearer.step(np.zeros(2))
        states.append(wearer.state)
    return states


def test_a_person_who_only_walks_is_the_human_of_the_engine(
    model: HumanModel, wearer_who: Callable[[str], Wearer]
) -> None:
    wearer, human = wearer_who(GAIT), SimulatedHuman(model, load_gait(GAIT))
    for tick in range(200):
        torque = np.array([2.0, -2.0]) if tick % 50 < 25 else np.zeros(2)
        wearer.step(torque)
        human.step(torque)
    assert wearer.state.com_position_m.tolist() == human.com_position_m.tolist()
    assert wearer.hip_position_rad.tolist() == human.hip_position_rad.tolist()
    assert float(wearer.state.metabolic_power_w) == human.metabolic_power_w
    assert wearer.time_s == pytest.approx(2.0)


def test_standing_is_still_and_takes_little_more_than_the_basal_rate(
    model: HumanModel, wearer_who: Callable[[str], Wearer]
) -> None:
    wearer = wearer_who(STAND)
    first, *_, last = walk(wearer, 300)
    assert last.joint_position_rad.tolist() == first.joint_position_rad.tolist() == [0.0] * 7
    assert not last.joint_velocity_rad_s.any() and not last.com_velocity_m_s.any()
    assert set(last.activation.tolist()) == {0.01}, "the model's least activation"
    weight_n = model.mass_kg * model.gravity_m_s2
    assert last.ground_reaction_n[:, 1].sum() == pytest.approx(weight_n, rel=1e-3)
    # Basal 1.51 W/kg (Wang et al. 2012), and the heat of muscles at an activation of 0.01.
    rate = float(last.metabolic_power_w) / model.mass_kg
    assert 1.51 < rate < 2.1 and float(first.metabolic_power_w) == float(last.metabolic_power_w)
    assert not wearer.has_fallen


@pytest.mark.parametrize(("first", "then"), [(STAND, GAIT), (GAIT, STAND), (GAIT, SLOWER)])
def test_a_passage_has_no_jump(wearer_who: Callable[[str], Wearer], first: str, then: str) -> None:
    wearer, limits = wearer_who(first), load_limits()
    before = walk(wearer, 130)
    wearer.do(then)
    states = [*before[-2:], *walk(wearer, EASE_TICKS + 50)]
    angle = np.array([state.joint_position_rad for state in states])
    rate = np.array([state.joint_velocity_rad_s for state in states])
    hips = [1, 4]
    assert np.abs(np.diff(angle, axis=0)).max() < 0.5 * limits.encoder_jump_rad
    assert np.abs(rate[:, hips]).max() < limits.velocity_fault_rad_per_s
    assert angle[:, hips].min() > limits.rom_hard_min_rad and angle[:, hips].max() < limits.rom_hard_max_rad
    # Velocities are the rates of the angles (a foot that lands changes its within a tick).
    mean_rate = 0.5 * (rate[1:, hips] + rate[:-1, hips])
    assert np.diff(angle[:, hips], axis=0) / POLICY_PERIOD_S == pytest.approx(mean_rate, abs=0.35)
    way = np.array([state.com_position_m for state in states])
    assert np.abs(np.diff(way, axis=0)).max() < 0.03, "at most 3 m/s"


def test_after_a_passage_the_motion_is_the_new_one_alone(
    model: HumanModel, wearer_who: Callable[[str], Wearer]
) -> None:
    wearer = wearer_who(GAIT)
    walk(wearer, 100)
    wearer.do(STAND)
    walk(wearer, EASE_TICKS)
    assert wearer.doing == STAND
    assert wearer.state.joint_position_rad.tolist() == [0.0] * 7
    wearer.do(SLOWER)
    walk(wearer, EASE_TICKS)
    alone = SimulatedHuman(model, load_gait(SLOWER))
    for _ in range(EASE_TICKS):
        alone.step(np.zeros(2))
    assert wearer.state.joint_position_rad == pytest.approx(alone.joint_position_rad, abs=1e-12)


def test_a_motion_may_change_while_the_last_passage_goes_on(wearer_who: Callable[[str], Wearer]) -> None:
    wearer = wearer_who(STAND)
    walk(wearer, 10)
    states = [wearer.state]
    for motion in (GAIT, STAND, GAIT):
        wearer.do(motion)
        states += walk(wearer, 30)
    angle = np.array([state.joint_position_rad for state in states])
    assert np.abs(np.diff(angle, axis=0)).max() < 0.5 * load_limits().encoder_jump_rad


def test_a_gait_that_was_not_prepared(wearer_who: Callable[[str], Wearer]) -> None:
    with pytest.raises(ConfigError, match=r"motion 'moonwalk' was not prepared; choices: geyer_herr, .*stand"):
        wearer_who(STAND).do("moonwalk")


@pytest.mark.parametrize(
    ("speed_m_s", "gait"), [(1.3, "geyer_herr"), (0.83, "speeds/geyer_herr_0.83"), (1.36, "speeds/geyer_herr_1.36")]
)
def test_a_speed_has_its_gait(speed_m_s: float, gait: str) -> None:
    assert gait_at_speed("geyer_herr", speed_m_s) == gait


def test_a_speed_without_a_gait_names_those_there_are() -> None:
    with pytest.raises(ConfigError, match=r"does not walk 2 m/s; it walks 0\.83, 1\.11, 1\.3, 1\.36, 1\.39 m/s"):
        gait_at_speed("geyer_herr", 2.0)
