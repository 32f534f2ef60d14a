import json
import re
from pathlib import Path

import pytest
import yaml

from exo.cli import main
from exo_control.config_files import config_path
from exo_control.feedback_law import FeedbackLaw, LawFile, LawTerm

FEATURES = ("own_angle", "other_angle", "own_velocity", "other_velocity", "own_action", "other_action")


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """The shipped settings, shortened to what a test can afford."""
    data = yaml.safe_load(config_path("evaluation.yaml").read_text())
    data["warm_up_s"] = 2.0
    data["dofc"].update(delays_s=[0.15, 0.25], gains_per_peak=[0.5, 1.0], seeds=1, seconds=4.0)
    path = tmp_path / "settings.yaml"
    path.write_text(yaml.safe_dump(data))
    return path


@pytest.fixture
def law(tmp_path: Path) -> Path:
    """A law that pushes a little along the hip's motion."""
    weights = dict.fromkeys(FEATURES, 0.0) | {"own_velocity": 0.1}
    file = LawFile(torque_limit_nm=8.0, bias=0.0, terms=[LawTerm(delay_s=0.0, **weights)], provenance={"gait": "other"})
    path = tmp_path / "law.yaml"
    FeedbackLaw(file).save(path)
    return path


def evaluate(settings: Path, *arguments: str) -> int:
    short = ["--seeds", "2", "--seconds", "5", "--workers", "1", "--settings", str(settings)]
    return main(["evaluate", *short, *arguments])


def test_the_result_has_the_keys_others_build_on(capsys, settings: Path, law: Path):
    assert evaluate(settings, "--policy", "dofc", "--policy", "zero", "--law", str(law), "--json") == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    conditions = {row["name"]: row for row in result["conditions"]}
    assert list(conditions) == ["no exo", "DOFC tuned", "law", "dofc", "zero"]
    keys = "name peak_nm cot_gross_change cot_net_change power_change a2_change hip_a2_change speed_change"
    for row in result["conditions"]:
        assert list(row) == [*keys.split(), "exo_net_w", "torque_rms_nm", "falls"]
    changes = [key for key in conditions["zero"] if key.endswith("_change")]
    assert all(conditions[name][key] == 0.0 for name in ("no exo", "zero") for key in changes)
    assert conditions["dofc"]["cot_net_change"] != 0.0
    assert conditions["law"]["exo_net_w"] > 0.0
    assert (conditions["no exo"]["peak_nm"], conditions["law"]["peak_nm"]) == (0.0, 8.0)


def test_another_gait_may_be_the_one_that_changes_are_measured_from(capsys, settings: Path):
    assert evaluate(settings, "--policy", "zero", "--reference-gait", "geyer_herr", "--json") == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["gait"], result["reference_gait"]) == ("two_state", "geyer_herr")
    zero = next(row for row in result["conditions"] if row["name"] == "zero")
    assert zero["cot_gross_change"] < -2.0  # the default gait is the cheaper one


def test_the_result_holds_each_walk_the_sweep_and_the_comparisons(capsys, settings: Path, law: Path):
    assert evaluate(settings, "--policy", "zero", "--law", str(law), "--json") == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [figures["name"] for figures in result["figures"]] == ["no exo", "DOFC tuned", "law", "zero"]
    none, *_, zero = result["figures"]
    assert [walk["seed"] for walk in none["walks"]] == [2000000, 2000001]
    assert zero["walks"] == none["walks"]
    assert none["cot_net"] == pytest.approx(sum(walk["cot_net"] for walk in none["walks"]) / 2)
    assert len(result["dofc"]["sweep"]) == 4 and result["dofc"]["best"] in result["dofc"]["sweep"]
    law_compared, zero_compared = result["comparisons"]
    assert (law_compared["name"], zero_compared["name"]) == ("law", "zero")
    assert law_compared["percent_of_law_saving"] is None
    dofc_walks = result["figures"][1]["walks"]
    better = sum(a["cot_net"] < b["cot_net"] for a, b in zip(zero["walks"], dofc_walks, strict=True))
    assert zero_compared["seeds_better_than_dofc"] == better and zero_compared["seeds"] == 2
    assert any("no bound" in note for note in result["notes"])  # it was searched with another gait


def test_the_table_names_conditions_columns_and_the_tuned_setting(capsys, settings: Path, tmp_path: Path):
    picture = tmp_path / "evaluation.png"
    assert evaluate(settings, "--policy", "dofc", "--peak-nm", "6", "--plot", str(picture)) == 0
    out = capsys.readouterr().out
    for text in ("CoT net %", "hip a2 %", "exo net W", "peak Nm", "falls", "no exo", "DOFC tuned"):
        assert text in out
    assert re.search(r"DOFC tuned: delay 0\.[12]5 s, gain [36] Nm", out)
    assert re.search(r"dofc: better than tuned DOFC in \d of 2 seeds", out)
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_fall_is_counted_and_left_out(capsys, settings: Path):
    data = yaml.safe_load(settings.read_text())
    data["disturbance"]["torque_nm"] = 30.0
    settings.write_text(yaml.safe_dump(data))
    assert evaluate(settings, "--policy", "zero", "--seconds", "60", "--json") == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    row = result["conditions"][-1]
    assert row["falls"] == 2 and row["cot_net_change"] is None
    assert any(note.startswith("zero: 2 of 2 walks fell") for note in result["notes"])
    assert evaluate(settings, "--seconds", "60") == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--policy", "dofcc"], "did you mean 'dofc'"),
        (["--policy", "nowhere.onnx"], r"nowhere\.onnx: no such file"),
        (["--policy", "dofc", "--policy", "dofc"], "--policy dofc: is given more than once"),
        (["--law", "nowhere.yaml"], r"nowhere\.yaml: no such file"),
        (["--law", "dofc"], "--law dofc: needs a .yaml file"),
        (["--gait", "two_stat"], "did you mean 'two_state'"),
        (["--peak-nm", "16"], "peak torque 16 Nm"),
        (["--seconds", "3"], "walks of 3 s: need 4 s"),
        (["--seeds", "0"], "--seeds 0"),
        (["--workers", "0"], "0 workers"),
        (["--mass-kg", "500"], "mass_kg = 500"),
    ],
)
def test_bad_arguments_are_named_with_the_fix(capsys, settings: Path, arguments: list[str], message: str):
    assert evaluate(settings, *arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("exo: error: ") and re.search(message, error)
