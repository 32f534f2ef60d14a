"""``exo report``: its figures, from walks that are known."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from rosbags.rosbag2 import StoragePlugin

from exo.cli import main
from exo.commands.report import report_trials
from exo.report.trial_report import report_recording
from exo_nodes import topics
from exo_sim.subject import load_subject
from exo_trial.protocol import load_protocol
from exo_trial.schedule import schedule_trial
from exo_trial.trial_file import TrialFile

from .made_up_walk import (
    GROSS_W,
    HIP_PEAK,
    NET_W,
    SPEED_M_S,
    STRIDE_S,
    TORQUE_NM,
    hip,
    write_bag,
)  # fmt: skip

OF_PERSON = topics.RECORDED[3:]


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bag(tmp_path_factory.mktemp("trials") / "walk", fault_from=1300)


def report_json(capsys: pytest.CaptureFixture[str], arguments: Sequence[object]) -> Any:
    assert main(["report", *map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_the_figures_of_a_known_walk(trial: Path) -> None:
    (walk,) = report_recording(trial / "bag").walks
    figures = walk.figures
    mass_kg = load_subject("reference").mass_kg
    assert walk.event == "heel strike"
    assert walk.strides == 8  # of 3 to 14 s
    assert figures["stride_s"] == pytest.approx(STRIDE_S, abs=0.005)
    assert figures["speed_m_s"] == pytest.approx(SPEED_M_S)
    assert figures["step_asymmetry_percent"] == pytest.approx(0.0, abs=0.5)
    assert figures["torque_rms_nm"] == pytest.approx(TORQUE_NM / np.sqrt(2.0), rel=0.01)
    assert figures["torque_peak_nm"] == pytest.approx(TORQUE_NM, rel=0.01)
    # Both hips: torque and velocity are sines in phase, of amplitudes 5 Nm and 0.4 2 pi / 1.2 rad/s.
    assert figures["exo_net_power_w"] == pytest.approx(TORQUE_NM * 0.4 * 2.0 * np.pi / STRIDE_S, rel=0.02)
    assert figures["net_metabolic_rate_w_kg"] == pytest.approx(NET_W / mass_kg, rel=1e-4)
    assert figures["cot_gross"] == pytest.approx(GROSS_W / (mass_kg * SPEED_M_S), rel=1e-4)
    assert figures["hip_activation_squared"] == pytest.approx(0.09, rel=1e-4)
    assert sum(walk.muscle_power_w.values()) == pytest.approx(NET_W, rel=1e-4)


def test_the_mean_cycle_is_that_of_the_walk(trial: Path) -> None:
    (walk,) = report_recording(trial / "bag").walks
    cycle = walk.cycles["hip_right"]
    expected = [hip(STRIDE_S * percent / 100.0, 0)[0] for percent in range(101)]
    assert cycle.mean == pytest.approx(expected, abs=0.02)  # a foot lands within a sample
    assert cycle.sd.max() < 0.02
    assert cycle.strides == walk.strides
    assert int(np.argmax(walk.cycles["grf_vertical_right"].mean < 400.0)) == pytest.approx(60, abs=1)


def test_from_hip_encoders_alone_a_cycle_begins_at_the_peak_of_flexion(tmp_path: Path) -> None:
    report = report_recording(write_bag(tmp_path / "encoders", leave_out=OF_PERSON) / "bag")
    (walk,) = report.walks
    assert report.missing_topics == list(OF_PERSON)
    assert walk.event == "peak hip flexion" and walk.strides >= 7
    assert walk.figures["stride_s"] == pytest.approx(STRIDE_S, abs=0.005)
    expected = [hip(STRIDE_S * (HIP_PEAK + percent / 100.0), 0)[0] for percent in range(101)]
    assert walk.cycles["hip_right"].mean == pytest.approx(expected, abs=0.01)
    assert {"knee_right", "activation_soleus_r"}.isdisjoint(walk.cycles)
    assert "net_metabolic_rate_w_kg" not in walk.figures


def test_rules_faults_and_states_of_the_limiter(trial: Path) -> None:
    safety = report_recording(trial / "bag").safety
    rules = {use.rule: use for use in safety.rules}
    assert rules["soft_start"].seconds == pytest.approx(2.0) and rules["soft_start"].episodes == 1
    assert rules["torque_cap"].seconds == pytest.approx(6.0) and rules["torque_cap"].longest_s == pytest.approx(0.01)
    (fault,) = safety.faults
    assert (fault.fault, fault.message) == ("command_age", "no command for 0.06 s")
    assert fault.at_s == pytest.approx(13.0)
    assert safety.states_percent["fault"] == pytest.approx(100.0 / 14.0)


def test_the_same_from_sqlite(tmp_path: Path, trial: Path) -> None:
    other = report_recording(write_bag(tmp_path / "walk", storage=StoragePlugin.SQLITE3, fault_from=1300) / "bag")
    first = report_recording(trial / "bag")
    assert other.problems == [] and other.quality == first.quality and other.safety == first.safety
    assert [walk.figures for walk in other.walks] == [walk.figures for walk in first.walks]


def test_a_bag_file_alone_is_enough(trial: Path) -> None:
    (bag,) = (trial / "bag").glob("*.mcap")
    assert report_recording(bag).walks[0].strides == report_recording(trial / "bag").walks[0].strides


def test_each_walk_of_a_trial_with_phases_is_one_walk(tmp_path: Path) -> None:
    common = {"speed_m_s": 1.25, "condition": "", "state": "running"}
    marks: list[dict[str, object]] = [
        {"index": 0, "phase": "stand", "kind": "stand", "policy": "zero", "begin_s": 0, "end_s": 2, **common},
        {"index": 1, "phase": "free", "kind": "walk", "policy": "zero", "begin_s": 2, "end_s": 9, **common},
        {"index": 2, "phase": "exo", "kind": "walk", "policy": "dofc", "begin_s": 9, "end_s": 16, **common},
        {"index": 2, "phase": "exo", "kind": "walk", "policy": "dofc", "begin_s": 16, "end_s": 18, **common}
        | {"state": "paused"},
    ]
    report = report_recording(write_bag(tmp_path / "phases", seconds=18.0, phases=marks) / "bag")
    assert [walk.label for walk in report.walks] == ["phases free", "phases exo (not finished)"]
    assert [walk.segment.intervals_s for walk in report.walks] == [
        [(pytest.approx(2.0), pytest.approx(9.0))],
        [(pytest.approx(9.0), pytest.approx(16.0))],
    ]
    assert all(walk.strides == 5 for walk in report.walks)


def mark(index: int, phase: str, begin_s: int, end_s: int, state: str = "running") -> dict[str, object]:
    values = {"index": index, "phase": phase, "kind": "walk", "condition": "", "policy": "zero", "speed_m_s": 1.25}
    return values | {"state": state, "begin_s": begin_s, "end_s": end_s}


@pytest.fixture(scope="module")
def resumed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trial that was aborted in its second phase and then resumed with it."""
    folder = tmp_path_factory.mktemp("resumed")
    about = {"protocol": "mine", "order_seed": "7", "subject": "reference"}
    trial = write_bag(folder / "cut" / "walks", 10.0, phases=[mark(0, "free", 0, 6), mark(1, "exo", 6, 10)])
    marks = [mark(1, "exo", 0, 8), mark(1, "exo", 8, 10, "finished")]
    rest = write_bag(folder / "rest" / "walks", 10.0, phases=marks, custom_data=about)
    (rest / "bag").rename(trial / "bag_2")
    return trial


def test_every_recording_of_a_resumed_trial_is_reported(resumed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = resumed.parent / "page.html"
    found = report_json(capsys, [resumed, "--output", page])
    assert [(each["trial"], [walk["walk"] for walk in each["walks"]]) for each in found["trials"]] == [
        ("walks", ["walks free", "walks exo (not finished)"]),
        ("walks bag_2", ["walks bag_2 exo"]),
    ]
    assert "walks exo (not finished)" in page.read_text()


def test_a_recording_that_cannot_be_read_does_not_cost_the_others_of_its_trial(resumed: Path, tmp_path: Path) -> None:
    trial = tmp_path / "walks"
    shutil.copytree(resumed, trial)
    next((trial / "bag_2").glob("*.mcap")).write_bytes(b"no bag at all")
    reports, failures = report_trials([trial])
    assert [report.name for report in reports] == ["walks"]
    assert [failure.path for failure in failures] == [trial / "bag_2"]


def test_phases_that_cannot_be_read_are_named_and_the_walk_is_reported_whole(tmp_path: Path) -> None:
    trial = write_bag(tmp_path / "odd", phases=[{"index": "x", "phase": "free", "begin_s": 0, "end_s": 9}])
    report = report_recording(trial / "bag")
    assert [walk.label for walk in report.walks] == ["odd"]
    assert any("the phases are not known" in problem and "'x'" in problem for problem in report.problems)


def test_walks_are_compared_with_the_first_one_and_with_no_torque(
    tmp_path: Path, trial: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def half_the_torque(topic: str, tick: int, fields: dict[str, NDArray[np.float64]], stamp_ns: int) -> int:
        if topic == topics.JOINT_STATES:
            fields["effort"] *= 0.5
        if topic == topics.METABOLIC_POWER:
            fields["position"] *= 2.0
        return stamp_ns

    other = write_bag(tmp_path / "free", policy="zero", edit=half_the_torque)
    page = tmp_path / "page.html"
    found = report_json(capsys, [trial, other, "--output", page])
    first, second = (each["walks"][0] for each in found["trials"])
    assert second["torque_rms_nm"] == pytest.approx(0.5 * first["torque_rms_nm"])
    html = page.read_text()
    assert "Change against free (no torque)" in html and "−50.0" in html
    assert "exo torque – first" in html and "First: walk." in html


def test_cycles_of_trials_together_begin_with_the_same_event(tmp_path: Path, trial: Path) -> None:
    reports, _ = report_trials([trial, write_bag(tmp_path / "encoders", leave_out=OF_PERSON)])
    assert [walk.event for report in reports for walk in report.walks] == ["peak hip flexion"] * 2


def test_the_papers_table_gives_the_papers_statistics(
    tmp_path: Path, repo_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    table = repo_root / "config" / "studies" / "paper_table_iv.csv"
    (study,) = report_json(capsys, ["--changes", table, "--output", page])["studies"]
    assert study["name"] == table.name
    assert [(each["comparison"], round(each["t"], 2)) for each in study["comparisons"]] == [
        ("LSTM", 4.72),
        ("DOFC", 3.31),
        ("LSTM - DOFC", 2.0),
    ]
    html = page.read_text()
    assert "0.018" in html and "0.045" in html and "9.1 ± 3.9" in html


def test_how_to_run_a_trial_again(trial: Path) -> None:
    command = report_recording(trial / "bag").reproduction.command
    assert command == (
        "ros2 launch exo sim.launch.py policy:=dofc engine:=native gait:=two_state subject:=reference seed:=3 "
        "duration:=14 real_time_factor:=1 lockstep:=true"
    )


def test_how_to_run_a_trial_in_phases_again(resumed: Path, tmp_path: Path) -> None:
    trial = tmp_path / "walks"
    shutil.copytree(resumed, trial)
    alone = report_recording(trial / "bag_2").reproduction
    assert alone.command == (
        "ros2 launch exo trial.launch.py protocol:=mine subject:=reference seed:=3 order_seed:=7 real_time_factor:=1 "
        "lockstep:=true"
    )
    assert "trial.json is not beside" in alone.facts["duration_scale"]
    given = {"protocol": "/data/mine.yaml", "subject": "small", "duration_scale": "0.1", "seed": "5"}
    given |= {"order_seed": "", "device": "", "estop": "launch", "gait": "geyer_herr", "lockstep": "true"}
    schedule = schedule_trial(load_protocol("speed"), 7, 0.1)
    TrialFile(schedule=schedule, arguments=given | {"trial_dir": "walks"}, mass_kg=60.0).save(trial / "trial.json")
    told = report_recording(trial / "bag_2").reproduction
    assert told.command == (
        "ros2 launch exo trial.launch.py protocol:=/data/mine.yaml subject:=small seed:=5 order_seed:=7 "
        "duration_scale:=0.1 gait:=geyer_herr lockstep:=true"
    )
    assert "duration_scale" not in told.facts


def test_nothing_to_report_and_a_page_that_cannot_be_written(
    tmp_path: Path, trial: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report"]) == 2
    assert "of what?" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert main(["report", str(trial), "--output", str(tmp_path / "file" / "page.html")]) == 2
    assert "cannot be written" in capsys.readouterr().err
