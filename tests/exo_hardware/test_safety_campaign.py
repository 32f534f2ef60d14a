"""The fault campaign passes as shipped, and fails when any one rule or watchdog is taken out."""

from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from exo_control.config_files import load_config
from exo_control.joints import POLICY_PERIOD_S
from exo_hardware import torque_loop
from exo_hardware.campaign_faults import FaultRow
from exo_hardware.campaign_rig import CampaignRig
from exo_hardware.device_config import DeviceConfig
from exo_hardware.device_state import FaultKind
from exo_hardware.emulation_config import DriveEmulation
from exo_hardware.safety_campaign import ROWS, RowResult, SafetyCampaign, rows_for, with_drives
from exo_safety.limiter import SafetyLimiter
from exo_safety.limits import SafetyLimits, load_limits
from exo_safety.status import Fault, Rule

CONFIG = Path(__file__).parents[2] / "config"
NAMES = {row.name: row for row in ROWS}

Change = Callable[[CampaignRig], None]


@pytest.fixture(scope="session")
def limits() -> SafetyLimits:
    """The shipped limits with a short soft start, which costs each trial two seconds."""
    return load_limits(CONFIG / "safety" / "limits.yaml").model_copy(update={"soft_start_s": 0.2})


@pytest.fixture(scope="session")
def device() -> DeviceConfig:
    return load_config(CONFIG / "hardware" / "device.yaml", DeviceConfig)


@pytest.fixture(scope="session")
def campaign(limits: SafetyLimits, ideal: DriveEmulation, device: DeviceConfig) -> Callable[[Change], SafetyCampaign]:
    return lambda change: SafetyCampaign(device, ideal, limits, 5, change)


@pytest.fixture(scope="session")
def run(campaign: Callable[[Change], SafetyCampaign]) -> Callable[..., RowResult]:
    def run_row(name: str, trials: int, change: Change = lambda rig: None) -> RowResult:
        *_, result = campaign(change).run_row(NAMES[name], trials)
        return result

    return run_row


@pytest.mark.parametrize("name", NAMES)
def test_the_row_holds(run, name: str) -> None:
    result = run(name, 3)
    assert result.passed, result.problems
    assert result.trials == 3 and (result.slowest_s is None) == (result.within_s is None)


BY_OTHER_MEANS = {22, 25}
"""The campaign itself, and the use of the limiter in simulation, which other tests see."""


def test_every_point_of_the_checklist_has_a_row_for_each_make() -> None:
    for make in ("cubemars", "moteus"):
        assert {row.point for row in rows_for(make)} == set(range(1, 26)) - BY_OTHER_MEANS


def test_every_fault_row_states_time_name_and_report() -> None:
    rows = [row for row in ROWS if isinstance(row, FaultRow)]
    unnamed = [row.name for row in rows if row.fault is None or not row.report]
    assert unnamed == ["computer stops"]  # nobody is left to report it


def test_torque_that_lasts_another_name_and_a_fault_that_goes_by_itself_are_problems(campaign) -> None:
    row = NAMES["drive silent"]
    assert isinstance(row, FaultRow)

    def problem(**changes: Any) -> str:
        *_, result = campaign(lambda rig: None).run_row(replace(row, **changes), 1)
        return "".join(result.problems)

    def heal_and_forget(rig: CampaignRig) -> None:
        row.heal(rig)
        rig.wait(0.1)
        rig.loop.limiter = SafetyLimiter(rig.loop.limits, POLICY_PERIOD_S)
        rig.loop.start()

    assert "torque for 0.05" in problem(within_s=lambda limits, device: 0.0)
    assert "reported as drive: silent" in problem(report="another text")
    assert problem(heal=heal_and_forget) == "torque came back by itself"


OTHER_DRIVES = (
    ("cubemars", "realistic", "drive silent"),
    ("moteus", "ideal", "bus-off"),
    ("moteus", "ideal", "supply too low"),
    ("moteus", "ideal", "drive silent"),
    ("moteus", "realistic", "zero torque on every way out"),
)
"""Rows in which the make or the lag of the drives matters."""


@pytest.mark.parametrize(("make", "kind", "name"), OTHER_DRIVES)
def test_the_row_holds_on_other_drives(request, limits: SafetyLimits, device, make: str, kind: str, name: str) -> None:
    if make == "moteus":
        pytest.importorskip("moteus")
    drives = request.getfixturevalue(kind)
    *_, result = SafetyCampaign(with_drives(device, make), drives, limits, 5).run_row(NAMES[name], 1)
    assert result.passed, result.problems


def take_out(rule: Enum) -> Change:
    """Return a change that takes one rule out of the limiter."""

    def change(rig: CampaignRig) -> None:
        limiter = rig.loop.limiter
        for table in ("_checks", "_shaping", "_warnings"):
            setattr(limiter, table, tuple(entry for entry in getattr(limiter, table) if entry[0] is not rule))

    return change


RULES = {
    Rule.TORQUE_CAP: "torque within its cap",
    Rule.TORQUE_RATE: "torque within its rate",
    Rule.MEAN_POWER: "power within its caps",
    Rule.RANGE_OF_MOTION: "outward torque fades towards the hard range of motion",
    Rule.LATE_COMMAND: "torque fades with late answers",
    Rule.TEMPERATURE: "torque fades with temperature",
    Rule.SOFT_START: "soft start and stop ramp",
    Fault.RANGE_OF_MOTION: "hip beyond its hard range of motion",
    Fault.VELOCITY: "hip too fast",
    Fault.INVALID_INPUT: "command not a number",
    Fault.COMMAND_AGE: "policy stops answering",
    Fault.ENCODER_JUMP: "encoder jumps",
    Fault.ENCODER_STUCK: "encoder stuck",
    Fault.TORQUE_TRACKING: "drive gives no torque",
    Fault.TEMPERATURE: "drive hot",
}


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_row_fails_without_its_rule(run, rule: Enum) -> None:
    assert not run(RULES[rule], 2, take_out(rule)).passed


def no_emergency_stop(rig: CampaignRig) -> None:
    rig.loop.emergency_stop = None


def deaf_to(kind: FaultKind) -> Change:
    def change(rig: CampaignRig) -> None:
        take: Any = rig.driver.receive
        rig.driver.receive = lambda *longest_s: _without(take(*longest_s), kind)  # type: ignore[method-assign]

    return change


def _without(state: Any, kind: FaultKind) -> Any:
    import dataclasses

    return dataclasses.replace(state, faults=tuple(fault for fault in state.faults if fault.kind is not kind))


def no_drive_watchdog(rig: CampaignRig) -> None:
    """The drives have one while it is checked, and lose it afterwards."""
    start = rig.start

    def start_and_lose() -> None:
        start()
        for drive in rig.bench.drives:
            drive.timeout_s = None

    rig.start = start_and_lose  # type: ignore[method-assign]


WATCHDOGS: dict[str, tuple[str, Change]] = {
    "emergency stop": ("emergency stop pressed", no_emergency_stop),
    "heartbeat": ("emergency stop falls silent", no_emergency_stop),
    "emergency stop at the start": ("no start without emergency stop", no_emergency_stop),
    "bus faults": ("bus-off", deaf_to(FaultKind.BUS)),
    "refused frames": ("adapter takes no frame", deaf_to(FaultKind.BUS)),
    "errors of a drive": ("one drive reports an error", deaf_to(FaultKind.DRIVE)),
    "strangers on the bus": ("drive answers as another", deaf_to(FaultKind.UNKNOWN_ID)),
    "the drives' own": ("computer stops", no_drive_watchdog),
}


@pytest.mark.parametrize("watchdog", WATCHDOGS)
def test_the_row_fails_without_its_watchdog(run, watchdog: str) -> None:
    row, change = WATCHDOGS[watchdog]
    assert not run(row, 2, change).passed


def test_without_the_check_a_drive_that_holds_its_command_is_not_refused(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torque_loop, "check_watchdog", lambda driver, wait: driver.disable())
    assert not run("no start with a drive whose watchdog is off", 1).passed


def test_a_silent_drive_is_found_by_its_age_even_if_the_driver_does_not_say_so(run) -> None:
    (problem,) = run("drive silent", 1, deaf_to(FaultKind.SILENT)).problems
    assert "reported as feedback_age: no encoder reading for" in problem


def test_the_same_seed_gives_the_same_campaign(run) -> None:
    assert run("encoder jumps", 2) == run("encoder jumps", 2)
