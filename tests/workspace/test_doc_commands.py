"""Every command of the documents is understood, and run by a test unless it is marked."""

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from exo import cli
from ros2_subset.fallback_path import enable_fallback

from .command_checks import TOP, option_strings, problems
from .shell_blocks import MARKS, Command, commands

enable_fallback()  # the launch files need the launch package, or its stand-in

DOCUMENTS = [TOP / "README.md", TOP / "CONTRIBUTING.md", *sorted((TOP / "docs").rglob("*.md"))]

RUN_HERE = ("exo version", "exo doctor", "exo compare config/studies/paper_table_iv.csv --changes")
"""Commands that are run below as they stand."""

RUN_ELSEWHERE = {
    ". ./env.sh": "tests/workspace/test_env.py",
    "exo bench engine": "tests/exo/test_bench.py",
    "exo bench latency": "tests/exo_nodes/test_latency_benchmark.py",
    "exo bench policy": "tests/exo/test_export.py",
    "exo bench train": "tests/exo/test_train.py",
    "exo bench report": "tests/exo/test_bench_report.py",
    "exo bench view": "tests/exo/test_bench_view.py",
    "exo bound": "tests/exo/test_bound.py",
    "exo calibrate": "tests/exo/test_calibrate.py",
    "exo cohort": "tests/exo/test_cohort_command.py",
    "exo compare": "tests/exo/test_compare.py",
    "exo curves": "tests/exo/test_train.py",
    "exo doctor": "tests/exo/test_doctor.py",
    "exo evaluate": "tests/exo/test_evaluate.py",
    "exo export": "tests/exo/test_export.py",
    "exo gather": "tests/exo/test_gather.py",
    "exo metabolic": "tests/exo/test_phase_figures.py",
    "exo optimize-gait": "tests/exo/test_optimize_gait.py",
    "exo render": "tests/exo/test_render.py",
    "exo reproduce": "tests/exo/test_cohort_command.py",
    "exo report": "tests/exo/test_report.py",
    "exo scone compare": "tests/exo_scone/test_comparison.py",
    "exo scone export-par": "tests/exo_scone/test_par_files.py",
    "exo scone find": "tests/exo_scone/test_finder.py",
    "exo scone import-par": "tests/exo_scone/test_par_files.py",
    "exo scone scenario": "tests/exo_scone/test_scenario_files.py",
    "exo soak": "tests/launch/test_soak.py",
    "exo study": "tests/exo/test_study.py",
    "exo summary": "tests/exo/test_summary_errors.py",
    "exo test-safety": "tests/exo/test_test_safety.py",
    "exo train": "tests/exo/test_train.py",
    "exo walk": "tests/exo/test_walk.py",
    "make docs": "tests/workspace/test_site.py",
    "make lint": ".ci/run",
    "make setup": "tests/workspace/test_make.py",
    "make sim": "tests/launch/test_sim_launch.py",
    "make test": ".ci/run",
    "make train": "tests/exo/test_train.py",
    "ros2 launch exo hardware.launch.py": "tests/launch/test_hardware_launch.py",
    "ros2 launch exo ros2_control.launch.py": "tests/launch/test_ros2_control_launch.py",
    "ros2 launch exo sim.launch.py": "tests/launch/test_sim_launch.py",
    "ros2 launch exo train.launch.py": "tests/launch/test_train_launch.py",
    "ros2 launch exo trial.launch.py": "tests/launch/test_trial_launch.py",
    "ros2 run exo_nodes simulation_node": "tests/exo_nodes/test_nodes.py",
    "ros2 run exo_nodes estop_node": "tests/exo_nodes/test_estop_node.py",
    "ros2 run exo_nodes policy_node": "tests/exo_nodes/test_nodes.py",
    "ros2 bag info": "tests/ros2_subset/test_bag_info.py",
    "ros2 topic echo": "tests/ros2_subset/test_topic.py",
    "ros2 topic hz": "tests/ros2_subset/test_topic.py",
}
"""Beginnings of commands, and the test that runs the same, as a rule with less to do."""


def is_run(command: Command) -> bool:
    text = str(command)
    return text in RUN_HERE or any(text == start or text.startswith(f"{start} ") for start in RUN_ELSEWHERE)


def unexplained(document: str) -> list[str]:
    """Return the commands that no test runs and that have no mark, and the marks that do not exist."""
    found = [*commands(document)]
    unknown = [f"mark {mark}" for command in found for mark in command.marks if mark not in MARKS]
    return unknown + [str(command) for command in found if not command.marks and not is_run(command)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(TOP)))
def test_every_command_is_understood_and_run_by_a_test_or_marked(document: Path) -> None:
    text = document.read_text()
    assert [f"{command}: {found}" for command in commands(text) if (found := problems(command.words))] == []
    assert unexplained(text) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(TOP)))
def test_every_command_within_a_line_is_understood(document: Path) -> None:
    prose = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
    for text in re.findall(
        r"`((?:exo|make|ros2 launch exo|ros2 run exo_nodes|ros2 param set|ros2 service call) [^`]+)`", prose
    ):
        words = tuple(text.replace('"', "").split())
        if words[0] == "exo":  # as a rule without what it needs, such as the name of a run
            if words[1] in cli.COMMANDS:
                assert {word for word in words if word.startswith("--")} <= option_strings(words[1]) | {"--help"}, text
        elif "=..." not in text:
            assert problems(words) == [], text


def literals(file: Path) -> Iterator[list[object]]:
    """Yield the lists, tuples and arguments of calls in a Python file; None stands for what is no literal."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, (ast.List, ast.Tuple, ast.Call)):
            items = node.args if isinstance(node, ast.Call) else node.elts
            yield [item.value if isinstance(item, ast.Constant) else None for item in items]


def calls(file: Path, words: list[str]) -> bool:
    """Whether words stand beside each other in a list or call of a Python file, as where they are run."""
    found = [*literals(file)]
    return any(words == items[at : at + len(words)] for items in found for at in range(len(items)))


@pytest.mark.parametrize("start", RUN_ELSEWHERE)
def test_the_test_that_runs_a_command_names_it(start: str) -> None:
    program, *words = re.split(r"[ /]", start)
    file = TOP / RUN_ELSEWHERE[start]
    if program == "exo":
        assert calls(file, words)
    elif start.startswith(("ros2 launch", "ros2 run")):  # by a fixture, which adds the rest
        nodes = ast.walk(ast.parse(file.read_text()))
        assert words[-1] in [node.value for node in nodes if isinstance(node, ast.Constant)]
    else:
        assert words[-1] in file.read_text()


def test_the_commands_that_are_run_here_are_in_the_documents() -> None:
    found = {str(command) for document in DOCUMENTS for command in commands(document.read_text())}
    assert set(RUN_HERE) <= found


@pytest.mark.parametrize("command", RUN_HERE)
def test_the_command_runs(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(TOP / "config" / "studies", tmp_path / "config" / "studies")
    # The doctor's exit code is 1 where this computer has a problem.
    assert cli.main(command.split()[1:]) in ((0, 1) if command == "exo doctor" else (0,))
    assert capsys.readouterr().out


EXAMPLE = """
```sh
exo walk --seconds 3   # a comment
make sim ARGS="policy:=dofc" && . ./env.sh
for seed in 1 2; do exo train --seed $seed; done
A=1 ros2 launch exo sim.launch.py \\
  seed:=1 $(printf x)
exo_of_another_project
```
<!-- not tested: system, hardware -->
```sh
sudo reboot
```
```
no shell
```
"""


def test_blocks_are_taken_apart() -> None:
    assert [(str(command), command.marks) for command in commands(EXAMPLE)] == [
        ("exo walk --seconds 3", ()),
        ("make sim ARGS=policy:=dofc", ()),
        (". ./env.sh", ()),
        ("exo train --seed 1", ()),
        ("ros2 launch exo sim.launch.py seed:=1", ()),
        ("exo_of_another_project", ()),
        ("sudo reboot", ("system", "hardware")),
    ]
    assert unexplained(EXAMPLE) == ["exo_of_another_project"]
    assert unexplained(EXAMPLE.replace("system", "whim")) == ["mark whim", "exo_of_another_project"]


@pytest.mark.parametrize(
    "command",
    [
        "exo wlak",
        "exo walk --second 3",
        "exo walk --gait limp",
        "exo walk --policy doffc",
        "exo evaluate --law law_9nm",
        "exo compare config/studies/none.csv",
        "ros2 launch exo simm.launch.py",
        "ros2 launch exo sim.launch.py sed:=1",
        "ros2 launch exo sim.launch.py engine:=steam",
        "ros2 run exo_nodes nobody",
        "ros2 run exo_nodes policy_node --ros-args -p polcy:=zero",
        "ros2 run exo_nodes simulation_node -p lean:=0.1",
        "ros2 topic hs exo/joint_states",
        "ros2 topic hz exo/joint_state",
        "ros2 bag infos trials/x",
        "ros2 param set /policy polcy zero",
        "ros2 service call /exo/halt std_srvs/srv/Trigger",
        "ros2 service call /exo/stop std_srvs/srv/Empty",
        "python tests/none.py",
        "docker compose --file docker/compose.yaml run --rm simm",
        "docker compose --file docker/compose.yaml run --rm sim ros2 launch exo sim.launch.py sed:=1",
        "docker compose --file docker/compose.yaml run --rm train --configg paper",
        "make tset",
        "make sim ARGS=sed:=1",
        "make train ARGS=--configg",
    ],
)
def test_a_command_that_would_fail_is_found(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert problems(tuple(command.split()))
