import json
import re

import pytest

from exo.cli import main


def last_json(capsys: pytest.CaptureFixture[str]) -> dict:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


@pytest.mark.parametrize("gait", ["geyer_herr", "two_state"])
def test_walk_prints_the_keys_others_build_on(capsys, gait):
    assert main(["walk", "--gait", gait, "--seconds", "10", "--json"]) == 0
    result = last_json(capsys)
    wanted = {"seconds", "fell", "speed_mps", "cot_gross", "cot_net", "wren_r", "stance_percent", "grf_peaks_bw"}
    assert wanted <= set(result)
    assert set(result["wren_r"]) == {"hip", "knee", "ankle", "hip_velocity"}
    assert result["seconds"] == 10.0 and not result["fell"]


def test_walks_with_seeds_count_the_survivors(capsys):
    assert main(["walk", "--seconds", "3", "--noise-nm", "1", "--seeds", "3", "--json"]) == 0
    result = last_json(capsys)
    assert result["seeds"] == 3
    assert result["survived"] == sum(seconds == 3.0 for seconds in result["seconds_walked"])


def test_the_same_seed_walks_the_same_way_and_another_one_differs(capsys):
    def speed(seed: str) -> float:
        assert main(["walk", "--seconds", "4", "--noise-nm", "2", "--first-seed", seed, "--json"]) == 0
        return last_json(capsys)["speed_mps"]

    assert speed("1") == speed("1") != speed("2")


def test_a_policy_changes_the_walk(capsys):
    def cost(*arguments: str) -> float:
        assert main(["walk", "--seconds", "8", "--json", *arguments]) == 0
        return last_json(capsys)["cot_net"]

    assert cost("--policy", "dofc", "--policy-param", "gain_nm=2") != cost()


def test_the_plot_is_written(capsys, tmp_path):
    picture = tmp_path / "gait.png"
    assert main(["walk", "--seconds", "8", "--plot", str(picture)]) == 0
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--gait", "geyer_her"], "did you mean 'geyer_herr'"),
        (["--gait", "/nowhere/gait.yaml"], "/nowhere/gait.yaml"),
        (["--seconds", "0"], "--seconds 0"),
        (["--seconds", "nan"], "--seconds nan"),
        (["--noise-nm", "-1"], "--noise-nm -1"),
        (["--seeds", "0"], "--seeds 0"),
        (["--mass-kg", "500"], r"mass_kg = 500 is outside \[40, 130\]"),
        (["--height-m", "0.5"], r"height_m = 0.5 is outside \[1.4, 2.1\]"),
        (["--physics-step-s", "0.003"], "physics_step_s = 0.003"),
        (["--policy", "dofcc"], "did you mean 'dofc'"),
        (["--policy", "dofc", "--policy-param", "gain=3"], "no parameter 'gain'"),
        (["--policy", "dofc", "--policy-param", "gain_nm"], "needs NAME=NUMBER"),
    ],
)
def test_bad_arguments_are_named_with_the_fix(capsys, arguments, message):
    assert main(["walk", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("exo: error: ")
    assert re.search(message, captured.err)
