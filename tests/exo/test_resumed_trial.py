"""A trial in phases whose recorder was killed: it goes on where it broke off, and nothing that was saved is lost."""

import hashlib
from pathlib import Path

import pytest

from exo import trial_folder
from exo.phase_figures import load_trial, summarise, table
from exo.trial_progress import phase_to_go_on_with
from exo.trial_recording import load_recording
from exo_nodes import topics
from exo_trial.schedule import Schedule, ScheduledPhase
from exo_trial.trial_file import TrialFile

from .made_up_walk import write_bag

PHASES = ("free", "lstm", "dofc")
SECONDS = 6


def mark(index: int, begin_s: float, end_s: float, state: str = "running") -> dict[str, object]:
    values = {"index": index, "phase": PHASES[index], "kind": "walk", "condition": PHASES[index], "policy": "zero"}
    return values | {"speed_m_s": 1.25, "state": state, "begin_s": begin_s, "end_s": end_s}


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    """A trial that was recorded into its second phase, before anything was cut off."""
    folder = write_bag(tmp_path / "trial", 12.0, phases=[mark(0, 0, SECONDS), mark(1, SECONDS, 12)])
    phases = [
        ScheduledPhase(name=name, kind="walk", condition=name, policy="zero", speed_m_s=1.25, duration_s=float(SECONDS))
        for name in PHASES
    ]
    schedule = Schedule(
        protocol="mine", protocol_sha256="0", order_seed=0, duration_scale=1.0, steady_state_s=3.0, phases=phases
    )
    TrialFile(schedule=schedule, arguments={"subject": "reference"}, mass_kg=70.0).save(folder / trial_folder.TRIAL)
    return folder


def kill_recorder(bag: Path, part: float) -> str:
    """Leave a bag as a recorder that was killed does, and return the hash of what is left."""
    (bag / "metadata.yaml").unlink()
    (file,) = bag.iterdir()
    content = file.read_bytes()
    file.write_bytes(content[: int(part * len(content))])
    return digest(bag)


def digest(bag: Path) -> str:
    (file,) = bag.iterdir()
    return hashlib.sha256(file.read_bytes()).hexdigest()


def record_rest(trial: Path, first: int) -> Path:
    """Record the phases from one on into the next folder, as a resumed trial does, and return it."""
    marks = [mark(index, SECONDS * (index - first), SECONDS * (index - first + 1)) for index in range(first, 3)]
    end = SECONDS * len(marks)
    rest = write_bag(trial.parent / "rest", end + 1.0, phases=[*marks, mark(2, end, end + 1, "finished")])
    bag = trial_folder.next_recording(trial)
    (rest / "bag").rename(bag)
    return bag


def test_a_trial_whose_recording_was_cut_goes_on_with_the_phase_that_was_running(trial: Path) -> None:
    before = load_recording(trial / "bag")
    left = kill_recorder(trial / "bag", 0.75)
    assert phase_to_go_on_with(trial, 3) == 1
    assert record_rest(trial, 1).name == "bag_2" and digest(trial / "bag") == left
    assert phase_to_go_on_with(trial, 3) is None

    recorded = load_trial(trial)
    summary = summarise(recorded)
    assert summary["finished"] and not summary["not_usable"]
    assert [(phase["phase"], phase["recording"], phase["complete"]) for phase in summary["phases"]] == [
        ("free", "bag", True),
        ("lstm", "bag_2", True),
        ("dofc", "bag_2", True),
    ]
    assert [phase["seconds"] for phase in summary["phases"]] == pytest.approx([6.0] * 3)
    assert all(phase["torque_rms_nm"] is not None for phase in summary["phases"])
    assert "bag was not closed" in table(summary)
    # All that lies before the cut is read: of the torque, what was recorded in three quarters of the file.
    saved = recorded.recordings["bag"].applied_torque
    assert 850 < len(saved.stamp_ns) < 1200
    assert (saved.values == before.applied_torque.values[: len(saved.values)]).all()


def test_a_trial_that_was_cut_twice_goes_on_a_second_time(trial: Path) -> None:
    kill_recorder(trial / "bag", 0.75)
    kill_recorder(record_rest(trial, 1), 0.6)
    assert phase_to_go_on_with(trial, 3) == 2
    (trial.parent / "rest").rmdir()
    assert record_rest(trial, 2).name == "bag_3"
    summary = summarise(load_trial(trial))
    assert summary["finished"]
    assert [phase["recording"] for phase in summary["phases"]] == ["bag", "bag_2", "bag_3"]


@pytest.mark.parametrize("content", [b"", b"\x89MCAP0\r\n"])
def test_a_recording_that_broke_off_before_its_first_message_does_not_keep_a_trial_from_going_on(
    trial: Path, content: bytes
) -> None:
    kill_recorder(trial / "bag", 0.75)
    broken = trial_folder.next_recording(trial)
    broken.mkdir()
    (broken / "bag_2.mcap").write_bytes(content)
    assert phase_to_go_on_with(trial, 3) == 1
    assert record_rest(trial, 1).name == "bag_3"
    summary = summarise(load_trial(trial))
    assert summary["finished"] and [each["recording"] for each in summary["recordings"]] == ["bag", "bag_3"]
    (problem,) = summary["not_usable"]
    assert f"{broken}: damaged and cannot be read" in problem and problem in table(summary)


def test_marks_that_were_lost_with_the_end_of_a_file_cost_no_finished_phase(trial: Path) -> None:
    kill_recorder(trial / "bag", 0.45)  # within the first phase
    assert phase_to_go_on_with(trial, 3) == 0
    recording = load_recording(trial / "bag", topics.RECORDED_OF_PHASES)
    assert [each.phase for _, each in recording.phase_marks] and not recording.complete
