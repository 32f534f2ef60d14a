import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from exo.cli import main
from exo.evaluation_defaults import shipped_law
from exo_control.config_files import config_path
from exo_control.feedback_law import FeedbackLaw, LawFile, LawTerm
from exo_sim.evaluation_settings import load_evaluation_settings

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


def result_of(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return result


def rows(result: dict[str, Any]) -> list[tuple[str, float]]:
    return [(row["name"], row["peak_nm"]) for row in result["conditions"]]


def test_a_policy_alone_is_walked_on_the_gait_it_was_trained_on_next_to_the_bound(capsys, settings: Path):
    assert evaluate(settings, "--policy", "zero", "--policy", "lstm_8nm", "--json") == 0
    result = result_of(capsys)
    assert (result["gait"], result["reference_gait"]) == ("geyer_herr", "geyer_herr")
    assert rows(result) == [("no exo", 0.0), *((name, 8.0) for name in ("DOFC tuned", "law", "zero", "lstm_8nm"))]
    assert [figures["policy"] for figures in result["figures"] if figures["name"] == "law"] == ["law_8nm"]
    assert not any("no bound" in note or "was made for" in note for note in result["notes"])


def test_each_peak_torque_has_its_conditions(capsys, settings: Path, tmp_path: Path):
    policies = ["--policy", "lstm_8nm", "--policy", "lstm_15nm", "--policy", "zero"]
    picture = tmp_path / "evaluation.png"
    arguments = [*policies, "--peak-nm", "8", "--peak-nm", "15", "--plot", str(picture), "--seeds", "1"]
    assert evaluate(settings, *arguments, "--json") == 0
    result = result_of(capsys)
    at_8 = [(name, 8.0) for name in ("DOFC tuned", "law", "lstm_8nm", "zero")]
    at_15 = [(name, 15.0) for name in ("DOFC tuned", "law", "lstm_15nm", "zero")]
    assert rows(result) == [("no exo", 0.0), *at_8, *at_15]
    assert [(row["name"], row["peak_nm"]) for row in result["comparisons"]] == [*at_8[1:], *at_15[1:]]
    laws = [figures["policy"] for figures in result["figures"] if figures["name"] == "law"]
    assert laws == ["law_8nm", "law_15nm"]
    assert ([tuning["peak_nm"] for tuning in result["dofc"]], result["peaks_nm"]) == ([8.0, 15.0], [8.0, 15.0])
    torques = {row["peak_nm"]: row["torque_rms_nm"] for row in result["conditions"] if row["name"] == "law"}
    assert torques[15.0] > 8.0 >= torques[8.0]
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_table_of_several_peak_torques_names_them(capsys, settings: Path):
    arguments = ["--policy", "dofc", "--peak-nm", "6", "--peak-nm", "8", "--seeds", "1"]
    assert evaluate(settings, *arguments) == 0
    out = capsys.readouterr().out
    for peak in ("6 Nm", "8 Nm"):
        assert re.search(rf"^DOFC tuned, {peak} ", out, re.MULTILINE)
        assert re.search(rf"^dofc, {peak}: better than tuned DOFC in \d of 1 seeds", out, re.MULTILINE)


def test_a_policy_made_for_another_peak_torque_is_walked_with_a_note(capsys, settings: Path):
    assert evaluate(settings, "--policy", "lstm_15nm", "--peak-nm", "8", "--seeds", "1", "--json") == 0
    result = result_of(capsys)
    assert ("lstm_15nm", 8.0) in rows(result)
    assert any("lstm_15nm: was made for 15 Nm" in note and "--peak-nm 15" in note for note in result["notes"])


def test_no_law_is_walked_where_none_is_wanted(capsys, settings: Path):
    assert evaluate(settings, "--policy", "lstm_8nm", "--law", "none", "--seeds", "1", "--json") == 0
    assert "law" not in [row["name"] for row in result_of(capsys)["conditions"]]


@pytest.mark.parametrize(
    ("peak_nm", "gait", "law"),
    [
        (8.0, "geyer_herr", "law_8nm"),
        (15.0, "geyer_herr", "law_15nm"),
        (6.0, "geyer_herr", None),
        (8.0, "two_state", None),
    ],
)
def test_the_shipped_law_is_that_of_peak_torque_and_gait(peak_nm: float, gait: str, law: str | None):
    assert shipped_law(peak_nm, gait) == law


def test_a_law_may_be_named(capsys, settings: Path):
    assert evaluate(settings, "--law", "law_15nm", "--gait", "two_state", "--seeds", "1", "--json") == 0
    result = result_of(capsys)
    assert ("law", 8.0) in rows(result)
    assert [note for note in result["notes"] if "no bound" in note] == [
        "law: was searched with peak torque 15 Nm, so it is no bound with 8 Nm",
        "law: was searched with gait geyer_herr, so it is no bound with two_state",
    ]


def test_a_training_gait_that_is_not_here_is_told_with_the_fix(capsys, settings: Path, tmp_path: Path):
    shipped = config_path("policies")
    (tmp_path / "own.onnx").write_bytes((shipped / "lstm_8nm.onnx").read_bytes())
    manifest = json.loads((shipped / "lstm_8nm.json").read_text())
    manifest["training"]["gaits"] = ["elsewhere"]
    (tmp_path / "own.json").write_text(json.dumps(manifest))
    assert evaluate(settings, "--policy", str(tmp_path / "own.onnx")) == 2
    error = capsys.readouterr().err
    assert "unknown gait 'elsewhere'" in error and "--gait" in error


def test_the_unseen_settings_differ_in_disturbances_and_noise_only(repo_root: Path):
    folder = repo_root / "config"
    usual, unseen = (load_evaluation_settings(folder / f"{name}.yaml") for name in ("evaluation", "evaluation_unseen"))
    assert (unseen.disturbance.torque_nm, unseen.disturbance.push_m_s) == (3.0, 0.1)
    assert unseen.noise.position_rad == 2.0 * usual.noise.position_rad
    assert unseen.noise.velocity_rad_s == 2.0 * usual.noise.velocity_rad_s
    same = {"noise": usual.noise, "disturbance": usual.disturbance}
    assert unseen.model_copy(update=same) == usual


def test_the_unseen_settings_are_taken_by_the_command(capsys, repo_root: Path):
    unseen = str(repo_root / "config" / "evaluation_unseen.yaml")
    assert main(["evaluate", "--settings", unseen, "--seconds", "3"]) == 2
    assert "walks of 3 s: need 7 s" in capsys.readouterr().err


def test_the_result_holds_each_walk_the_sweep_and_the_comparisons(capsys, settings: Path, law: Path):
    assert evaluate(settings, "--policy", "zero", "--law", str(law), "--json") == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [figures["name"] for figures in result["figures"]] == ["no exo", "DOFC tuned", "law", "zero"]
    none, *_, zero = result["figures"]
    assert [walk["seed"] for walk in none["walks"]] == [2000000, 2000001]
    assert zero["walks"] == none["walks"]
    assert none["cot_net"] == pytest.approx(sum(walk["cot_net"] for walk in none["walks"]) / 2)
    (tuning,) = result["dofc"]
    assert len(tuning["sweep"]) == 4 and tuning["best"] in tuning["sweep"]
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
        (["--law", "dofc"], "--law dofc: unknown law; .*choices: law_15nm, law_8nm, none, or a .yaml file"),
        (["--law", "law_9nm"], "did you mean 'law_8nm'"),
        (["--gait", "two_stat"], "did you mean 'two_state'"),
        (["--peak-nm", "16"], "peak torque 16 Nm"),
        (["--peak-nm", "8", "--peak-nm", "16"], "peak torque 16 Nm"),
        (["--peak-nm", "8", "--peak-nm", "8"], "--peak-nm 8.0: is given more than once"),
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
