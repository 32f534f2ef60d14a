"""Every launch file keeps its nodes on this machine; what a node then gets is tested with sim.launch.py."""

import os
from pathlib import Path

import pytest
from launch import LaunchContext
from launch.actions import DeclareLaunchArgument
from launch.launch_description_sources import PythonLaunchDescriptionSource

from exo.launched_trial import DISCOVERY_RANGE, LIMIT_DISCOVERY

FILES = sorted((Path(__file__).parents[2] / "launch").glob("*.launch.py"))


def test_there_are_launch_files() -> None:
    assert len(FILES) >= 5


@pytest.mark.parametrize(
    ("environment", "arguments", "expected"),
    [
        ({}, {}, "LOCALHOST"),
        ({}, {"discovery": "SUBNET"}, "SUBNET"),
        ({DISCOVERY_RANGE: "SUBNET"}, {}, "SUBNET"),
        ({DISCOVERY_RANGE: "SUBNET"}, {"discovery": "LOCALHOST"}, "LOCALHOST"),
    ],
)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_launch_file_keeps_its_nodes_on_this_machine_unless_told(
    monkeypatch: pytest.MonkeyPatch,
    file: Path,
    environment: dict[str, str],
    arguments: dict[str, str],
    expected: str,
) -> None:
    monkeypatch.setenv(DISCOVERY_RANGE, "")  # so that the test leaves the variable as it was
    monkeypatch.delenv(DISCOVERY_RANGE)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    context = LaunchContext()
    entities = PythonLaunchDescriptionSource(str(file)).get_launch_description(context).entities
    before_nodes = entities[: entities.index(LIMIT_DISCOVERY) + 1]
    assert all(isinstance(entity, DeclareLaunchArgument) for entity in before_nodes[:-1])
    context.launch_configurations.update(arguments)
    for entity in before_nodes:
        entity.visit(context)
    assert os.environ[DISCOVERY_RANGE] == expected
