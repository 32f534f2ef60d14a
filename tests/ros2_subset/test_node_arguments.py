"""What nodes get on their command line from launch files."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def everything() -> dict[str, list[str]]:
    return {}


@pytest.fixture
def arguments(ros2: Callable, everything: dict[str, list[str]]) -> dict[str, list[str]]:
    """Lines that the show_arguments processes of nodes.launch.py have printed, by process."""
    if not everything:
        done = ros2("launch", "demo_pkg", "nodes.launch.py")
        assert done.returncode == 0, done.stdout
        for process, line in re.findall(r"^\[(\w+)-\d+\] (.*)$", done.stdout, re.MULTILINE):
            everything.setdefault(process, []).append(line)
    return everything


def parameters(lines: list[str]) -> list[object]:
    return [json.loads(line.removeprefix("params ")) for line in lines if line.startswith("params ")]


def test_a_plain_node(arguments: dict[str, list[str]]) -> None:
    assert arguments["plain"] == ["word --ros-args", "env DEMO_SET set to 5"]


def test_name_and_arguments(arguments: dict[str, list[str]]) -> None:
    assert arguments["named"][:-1] == [
        "word --speed",
        "word 5",
        "word --ros-args",
        "word --log-level",
        "word debug",
        "word --ros-args",
        "-r __node:=walker",
    ]


def test_namespace_and_remaps(arguments: dict[str, list[str]]) -> None:
    assert arguments["absolute"][1:5] == ["-r __node:=walker", "-r __ns:=/robot", "-r in:=/out", "-r a:=b5"]
    assert arguments["relative"][1] == "-r __ns:=/lab"


def test_parameter_values_keep_their_types(arguments: dict[str, list[str]]) -> None:
    expected = {
        "truth": True,
        "whole": 3,
        "real": 1e-05,
        "huge": 1e22,
        "text": "true",
        "digits": "12",
        "colon": "a: b",
        "empty": "",
        "reals": [1.0, 2.5],
        "wholes": [1, 2],
        "texts": ["a", "1"],
        "truths": [True, False],
        "nested.gains.kp": 1.0,
        "nested.gains.kd": 0.5,
    }
    (found,) = parameters(arguments["values"])
    assert found == {"/**": {"ros__parameters": expected}}
    values = found["/**"]["ros__parameters"]  # type: ignore[index]
    assert {name: type(value) for name, value in values.items()} == {
        name: type(value) for name, value in expected.items()
    }


def test_substituted_parameters_follow_yaml(arguments: dict[str, list[str]]) -> None:
    assert parameters(arguments["substituted"]) == [
        {
            "/**": {
                "ros__parameters": {
                    "number": 5,
                    "joined": "n5",
                    "list": [5, 6],
                    "text": "5",
                    "truth": True,
                    "key_5": 1,
                    "home": "nowhere",
                }
            }
        }
    ]


def test_files_and_dicts_keep_their_order(arguments: dict[str, list[str]]) -> None:
    file, values = parameters(arguments["files"])
    assert file["/robot/walker"]["ros__parameters"]["joints"] == ["left_hip", "right_hip"]  # type: ignore[index]
    # Without a namespace the full name is not known, so the wildcard must do.
    assert values == {"/**": {"ros__parameters": {"speed": 1.4}}}


def test_substitutions_in_a_parameter_file(arguments: dict[str, list[str]], demo_prefix: Path) -> None:
    (found,) = parameters(arguments["templates"])
    values = found["/**"]["ros__parameters"]  # type: ignore[index]
    assert values["mode"] == "fast"
    assert values["folder"].endswith("share/demo_pkg/config")
    assert values["escaped"] == "costs $(5)"
    assert values["sum"] == 3


def test_a_group_scopes_what_it_sets(arguments: dict[str, list[str]]) -> None:
    grouped = arguments["grouped"]
    assert "-r __ns:=/outer" in grouped
    assert "-p use_sim_time:=true" in [line.lower() for line in grouped]
    assert "-p number:=5" in grouped  # evaluated when it was set, before the configuration changed
    assert parameters(grouped) == [{"/outer/walker": {"ros__parameters": {"own": 7}}}]
    assert "-r chatter:=gossip" in grouped
    assert "env DEMO_GROUP yes" in grouped
    assert "-r __ns:=/outer/inner/deepest" in arguments["deeper"]
    assert "-r __ns:=/" in arguments["root"]

    after = arguments["after"]
    assert parameters(after) == [{"/**": {"ros__parameters": {"number": 5}}}]
    assert not [line for line in after if "__ns" in line or line.startswith("-p") or "DEMO_GROUP" in line]
