"""exo study, on a cohort of two with short walks."""

import json
from pathlib import Path

import pytest
import yaml

from exo.cli import main
from exo_analysis.subject_table import load_subject_table
from exo_control.config_files import config_path
from exo_sim import speed_task, study_task
from exo_sim.cohort_folder import CohortFolder
from exo_sim.gait import load_gait
from exo_sim.subject import Subject

COT = {"s01": [4.0, 3.8, 3.6], "s02": [5.0, 4.9, 4.5], "s03": [4.5, 4.4, 4.45]}
"""Net cost of transport without exoskeleton, with DOFC and with the policy, of each made-up subject."""
SPEED = {"no exo": 1.25, "DOFC tuned": 1.2, "LSTM-PPO": 1.25}


def folder_of_a_cohort(top: Path, count: int) -> Path:
    """Write subjects who all walk the shipped gait, each with another body."""
    folder = CohortFolder(top / "subjects", top / "gaits")
    for number in range(count):
        subject = Subject(mass_kg=70.0 + 5.0 * number, height_m=1.75 + 0.03 * number)
        folder.save_subject(f"s{number + 1:02d}", subject)
        folder.save_gait(f"s{number + 1:02d}", load_gait("geyer_herr"))
    return top


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped settings, shortened to what a test can afford."""
    data = yaml.safe_load(config_path("evaluation.yaml").read_text())
    data["warm_up_s"] = 2.0
    data["dofc"].update(delays_s=[0.1], gains_per_peak=[0.5], seeds=1, seconds=4.0)
    path = tmp_path_factory.mktemp("settings") / "settings.yaml"
    path.write_text(yaml.safe_dump(data))
    return path


def study(settings: Path, output: Path, *arguments: str) -> int:
    short = ["--seconds", "5", "--workers", "1", "--policy", "dofc", "--settings", str(settings)]
    return main(["study", *short, "--output", str(output), *arguments])


def made_up(task: study_task.StudyTask) -> dict[str, object]:
    """A subject's results with known numbers: the second of two seeds ends in a fall with DOFC for s02."""

    def walks(condition: int, name: str) -> list[dict[str, object]]:
        walk = {"cot_net": COT[task.name][condition], "speed_mps": SPEED[name], "torque_rms_nm": 3.0 * condition}
        fallen = task.name == "s02" and name == "DOFC tuned"
        second = dict.fromkeys(walk, float("nan")) if fallen else walk
        return [{**walk, "fell": False, "safety_fault": ""}, {**second, "fell": fallen, "safety_fault": ""}]

    return {
        "subject": task.name,
        "key": task.key,
        "dofc": {"delay_s": 0.1, "gain_nm": 4.0},
        "walks": {name: walks(number, name) for number, name in enumerate(study_task.CONDITIONS)},
    }


def test_tables_counts_and_statistics_of_known_numbers(
    settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(study_task.StudyTask, "run", made_up)
    cohort = folder_of_a_cohort(tmp_path / "cohort", 3)
    assert study(settings, tmp_path / "study", "--cohort", str(cohort), "--seeds", "2", "--json") == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (tmp_path / "study" / "study.csv").read_text() == (
        "subject,no exo,DOFC tuned,LSTM-PPO\ns01,5,4.56,4.5\ns02,6.25,5.88,5.625\ns03,5.625,5.28,5.5625\n"
    )
    assert (tmp_path / "study" / "cost_of_transport_changes.csv").read_text() == (
        "subject,DOFC tuned,LSTM-PPO\ns01,-5,-10\ns02,-2,-10\ns03,-2.22222,-1.11111\n"
    )
    costs = result["net_cost_of_transport"]
    assert (costs["policy_lowers"], costs["policy_lowers_more_than_dofc"]) == (3, 2)
    means = {(row["first"], row["second"]): row["mean"] for row in costs["comparisons"]}
    assert means["LSTM-PPO", None] == pytest.approx(-(10.0 + 10.0 + 10.0 / 9.0) / 3.0)
    assert means["DOFC tuned", "LSTM-PPO"] == pytest.approx((5.0 + 8.0 - 10.0 / 9.0) / 3.0)
    rates = result["net_metabolic_rate"]
    assert (rates["policy_lowers"], rates["policy_lowers_more_than_dofc"]) == (3, 2)
    assert [one["seeds"] for one in result["subjects"]] == [2, 1, 2]
    assert result["subjects"][1]["falls"] == {"no exo": 0, "DOFC tuned": 1, "LSTM-PPO": 0}
    assert any("DOFC tuned: falls of s02 1" in note for note in result["notes"])
    assert any("DOFC tuned: speed changes by over 3 % in 3 subjects" in note for note in result["notes"])
    assert "--cohort" in result["command"] and result["seeds"] == 2 and len(result["git_sha"]) >= 7
    stored = json.loads((tmp_path / "study" / "study.json").read_text())
    assert stored["net_cost_of_transport"] == costs and stored["versions"] == result["versions"]
    assert (tmp_path / "study" / "study.png").read_bytes().startswith(b"\x89PNG")
    table = tmp_path / "study" / "study_changes.csv"
    assert load_subject_table(table).subjects == ["s01", "s02", "s03"]
    assert main(["compare", str(table), "--changes"]) == 0


def test_a_subject_who_falls_on_every_seed_is_told_and_counts_as_not_lowered(
    settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def falls(task: study_task.StudyTask) -> dict[str, object]:
        result = made_up(task)
        if task.name == "s03":
            for walk in result["walks"]["LSTM-PPO"]:  # type: ignore[index]
                walk.update(fell=True, cot_net=float("nan"))
        return result

    monkeypatch.setattr(study_task.StudyTask, "run", falls)
    cohort = folder_of_a_cohort(tmp_path / "cohort", 3)
    assert study(settings, tmp_path / "study", "--cohort", str(cohort), "--seeds", "2") == 0
    printed = capsys.readouterr().out
    assert "left out, since a condition fell on every seed: s03" in printed
    assert "lowers it in 2 of 3 subjects" in printed
    assert "no statistics: all 2 differences are -10" in printed  # of this made-up policy
    assert load_subject_table(tmp_path / "study" / "study.csv").subjects == ["s01", "s02"]


def test_real_walks_are_walked_once_and_stored(
    settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cohort = folder_of_a_cohort(tmp_path / "cohort", 2)
    arguments = ["--cohort", str(cohort), "--seeds", "1", "--json"]
    assert study(settings, tmp_path / "study", *arguments) == 0
    first = json.loads(capsys.readouterr().out.splitlines()[-1])
    for one in first["subjects"]:
        assert (one["seeds"], one["falls"]["no exo"]) == (1, 0)
        assert 2.0 < one["net_metabolic_rate"]["no exo"] < 10.0
        assert one["net_metabolic_rate"]["LSTM-PPO"] != one["net_metabolic_rate"]["no exo"]
        assert one["torque_rms_nm"]["no exo"] == 0.0 < one["torque_rms_nm"]["DOFC tuned"] <= 8.0
    real, walked = study_task.StudyTask.run, []

    def noted(task: study_task.StudyTask) -> dict[str, object]:
        walked.append(task.name)
        return real(task)

    monkeypatch.setattr(study_task.StudyTask, "run", noted)
    (tmp_path / "study" / "subjects" / "s01.json").write_text("{")  # what a full disk may leave
    assert study(settings, tmp_path / "study", *arguments) == 0
    assert walked == ["s01"]
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == first
    assert study(settings, tmp_path / "study", *arguments, "--peak-nm", "6") == 0
    assert walked == ["s01", "s01", "s02"]


def test_the_torque_at_three_speeds(
    settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def walk(task: speed_task.SpeedTask) -> dict[str, object]:
        torque = {"3 km/h": 2.0, "4 km/h": 3.0, "5 km/h": 3.5}[task.speed] + 0.01 * (task.seed % 4)
        torque += {"3 km/h": 0.0, "4 km/h": 0.02, "5 km/h": -0.01}[task.speed] * (task.seed % 2)
        fell = task.speed == "5 km/h" and task.seed % 10 == 3
        return {"key": task.key, "torque_rms_nm": torque, "speed_mps": 1.0, "fell": fell}

    monkeypatch.setattr(speed_task.SpeedTask, "run", walk)
    assert study(settings, tmp_path, "--speeds", "--seeds", "4", "--json") == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["seeds_compared"] == 3
    assert [row["falls"] for row in result["speeds"].values()] == [0, 0, 1]
    rise = {(row["first"], row["second"]): (row["mean"], row["p"]) for row in result["comparisons"]}
    assert rise["3 km/h", "4 km/h"][0] == pytest.approx(-1.0 - 0.02 / 3.0)
    assert all(p < 0.05 for _, p in (rise["3 km/h", "4 km/h"], rise["4 km/h", "5 km/h"]))
    table = load_subject_table(tmp_path / "speeds.csv")
    assert (table.row, table.subjects) == ("seed", ["2000000", "2000001", "2000002"])
    assert (tmp_path / "speeds.json").exists() and (tmp_path / "speeds.png").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--cohort", "nowhere"], "nowhere/subjects: has no subjects"),
        (["--seeds", "0"], "--seeds 0: needs 1"),
        (["--policy", "lstm_9nm"], "unknown policy 'lstm_9nm'"),
    ],
)
def test_bad_arguments_are_named(
    settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert study(settings, tmp_path, *arguments) == 2
    assert message in capsys.readouterr().err
