"""exo cohort and exo reproduce."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from exo import cli, reproduction
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
    first = yaml.safe_load(config_path("gait_optimisation.yaml").read_text())["adaptation"][0]
    stage = first | {"generations": 1, "disturbed_walks": 0}
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
    reproduction = Reproduction(tmp_path, quick, seed=4, workers=2)
    steps = [*reproduction.study_steps, reproduction.report_step]
    assert all(step[0] == "exo" for step in steps)
    parsed = [cli.make_parser().parse_args(step[1:]) for step in steps]
    assert [args.command for args in parsed] == ["cohort", "study", "study", "report"]
    assert [args.workers for args in parsed[:3]] == [2, 2, 2]
    assert parsed[0].subjects == (3 if quick else 20) and parsed[0].seed == 4
    assert parsed[1].cohort == str(parsed[0].output)
    assert not parsed[1].speeds and parsed[2].speeds
    launched = [dict(word.split(":=") for word in step[4:]) for step in reproduction.trial_steps]
    assert [arguments["policy"] for arguments in launched] == ["zero", "dofc", parsed[1].policy]
    assert [Path(arguments["trial_dir"]) for arguments in launched] == parsed[3].trials
    assert all(set(arguments) <= launch_arguments("sim.launch.py") for arguments in launched)


def launch_arguments(name: str) -> set[str]:
    """Return what a launch file declares."""
    text = (config_path().parent / "launch" / name).read_text()
    return set(re.findall(r'DeclareLaunchArgument\(\s*"(\w+)"', text))


TUNED = {"delay_s": 0.1, "gain_nm": 12.0}


def make_up_results(folder: Path, seed: str) -> None:
    """Write what cohort and study leave."""
    for kind in ("subjects", "gaits"):
        path = folder / "cohort" / kind / "s01.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"seed: {seed}\n")
    study = folder / "study"
    study.mkdir(exist_ok=True)
    (study / "study.csv").write_text("subject,a\n")
    (study / "study.json").write_text(json.dumps({"dofc": {"s01": TUNED}}))


RunCommand = Callable[[list[str]], int]


@pytest.fixture
def reproduce(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[RunCommand, list[list[str]]]:
    """The real ``exo`` whose steps are only noted, and those steps."""
    done: list[list[str]] = []

    def step(arguments: list[str]) -> int:
        done.append(["exo", *arguments])
        if arguments[0] == "cohort":
            make_up_results(tmp_path, arguments[arguments.index("--seed") + 1])
        return 0

    def launch(command: list[str], check: bool) -> subprocess.CompletedProcess[bytes]:
        done.append(command)
        trial = Path(command[-1].partition(":=")[2])
        assert not (trial / "summary.json").exists()
        (trial / "summary.json").write_text("{}")
        return subprocess.CompletedProcess(command, 0)

    real = cli.main
    monkeypatch.setattr(cli, "main", step)
    monkeypatch.setattr(subprocess, "run", launch)
    return real, done


def test_the_steps_run_in_order_and_their_results_are_gathered(
    tmp_path: Path, reproduce: tuple[RunCommand, list[list[str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    real, done = reproduce
    broken = tmp_path / "trials" / "zero"
    broken.mkdir(parents=True)  # of a recording that was killed
    arguments = ["reproduce", "--quick", "--output", str(tmp_path), "--workers", "2", "--json"]
    reproduction = Reproduction(tmp_path, True, 1, 2)
    planned = [*reproduction.study_steps, *reproduction.trial_steps, reproduction.report_step]
    assert real(arguments) == 0
    captured = capsys.readouterr()
    assert done == planned
    result = json.loads(captured.out.splitlines()[-1])
    assert [Path(path).name for path in result["results"]] == ["study.csv", "study.json"]
    assert all(Path(path).parent == tmp_path / "results" for path in result["results"])
    assert "minutes on 2 cores" in captured.err
    parameters = yaml.safe_load((tmp_path / "trials" / "policy.yaml").read_text())["/**/policy"]["ros__parameters"]
    assert (parameters["dofc.delay_s"], parameters["dofc.gain_nm"]) == (TUNED["delay_s"], TUNED["gain_nm"])
    assert parameters["dofc.peak_torque_nm"] == 8.0
    done.clear()
    assert real(arguments) == 0
    assert [step[0] for step in done] == ["exo"] * 4  # the trials are there


def test_walks_of_another_seed_or_length_or_of_other_parameters_are_recorded_anew(
    tmp_path: Path, reproduce: tuple[RunCommand, list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, done = reproduce
    quick = ["reproduce", "--output", str(tmp_path), "--workers", "2", "--quick"]

    def recorded(arguments: list[str]) -> int:
        done.clear()
        assert real(arguments) == 0
        return sum(step[0] == "ros2" for step in done)

    assert [recorded(quick), recorded(quick)] == [3, 0]
    made_from = json.loads((tmp_path / "trials" / "lstm_8nm" / "made_from.json").read_text())
    assert made_from["arguments"]["duration"] == "15"
    assert set(made_from["sha256"]) == {"subject", "gait", "policy_params", "policy"}
    assert [recorded([*quick, "--seed", "2"]), recorded([*quick, "--seed", "2"])] == [3, 0]
    assert [recorded(quick[:-1]), recorded(quick[:-1])] == [3, 0]  # in full
    monkeypatch.setitem(TUNED, "gain_nm", 9.0)
    assert [recorded(quick[:-1]), recorded(quick[:-1])] == [3, 0]
    (tmp_path / "trials" / "zero" / "made_from.json").unlink()
    assert recorded(quick[:-1]) == 1


def test_a_quick_reproduction_does_not_go_into_the_folder_of_a_full_one(monkeypatch: pytest.MonkeyPatch) -> None:
    real, folders = cli.main, []

    def fail(arguments: list[str]) -> int:
        folders.append(arguments[arguments.index("--output") + 1])
        return 2

    monkeypatch.setattr(cli, "main", fail)
    assert [real(["reproduce"]), real(["reproduce", "--quick"])] == [2, 2]
    assert folders == ["runs/reproduce/cohort", "runs/reproduce-quick/cohort"]


@pytest.mark.parametrize("browser", [None, "/usr/bin/chromium"])
def test_the_report_is_printed_where_there_is_a_browser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: str | None
) -> None:
    monkeypatch.setattr(reproduction, "find_browser", lambda: browser)
    step = Reproduction(tmp_path, True, seed=1).report_step
    assert cli.make_parser().parse_args(step[1:]).pdf == (browser is not None)


def test_a_step_that_fails_ends_the_reproduction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = cli.main
    monkeypatch.setattr(cli, "main", lambda arguments: 2)
    assert real(["reproduce", "--output", str(tmp_path)]) == 2
    assert not (tmp_path / "results").exists()
