"""Each check finds what is wrong with an invented computer, says how much it matters, and what to type."""

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

from exo.doctor import (
    can_interfaces,
    clock,
    dds_network,
    optional_programs,
    python_packages,
    realtime_limits,
    recording_disk,
    ros_installation,
    rviz,
    simulation_engine,
)
from exo.doctor import machine as machine_module
from exo.doctor.finding import Finding, Level
from exo.doctor.machine import Ended, run_program, sleep_overshoots_s
from exo.doctor.subjects import SUBJECTS

from .conftest import MakeMachine, run_well


def wrong(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level is not Level.OK]


def only(findings: list[Finding]) -> Finding:
    (finding,) = wrong(findings)
    assert finding.fix
    return finding


def fail(last_error: str = "broken", output: str = "") -> object:
    def run(words: Sequence[str]) -> Ended:
        return Ended(1, output, last_error)

    return run


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda module: module.__name__.rpartition(".")[2])
def test_nothing_is_wrong_with_a_good_computer(subject: ModuleType, make_machine: MakeMachine) -> None:
    findings = subject.check(make_machine())
    assert findings
    assert wrong(findings) == []
    assert [finding.fix for finding in findings] == [""] * len(findings)


@pytest.mark.parametrize(("version", "level"), [((3, 9, 2), Level.PROBLEM), ((3, 14, 0), Level.PROBLEM)])
def test_a_python_that_is_too_old_or_new(
    version: tuple[int, int, int], level: Level, make_machine: MakeMachine
) -> None:
    finding = only(python_packages.check(make_machine(python=version)))
    assert finding.level is level
    assert "needs 3.10 to 3.13" in finding.text


def test_the_makefile_asks_for_the_same_python(repo_root: Path) -> None:
    (line,) = re.findall(r"^CHECK_PYTHON.*$", (repo_root / "Makefile").read_text(), re.MULTILINE)
    assert f"{python_packages.OLDEST} <= sys.version_info[:2] <= {python_packages.NEWEST}" in line


def test_every_file_of_requirements_has_a_purpose(repo_root: Path) -> None:
    files = {path.name for path in (repo_root / "requirements").glob("*.txt")}
    assert files - {"constraints.txt"} <= set(python_packages.PURPOSES)


@pytest.mark.parametrize(
    ("file", "line", "level", "text"),
    [
        ("base.txt", "numba==1.0", Level.NOTE, "numba 0.68.1 instead of 1.0"),
        ("base.txt", "tqdm==1.0  # why", Level.PROBLEM, "not installed: tqdm"),
        ("train.txt", "torch==1.0", Level.NOTE, "for training, not installed: torch"),
    ],
)
def test_packages_that_are_missing_or_not_as_pinned(
    file: str, line: str, level: Level, text: str, make_machine: MakeMachine
) -> None:
    finding = only(python_packages.check(make_machine({f"checkout/requirements/{file}": line})))
    assert finding.level is level
    assert text in finding.text


def test_a_distributions_packages_are_not_compared(make_machine: MakeMachine) -> None:
    files = {"checkout/requirements/ros.txt": "rclpy==1.0", "checkout/requirements/base.txt": "numpy==0.1"}
    beside_one = make_machine(files, environ={"ROS_DISTRO": "jazzy"})
    assert wrong(python_packages.check(beside_one)) == []
    assert len(wrong(python_packages.check(make_machine(files)))) == 2


def test_a_line_for_another_python_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text('a==1; python_version < "3.0"\nb==2; python_version >= "3.0"  # why\n-r c.txt\n')
    assert [requirement.name for requirement in python_packages.requirements(tmp_path / "a.txt")] == ["b"]


def scone(answer: Ended) -> object:
    """Return how programs run where only the search for SCONE does not go well."""

    def run(words: Sequence[str]) -> Ended:
        return answer if "find_scone" in words[-1] else Ended(0, "", "")

    return run


def test_an_engine_that_cannot_be_imported(make_machine: MakeMachine) -> None:
    def run(words: Sequence[str]) -> Ended:
        return run_well(words) if "find_scone" in words[-1] else Ended(1, "", "ImportError: no llvmlite")

    finding = only(simulation_engine.check(make_machine(run=run)))
    assert (finding.level, finding.fix) == (Level.PROBLEM, "make setup")
    assert "no llvmlite" in finding.text


@pytest.mark.parametrize(("usable", "level"), [("true", Level.OK), ("false", Level.NOTE)])
def test_a_machine_without_scone_is_told_so(usable: str, level: Level, make_machine: MakeMachine) -> None:
    answer = Ended(0, f'a line of SCONE itself\n{{"usable": {usable}, "text": "SCONE 2.5"}}', "")
    findings = simulation_engine.check(make_machine(run=scone(answer)))
    (found,) = (finding for finding in findings if finding.text == "SCONE 2.5")
    assert found.level is level


@pytest.mark.parametrize(
    ("module", "longest_s", "text"),
    [("import os; os._exit(139)", 100.0, "ends Python with code 139"), ("import time; time.sleep(99)", 1.0, "hangs")],
)
def test_a_scone_whose_import_crashes_or_hangs_is_a_problem(
    module: str, longest_s: float, text: str, make_machine: MakeMachine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "sconepy.py").write_text(module)
    monkeypatch.setenv("SCONEPY_PATH", str(tmp_path))
    monkeypatch.setattr(machine_module, "LONGEST_RUN_S", longest_s)

    def run(words: Sequence[str]) -> Ended:
        return run_program(words) if "find_scone" in words[-1] else Ended(0, "", "")

    finding = only(simulation_engine.check(make_machine(run=run)))
    assert finding.level is Level.PROBLEM
    assert f"importing sconepy {text}" in finding.text and str(tmp_path) in finding.text


def test_a_single_processor_is_a_note(make_machine: MakeMachine) -> None:
    assert only(simulation_engine.check(make_machine(cores=1))).level is Level.NOTE


@pytest.mark.parametrize(("distribution", "fix"), [("", "make setup && . ./env.sh"), ("jazzy", "/opt/ros/jazzy")])
def test_a_broken_rclpy_is_a_problem_and_not_the_end(distribution: str, fix: str, make_machine: MakeMachine) -> None:
    machine = make_machine(run=fail("ImportError: librcl.so"))
    machine.environ["ROS_DISTRO"] = distribution  # type: ignore[index]
    finding = only(ros_installation.check(machine))
    assert finding.level is Level.PROBLEM
    assert "librcl.so" in finding.text
    assert fix in finding.fix


def test_a_terminal_without_env_sh(make_machine: MakeMachine) -> None:
    bare = make_machine(environ={}, which=lambda name: None)
    assert [finding.fix for finding in wrong(ros_installation.check(bare))] == [". ./env.sh"] * 2


@pytest.mark.parametrize(
    ("variable", "value", "level"),
    [
        ("RMW_IMPLEMENTATION", "rmw_zenoh_cpp", Level.NOTE),
        ("ROS_AUTOMATIC_DISCOVERY_RANGE", "SUBNET", Level.NOTE),
        ("ROS_AUTOMATIC_DISCOVERY_RANGE", "", Level.NOTE),
        ("ROS_AUTOMATIC_DISCOVERY_RANGE", "OFF", Level.PROBLEM),
        ("ROS_DOMAIN_ID", "102", Level.NOTE),
        ("ROS_DOMAIN_ID", "233", Level.PROBLEM),
        ("ROS_DOMAIN_ID", "one", Level.PROBLEM),
    ],
)
def test_variables_of_dds(variable: str, value: str, level: Level, make_machine: MakeMachine) -> None:
    machine = make_machine({"sys/class/net/lo/flags": "0x1009"})
    machine.environ[variable] = value  # type: ignore[index]
    assert only(dds_network.check(machine)).level is level


@pytest.mark.parametrize(
    ("flags", "middleware", "level"), [("0x8", "", Level.PROBLEM), ("0x9", "rmw_cyclonedds_cpp", Level.NOTE)]
)
def test_the_loopback_interface(flags: str, middleware: str, level: Level, make_machine: MakeMachine) -> None:
    machine = make_machine({"sys/class/net/lo/flags": flags})
    machine.environ["RMW_IMPLEMENTATION"] = middleware  # type: ignore[index]
    (finding,) = (finding for finding in wrong(dds_network.check(machine)) if "lo" in finding.text.split())
    assert finding.level is level
    assert finding.fix.startswith("sudo ip link set lo")


@pytest.mark.parametrize("change", [{"free_bytes": lambda path: 2**20}, {"writable": lambda path: False}])
def test_shared_memory_that_is_small_or_closed(change: dict[str, object], make_machine: MakeMachine) -> None:
    assert "/dev/shm" in only(dds_network.check(make_machine(**change))).text


def test_can_interfaces_and_adapters(make_machine: MakeMachine) -> None:
    down = only(can_interfaces.check(make_machine({"sys/class/net/can0/flags": "0x40080"})))
    assert down.text == "can0 is down"
    assert down.fix.startswith("sudo ip link set can0 type can bitrate 1000000")
    closed = make_machine({"sys/class/net/can0/flags": "0x1", "dev/ttyACM0": ""}, writable=lambda path: False)
    assert "/dev/ttyACM0" in only(can_interfaces.check(closed)).text


def test_a_computer_without_can(make_machine: MakeMachine) -> None:
    bare = make_machine({"sys/class/net/can0/type": "1"}, which=lambda name: None, version=lambda name: None)
    found = wrong(can_interfaces.check(bare))
    assert [finding.level for finding in found] == [Level.PROBLEM, Level.NOTE, Level.NOTE]
    assert [finding.text.split(":")[0] for finding in found] == [
        "python-can is missing",
        "no CAN interface",
        "no command ip",
    ]


def test_a_machine_that_wakes_up_late(make_machine: MakeMachine) -> None:
    late = only(clock.check(make_machine(sleep_overshoots_s=lambda: [1e-4, 1e-4, 0.02])))
    assert late.level is Level.NOTE
    assert "0.10 ms late (median), 20.00 ms at most" in late.text


def test_a_slow_clock_source(make_machine: MakeMachine) -> None:
    name = "sys/devices/system/clocksource/clocksource0/current_clocksource"
    assert "hpet" in only(clock.check(make_machine({name: "hpet"}))).text


@pytest.mark.parametrize(("code", "output", "notes"), [(0, "yes", 0), (0, "no", 1), (1, "", 0)])
def test_the_time_of_day(code: int, output: str, notes: int, make_machine: MakeMachine) -> None:
    machine = make_machine({"run/systemd/timesync/synchronized": None}, run=lambda words: Ended(code, output, ""))
    assert len(wrong(clock.check(machine))) == notes


def test_no_right_to_a_real_time_priority(make_machine: MakeMachine) -> None:
    finding = only(realtime_limits.check(make_machine(run=fail())))
    assert "(rtprio 50, memlock unlimited)" in finding.text
    assert realtime_limits.LIMITS_FILE in finding.fix


def test_processors_that_may_not_be_kept_awake(make_machine: MakeMachine) -> None:
    without = realtime_limits.check(make_machine({"dev/cpu_dma_latency": None}))
    assert wrong(without) == [] and any("no /dev/cpu_dma_latency" in finding.text for finding in without)
    finding = only(realtime_limits.check(make_machine(writable=lambda path: path.name != "cpu_dma_latency")))
    assert finding.level is Level.NOTE and "/dev/cpu_dma_latency may not be written" in finding.text


def test_a_governor_that_saves_energy(make_machine: MakeMachine) -> None:
    slow = {"sys/devices/system/cpu/cpu1/cpufreq/scaling_governor": "powersave"}
    assert "governor performance, powersave" in only(realtime_limits.check(make_machine(slow))).text


@pytest.mark.parametrize(
    ("change", "level"),
    [
        ({"free_bytes": lambda path: 10**7}, Level.PROBLEM),
        ({"free_bytes": lambda path: 10**9}, Level.NOTE),
        ({"writable": lambda path: False}, Level.PROBLEM),
    ],
)
def test_the_disk(change: dict[str, object], level: Level, make_machine: MakeMachine) -> None:
    assert only(recording_disk.check(make_machine(**change))).level is level


def test_programs_that_are_not_there(make_machine: MakeMachine) -> None:
    found = wrong(optional_programs.check(make_machine(which=lambda name: None)))
    assert {finding.level for finding in found} == {Level.NOTE}
    assert [finding.fix.split()[-1] for finding in found] == ["gcc", "git", "chromium"]


@pytest.mark.parametrize(("distribution", "end"), [("jazzy", "rviz2"), (None, "rviz2, of a ROS 2 distribution")])
def test_a_computer_without_rviz(distribution: str | None, end: str, make_machine: MakeMachine) -> None:
    machine = make_machine({"prefix/share/ament_index/resource_index/packages/rviz2": None})
    environ = {**machine.environ, "ROS_DISTRO": distribution or ""}
    finding = only(rviz.check(dataclasses.replace(machine, environ=environ)))
    assert finding.level is Level.NOTE and "view:=true" in finding.text
    assert finding.fix == f"sudo apt install ros-jazzy-{end}"


def test_a_computer_without_what_shows_the_robot_model(make_machine: MakeMachine) -> None:
    publisher = "prefix/share/ament_index/resource_index/packages/robot_state_publisher"
    finding = only(rviz.check(make_machine({publisher: None}, run=fail())))
    assert finding.level is Level.NOTE and "no robot_state_publisher and no xacro" in finding.text
    assert finding.fix.startswith("sudo apt install ros-jazzy-robot-state-publisher ros-jazzy-xacro")


def test_a_program_that_fails_or_is_missing_has_ended_with_its_last_line() -> None:
    assert run_program(["sh", "-c", "echo out; echo a >&2; echo b >&2; exit 3"]) == Ended(3, "out", "b")
    assert run_program(["/nowhere/program"]).code == 1


def test_sleeps_are_never_too_short() -> None:
    assert min(sleep_overshoots_s()) >= 0.0
