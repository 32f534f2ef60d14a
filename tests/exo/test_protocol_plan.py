"""Launch arguments of a trial in phases, checked before anything starts."""

import json
from pathlib import Path

import pytest

from exo import protocol_plan
from exo.hardware_plan import HardwarePlan
from exo.protocol_plan import ProtocolPlan, plan_protocol_trial
from exo.trial_plan import TrialPlan
from exo_control.errors import ConfigError
from exo_sim.gait import load_gait

DEFAULTS = {
    "protocol": "metabolic",
    "subject": "reference",
    "resume": "",
    "duration_scale": "1.0",
    "speed_m_s": "",
    "seed": "0",
    "order_seed": "",
    "device": "",
    "calibration": "",
    "estop": "launch",
    "realtime_priority": "",
    "gait": "geyer_herr",
    "real_time_factor": "1.0",
    "lockstep": "false",
    "trial_dir": "",
    "namespace": "",
    "policy_params": "",
    "simulation_params": "",
    "hardware_params": "",
}


def plan(folder: Path, **given: str) -> ProtocolPlan:
    return plan_protocol_trial({"trial_dir": str(folder), **given}, DEFAULTS)


def test_a_simulated_trial(tmp_path: Path) -> None:
    made = plan(tmp_path / "trial", duration_scale="0.01", subject="small", order_seed="3")
    assert made.bag == tmp_path / "trial" / "bag" and made.first_phase == 0
    assert made.person == {"motion": "stand", "more_gaits": ""}
    assert isinstance(made.nodes, TrialPlan)
    assert made.nodes.gait == "speeds/geyer_herr_1.36" and made.nodes.policy == "zero"
    assert made.conductor["person"] == "simulation"
    data = made.custom_data()
    assert (data["protocol"], data["order_seed"], data["subject"]) == ("metabolic", "3", "small")
    assert data["protocol_sha256"] == made.schedule.protocol_sha256
    assert set(json.loads(data["policies_sha256"])) == {"lstm_8nm"}
    kept = json.loads((tmp_path / "trial" / "trial.json").read_text())
    assert kept["mass_kg"] < 70.0 and kept["schedule"]["phases"][0]["duration_s"] == pytest.approx(3.0)


def test_the_gaits_of_all_speeds_are_prepared(tmp_path: Path) -> None:
    made = plan(tmp_path, protocol="speed")
    assert made.motions == [f"speeds/geyer_herr_{speed}" for speed in ("0.83", "1.11", "1.39")]
    assert made.person["more_gaits"] == "speeds/geyer_herr_1.11 speeds/geyer_herr_1.39"


def test_a_virtual_subject_walks_its_own_gait_at_its_own_speed(tmp_path: Path) -> None:
    speed = load_gait("cohort/s01").speed_m_s
    made = plan(tmp_path, subject="cohort/s01", gait="cohort/s01", speed_m_s=f"{speed}")
    assert set(made.motions) == {"stand", "cohort/s01"}
    assert {phase.speed_m_s for phase in made.schedule.phases if phase.kind == "walk"} == {speed}
    assert {phase.speed_m_s for phase in made.schedule.phases if phase.kind != "walk"} == {0.0}


def test_emulated_drives(tmp_path: Path) -> None:
    made = plan(tmp_path, device="emulated")
    assert isinstance(made.nodes, HardwarePlan) and made.nodes.emulate and made.nodes.duration_s == 0.0
    assert made.conductor["person"] == "emulator"


def test_the_order_is_that_of_the_seed_unless_it_has_its_own(tmp_path: Path) -> None:
    orders = [plan(tmp_path / str(seed), seed=str(seed)).schedule for seed in range(3)]
    assert len({schedule.phases[3].name for schedule in orders}) == 2
    assert plan(tmp_path / "own", seed="1", order_seed="2").schedule == orders[2]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("protocol", "metabolik", "unknown protocol 'metabolik'; did you mean 'metabolic'?"),
        ("speed_m_s", "3", "needs a number from 0.1 to 2.5"),
        ("duration_scale", "0", "needs a number from 0.001 to 10"),
        ("order_seed", "first", "needs a whole number from 0 to"),
        ("subject", "nobody", "unknown subject 'nobody'"),
        ("gait", "two_state", "does not walk 1.36 m/s; it walks 1.3 m/s"),
        ("device", "missing.yaml", "cannot read the file"),
        ("resume", "nowhere", "trial.json: cannot read the file"),
    ],
)
def test_a_bad_value_is_named_with_its_argument(tmp_path: Path, name: str, value: str, message: str) -> None:
    given = {name: value} if name == "resume" else {name: value, "trial_dir": str(tmp_path / "trial")}
    with pytest.raises(ConfigError) as caught:
        plan_protocol_trial(given, DEFAULTS)
    assert str(caught.value).startswith(f"launch argument {name}:={value}: ") and message in str(caught.value)
    assert not (tmp_path / "trial").exists()


def test_a_resumed_trial_is_as_it_began(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = plan(tmp_path, subject="tall", duration_scale="0.1", seed="5")
    (tmp_path / "bag").mkdir()
    monkeypatch.setattr(protocol_plan, "phase_to_go_on_with", lambda folder, phases: 4)
    resumed = plan_protocol_trial({"resume": str(tmp_path), "lockstep": "true"}, DEFAULTS)
    assert resumed.schedule == begun.schedule and resumed.first_phase == 4
    assert resumed.bag == tmp_path / "bag_2"
    assert isinstance(resumed.nodes, TrialPlan) and resumed.nodes.lockstep and resumed.nodes.subject == "tall"
    assert resumed.custom_data()["trial_id"] == tmp_path.name


def test_what_makes_it_another_trial_is_refused(tmp_path: Path) -> None:
    plan(tmp_path)
    with pytest.raises(ConfigError, match="launch argument subject:=small: a resumed trial goes on as it began"):
        plan_protocol_trial({"resume": str(tmp_path), "subject": "small"}, DEFAULTS)


def test_a_finished_trial_is_not_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan(tmp_path)
    monkeypatch.setattr(protocol_plan, "phase_to_go_on_with", lambda folder, phases: None)
    with pytest.raises(ConfigError, match="all phases are finished; start another trial"):
        plan_protocol_trial({"resume": str(tmp_path)}, DEFAULTS)
