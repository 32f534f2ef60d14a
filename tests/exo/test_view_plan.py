"""Launch arguments that show a walk, checked before anything starts."""

import importlib.util
from typing import Any

import pytest
from ament_index_python.packages import PackageNotFoundError

from exo.view_plan import ViewPlan, plan_view
from exo_control.errors import ConfigError

GOOD = {"view": "false", "view_controls": "false", "view_port": "8088", "rviz": "false"}


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that views need is there, unless a test says otherwise."""
    monkeypatch.setattr("exo.view_plan.get_package_prefix", lambda name: f"/opt/{name}")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())


def test_nothing_is_shown_unless_asked_for() -> None:
    assert plan_view(GOOD) == ViewPlan(page=None, rviz=False)


def test_the_page_is_read_only_unless_asked_for() -> None:
    assert plan_view({**GOOD, "view": "true"}).page == {"controls": False, "port": 8088}
    page = plan_view({**GOOD, "view": "true", "view_controls": "true", "view_port": "9000"}).page
    assert page == {"controls": True, "port": 9000}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"view": "maybe"}, "view:=maybe: needs true or false"),
        ({"view_controls": "true"}, "view_controls:=true: needs view:=true too"),
        ({"view_port": "70000"}, "view_port:=70000: needs a whole number from 0 to 65535"),
        ({"rviz": "maybe"}, "rviz:=maybe: needs true or false"),
    ],
)
def test_wrong_values_are_named(arguments: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=f"launch argument {message}"):
        plan_view({**GOOD, **arguments})


def test_what_is_not_installed_is_missed_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("exo.view_plan.get_package_prefix", missing)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match="launch argument rviz:=true: rviz2 is not installed: it comes with a ROS 2"):
        plan_view({**GOOD, "rviz": "true"})
    with pytest.raises(ConfigError, match=r"launch argument view:=true: the live page needs .*`make sim VIEW=1`"):
        plan_view({**GOOD, "view": "true"})
