"""Telling a simulated person what to do by a parameter."""

from rclpy.parameter import Parameter

from exo_nodes.person import set_motion
from exo_sim.gait import load_gait
from exo_sim.human_model import load_human_model
from exo_sim.wearer import STAND, make_wearer


def test_a_motion_is_done_and_one_that_was_not_prepared_refused() -> None:
    person = make_wearer(load_human_model(), {"two_state": load_gait("two_state")}, STAND)
    assert set_motion(person, [Parameter("motion", value="two_state")]).successful
    person.begin_period()
    assert person.doing == "two_state"
    refused = set_motion(person, [Parameter("motion", value="geyer_herr")])
    assert not refused.successful
    assert "motion 'geyer_herr' was not prepared; choices: stand, two_state" in refused.reason
    person.begin_period()
    assert person.doing == "two_state"


def test_before_there_is_a_person_it_is_refused() -> None:
    refused = set_motion(None, [Parameter("motion", value=STAND)])
    assert not refused.successful and refused.reason == "the node is not configured yet"


def test_other_parameters_are_none_of_its_business() -> None:
    assert set_motion(None, [Parameter("inject", value="bus_off")]).successful
