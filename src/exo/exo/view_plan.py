"""The launch arguments that show a walk, checked before anything starts."""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass

from ament_index_python.packages import PackageNotFoundError, get_package_prefix

from exo.trial_plan import checker, to_bool, whole_from
from exo_control.errors import ConfigError

NEEDS_WEBSOCKETS = (
    "the live page needs the library websockets: `make sim VIEW=1` installs it, and so does "
    "`.venv/bin/python -m pip install -r requirements/view.txt`"
)
NEEDS_RVIZ = (
    "rviz2 is not installed: it comes with a ROS 2 distribution only (sudo apt install ros-jazzy-rviz2). Without one "
    "use view:=true, or open the recording in Foxglove"
)


@dataclass(frozen=True)
class ViewPlan:
    """How a walk is shown."""

    page: dict[str, bool | int] | None
    """Parameters of the view node; None without it."""
    rviz: bool


def plan_view(arguments: Mapping[str, str]) -> ViewPlan:
    """Check the launch arguments view, view_controls, view_port and rviz.

    Raises:
        ConfigError: a value is not allowed, or something is not installed; names argument, value and fix.
    """
    checked = checker(arguments)
    view = checked("view", _installed_view)
    controls = checked("view_controls", to_bool)
    if controls and not view:
        raise ConfigError(f"launch argument view_controls:={arguments['view_controls']}: needs view:=true too")
    port = checked("view_port", whole_from(0, 65535))
    return ViewPlan({"controls": controls, "port": port} if view else None, checked("rviz", _installed_rviz))


def _installed_view(text: str) -> bool:
    view = to_bool(text)
    if view and importlib.util.find_spec("websockets") is None:
        raise ConfigError(NEEDS_WEBSOCKETS)
    return view


def _installed_rviz(text: str) -> bool:
    rviz = to_bool(text)
    if rviz:
        try:
            get_package_prefix("rviz2")
        except PackageNotFoundError:
            raise ConfigError(NEEDS_RVIZ) from None
    return rviz
