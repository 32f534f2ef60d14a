"""Net metabolic rates of conditions."""

import pytest

from exo_analysis.net_rates import PhaseRate, net_rates, standing_rate
from exo_control.errors import ExoError

STANDING = [PhaseRate("stand", "none", 1.4), PhaseRate("stand", "none", 1.6)]
FREE = [PhaseRate("walk", "free", 5.4), PhaseRate("walk", "free", 5.6)]


def test_net_is_above_standing_and_changes_are_against_walking_free() -> None:
    rates = net_rates([*STANDING, *FREE, PhaseRate("rest", "none", 1.1), PhaseRate("walk", "lstm", 5.1)])
    assert standing_rate(STANDING) == pytest.approx(1.5)
    assert rates["free"].net_w_kg == pytest.approx(4.0) and rates["free"].phases == 2
    assert rates["free"].change_percent is None
    assert rates["lstm"].net_w_kg == pytest.approx(3.6)
    assert rates["lstm"].change_percent == pytest.approx(-10.0)
    assert set(rates) == {"free", "lstm"}


def test_without_standing_there_is_no_net_rate() -> None:
    assert net_rates(FREE) == {} and standing_rate(FREE) is None


def test_without_walking_free_there_is_no_change() -> None:
    rates = net_rates([*STANDING, PhaseRate("walk", "dofc", 5.0)])
    assert rates["dofc"].change_percent is None and rates["dofc"].net_w_kg == pytest.approx(3.5)


def test_phases_that_were_mixed_up_are_noticed() -> None:
    with pytest.raises(ExoError, match="the phases may be mixed up"):
        net_rates([PhaseRate("stand", "none", 6.0), *FREE, PhaseRate("walk", "dofc", 5.0)])
