"""exo cohort and exo reproduce."""

import json
from pathlib import Path

import pytest
import yaml

from exo import cli
from exo.cli import main
from exo.reproduction import Reproduction
from exo_control.config_files import config_path
from exo_sim import gait_task
from exo_sim.gait import load_gait
from exo_sim.subject import load_subject

FIGURES = {"speed_mps": 1.3, "cot_gross": 5.0, "survived_of_20_at_8_nm": 20, "survived_of_20_pushes": 20}


def test_a_walker_below_the_wanted_robustness_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def certify(model, gait):
        return {**FIGURES, "survived_of_20_at_8_nm": 20 if model.mass_kg < 80.0 else 3}

    monkeypatch.setattr(gait_task, "certify", certify)
    data = yaml.safe_load(config_path("cohort.yaml").read_text())
    stage = data["gait"]["stages"][0] | {"generations": 1, "disturbed_walks": 0}
    data["gait"].update(population=4, stages=[stage])
    settings = tmp_path / "cohort.yaml"
    settings.write_text(yaml.safe_dump(data, sort_keys=False))  # groups take turns in the order of the file
    arguments = ["cohort", "--subjects", "2", "--settings", str(settings), "--output", str(tmp_path / "out")]
    assert main([*arguments, "--workers", "1", "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [row["name"] for row in result["subjects"]] == ["s01", "s02"]
    assert result["below"] == [row["name"] for row in result["subjects"] if row["mass_kg"] > 80.0] == ["s02"]
    subject = load_subject(str(tmp_path / "out" / "subjects" / "s02.yaml"))
    gait = load_gait(str(tmp_path / "out" / "gaits" / "s02.yaml"))
    assert gait.speed_m_s == subject.preferred_speed_m_s
    assert gait.provenance["command"].startswith("exo cohort --subjects 2 --seed 1")
    assert main([*arguments, "--workers", "1"]) == 0  # nothing is left to do
    assert "Note: below that: s02" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--subjects", "0"], "--subjects 0: needs 1"),
        (["--seed", "-1"], "--seed -1: needs 0"),
        (["--settings", "none.yaml"], "none.yaml"),
        (["--workers", "0"], "0 workers: needs at least 1"),
    ],
)
def test_bad_arguments_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(["cohort", "--subjects", "1", "--output", str(tmp_path), *arguments]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("quick", [False, True])
def test_each_step_is_a_command_that_exists(tmp_path: Path, quick: bool) -> None:
    steps = Reproduction(tmp_path, quick, seed=4, workers=2).steps
    parsed = [cli.make_parser().parse_args(step) for step in steps]
    assert [args.command for args in parsed] == ["cohort", "study", "study"]
    assert [args.workers for args in parsed] == [2, 2, 2]
    assert parsed[0].subjects == (3 if quick else 20) and parsed[0].seed == 4
    assert parsed[1].cohort == str(parsed[0].output)
    assert not parsed[1].speeds and parsed[2].speeds


def test_the_steps_run_in_order_and_their_results_are_gathered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done: list[list[str]] = []

    def step(arguments: list[str]) -> int:
        done.append(arguments)
        study = tmp_path / "study"
        study.mkdir(exist_ok=True)
        (study / ("speeds.csv" if "--speeds" in arguments else f"{arguments[0]}.csv")).write_text("subject,a\n")
        return 0

    real = cli.main
    monkeypatch.setattr(cli, "main", step)
    assert real(["reproduce", "--quick", "--output", str(tmp_path), "--workers", "2", "--json"]) == 0
    captured = capsys.readouterr()
    result = json.loads(captured.out.splitlines()[-1])
    assert done == Reproduction(tmp_path, True, 1, 2).steps
    assert [Path(path).name for path in result["results"]] == ["cohort.csv", "speeds.csv", "study.csv"]
    assert all(Path(path).parent == tmp_path / "results" for path in result["results"])
    assert "minutes on 2 cores" in captured.err


def test_a_step_that_fails_ends_the_reproduction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = cli.main
    monkeypatch.setattr(cli, "main", lambda arguments: 2)
    assert real(["reproduce", "--output", str(tmp_path)]) == 2
    assert not (tmp_path / "results").exists()
