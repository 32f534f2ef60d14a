"""``exo gather``: trials of several people become the table that ``exo compare`` reads."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from exo import phase_figures
from exo.cli import main
from exo.per_trial_options import per_trial, spirometer_files
from exo.phase_figures import RecordedTrial
from exo_analysis.subject_table import load_subject_table
from exo_control.errors import ConfigError

from .test_phase_figures import Signals, breathing, made_up

NET = {"free": 4.0, "lstm": 3.6}
"""Of the made-up trials, W/kg."""


def of(folder: Path, subject: str, last_finishes: bool = True) -> RecordedTrial:
    trial = made_up(folder, bag=Signals(1.0, [0, 1, 2], last_finishes))
    return replace(trial, file=trial.file.model_copy(update={"arguments": {"subject": subject}}))


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, RecordedTrial]:
    """Trials by folder; what is changed in here is what is read."""
    trials = {"a": of(tmp_path / "a", "/data/ann.yaml"), "b": of(tmp_path / "b", "cohort/s02")}
    for trial in trials.values():
        trial.folder.mkdir()
    monkeypatch.setattr(phase_figures, "load_trial", lambda folder: trials[folder.name])
    return trials


def gathered(tmp_path: Path, *options: str) -> int:
    return main(["gather", str(tmp_path / "a"), str(tmp_path / "b"), "--output", str(tmp_path / "study.csv"), *options])


def write_breaths(path: Path, factor: float = 1.0, unit: str = "mL/min", begin_s: float = 0.0) -> None:
    gas = breathing(begin_s)
    rows = zip(gas.time_s, factor * gas.o2_ml_min, factor * gas.co2_ml_min, strict=True)
    path.write_text(f"t,VO2,VCO2\ns,{unit},{unit}\n" + "".join(f"{at},{o2},{co2}\n" for at, o2, co2 in rows))


@pytest.mark.usefixtures("people")
def test_the_table_is_what_exo_compare_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gathered(tmp_path, "--json") == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    table = load_subject_table(tmp_path / "study.csv")
    assert table.subjects == result["subjects"] == ["ann", "s02"]
    assert {name: values[0] for name, values in table.conditions.items()} == pytest.approx(NET)
    assert (result["unit"], result["source"]) == ("net metabolic rate, W/kg", "muscle model")


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("measure", "by", "expected"),
    [
        ("cot_net", "condition", {"free": 4.0 / 1.36, "lstm": 3.6 / 1.36}),
        ("change_percent", "condition", {"lstm": -10.0}),
        ("change_percent", "phase", {"lstm": -10.0}),
        ("torque_rms_nm", "phase", {"free_1": 0.0, "lstm": 4.0}),
    ],
)
def test_what_can_be_gathered(tmp_path: Path, measure: str, by: str, expected: dict[str, float]) -> None:
    assert gathered(tmp_path, "--measure", measure, "--by", by) == 0
    conditions = load_subject_table(tmp_path / "study.csv").conditions
    assert {name: values[1] for name, values in conditions.items()} == pytest.approx(expected, rel=0.02)


@pytest.mark.usefixtures("people")
def test_a_spirometer_file_in_the_folder_or_named_counts_before_the_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_breaths(tmp_path / "a" / "spirometer.csv", 2.0)
    assert gathered(tmp_path) == 2  # one measured, one simulated
    assert "are from a spirometer, those of" in capsys.readouterr().err
    write_breaths(tmp_path / "k5.csv", begin_s=100.0)
    options = ["--spirometer", f"{tmp_path / 'b'}={tmp_path / 'k5.csv'}", "--offset-s", f"{tmp_path / 'b'}=100"]
    assert gathered(tmp_path, *options, "--json") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["source"] == "spirometer"
    conditions = load_subject_table(tmp_path / "study.csv").conditions
    assert conditions["lstm"] == pytest.approx([2.0 * NET["lstm"], NET["lstm"]])


def test_what_does_not_make_a_table_is_named(
    tmp_path: Path, people: dict[str, RecordedTrial], capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*options: str) -> str:
        assert gathered(tmp_path, *options) == 2
        return capsys.readouterr().err

    assert "--only lsmt: no trial walks such a condition; did you mean 'lstm'?" in refused("--only", "lsmt")
    write_breaths(tmp_path / "a" / "spirometer.csv", unit="mL/h")
    assert "row 2, VO2: unit 'mL/h' is unknown; known are mL/min" in refused()
    (tmp_path / "a" / "spirometer.csv").unlink()
    people["b"] = of(tmp_path / "b", "cohort/s02", last_finishes=False)
    assert f"s02 ({tmp_path / 'b'}): condition 'lstm': phase lstm was not finished" in refused()
    assert gathered(tmp_path, "--only", "free") == 0
    people["b"] = of(tmp_path / "b", "ann.yaml")
    assert f"person 'ann' is in {tmp_path / 'a'} already" in refused()
    assert gathered(tmp_path, "--person", f"{tmp_path / 'b'}=bea") == 0
    assert load_subject_table(tmp_path / "study.csv").subjects == ["ann", "bea"]


def test_a_mean_over_several_speeds_is_refused(
    tmp_path: Path, people: dict[str, RecordedTrial], capsys: pytest.CaptureFixture[str]
) -> None:
    for trial in people.values():
        for place, speed in ((1, 0.83), (2, 1.39)):
            name, run = trial.runs[place]
            trial.runs[place] = (name, replace(run, mark=replace(run.mark, condition="lstm", speed_m_s=speed)))
    assert gathered(tmp_path, "--measure", "torque_rms_nm") == 2
    assert "is walked at 0.83, 1.39 m/s, of which a mean says nothing; take --by phase" in capsys.readouterr().err
    assert gathered(tmp_path, "--measure", "torque_rms_nm", "--by", "phase") == 0


def test_options_of_a_trial_name_one_that_is_there() -> None:
    trials = [Path("a=1"), Path("b")]
    assert per_trial("--person", ["a=1=ann", "./b=bea"], trials) == {Path("a=1"): "ann", Path("b"): "bea"}
    for pairs, message in (
        (["ann"], "--person ann: needs TRIAL=VALUE"),
        (["c=ann"], "'c' is none of the trials named: a=1, b"),
        (["b=ann", "b=bea"], "b is there twice"),
    ):
        with pytest.raises(ConfigError, match=message):
            per_trial("--person", pairs, trials)
    with pytest.raises(ConfigError, match="b=1: no spirometer file; name one"):
        spirometer_files(trials, [], ["b=1"])
    with pytest.raises(ConfigError, match="'soon' is no number of seconds"):
        spirometer_files(trials, ["b=k5.csv"], ["b=soon"])
