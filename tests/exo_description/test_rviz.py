"""The configuration of rviz2 against what is published."""

from pathlib import Path
from typing import Any

import yaml

from exo_nodes import topics
from exo_nodes.view.person_markers import PersonMarkers
from exo_sim.human_model import load_human_model

FILE = Path(__file__).resolve().parents[2] / "config" / "rviz" / "exo.rviz"


def test_it_shows_the_topics_and_frames_that_exist(robot: Any) -> None:
    manager = yaml.safe_load(FILE.read_text())["Visualization Manager"]
    displays = {display["Class"].rpartition("/")[2]: display for display in manager["Displays"]}
    assert set(displays) == {"Grid", "RobotModel", "TF", "MarkerArray"}
    assert manager["Global Options"]["Fixed Frame"] == topics.WORLD_FRAME
    assert manager["Views"]["Current"]["Target Frame"] == robot().base_link
    assert displays["MarkerArray"]["Topic"]["Value"] == topics.MARKERS
    namespaces = {marker.ns for marker in PersonMarkers(load_human_model()).message.markers}
    assert namespaces == {"body", "muscles", "torque", "ground reaction"}
    assert displays["MarkerArray"]["Namespaces"] == dict.fromkeys(namespaces, True)
    assert displays["RobotModel"]["Description Topic"]["Value"] == "robot_description"
    assert displays["RobotModel"]["Enabled"] and displays["MarkerArray"]["Enabled"]
    # Transient local, as robot_state_publisher publishes it: rviz2 may start later.
    assert displays["RobotModel"]["Description Topic"]["Durability Policy"] == "Transient Local"
