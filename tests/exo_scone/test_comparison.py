"""The same gains in two engines; SCONE is the double here, so nothing is learned of SCONE itself."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from shipped import load_gait

from exo.cli import main
from exo_scone.comparison import ANGLES, FORCES, EngineWalk, differences, walk_engine
from exo_scone.people import make_scone_human
from exo_sim.engine import layout
from exo_sim.human import SimulatedHuman
from exo_sim.human_model import HumanModel
from exo_sim.names import LEG_MUSCLES


@pytest.fixture(scope="module")
def ours() -> EngineWalk:
    from exo_sim.human_model import load_human_model

    return walk_engine("exo", SimulatedHuman(load_human_model(), load_gait("two_state")), 7.0)


def test_the_command_compares_and_says_whose_figures_they_are(
    double: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "compare.png"
    assert main(["scone", "compare", "two_state", "--seconds", "7", "--plot", str(picture), "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    mine, theirs = result["engines"]
    assert mine["engine"] == "exo" and theirs["engine"] == "SCONE 2.4.4 (test double, not SCONE), ModelOpenSim4"
    assert mine["seconds"] == theirs["seconds"] == 7.0
    assert theirs["speed_mps"] == pytest.approx(mine["speed_mps"], rel=1e-6)
    assert theirs["cot_gross"] == pytest.approx(mine["cot_gross"], rel=0.01)
    assert theirs["engines_own_power_w"] == pytest.approx(mine["engines_own_power_w"], rel=1e-6)
    assert theirs["wall_s_per_simulated_s"] > 0.0
    assert set(result["likeness"]) == {*ANGLES, *FORCES, *LEG_MUSCLES}
    assert all(row["rms_difference"] < 1e-3 for row in result["likeness"].values())
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_difference_between_the_engines_is_seen(ours: EngineWalk) -> None:
    record = ours.walk.record.copy()
    record[:, layout.POSITION + 3] += 0.1  # the right thigh: hip 0.1 rad more, knee 0.1 rad less
    rows = differences(ours, replace(ours, walk=replace(ours.walk, record=record)))
    assert rows["hip"]["rms_difference"] == pytest.approx(np.degrees(0.1), rel=1e-6)
    assert rows["knee"]["rms_difference"] == pytest.approx(np.degrees(0.1), rel=1e-6)
    assert rows["ankle"]["rms_difference"] == pytest.approx(0.0, abs=1e-9)
    assert rows["hip"]["correlation"] < 1.0


def test_a_fall_has_no_curves_but_figures(double: Path, model: HumanModel, ours: EngineWalk) -> None:
    gait = load_gait("two_state")
    weak = replace(gait, gains={**gait.gains, "S00011.vasti.KF": 0.0, "S00011.vasti.KL": 0.0})
    fallen = walk_engine("SCONE", make_scone_human(model, weak), 7.0)
    assert fallen.walk.fell and fallen.walk.seconds < 6.0
    assert differences(ours, fallen) == {} and fallen.figures()["fell"] is True


def test_without_scone_the_command_says_what_to_do(no_scone: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scone", "compare", "two_state"]) == 2
    assert "SCONE is not installed" in capsys.readouterr().err


def test_the_table_has_a_row_per_figure_and_curve(double: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scone", "compare", "two_state", "--seconds", "7"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:3] == ["exo", "SCONE", "SCONE:"] and "(test double, not SCONE), ModelOpenSim4" in lines[0]
    rows = {line[:42].strip(): line[42:].split() for line in lines[1:] if line}
    assert rows["walked, s"] == ["7.00", "7.00"] and rows["fell"] == ["False", "False"]
    assert rows["speed, m/s"][0] == rows["speed, m/s"][1]
    assert {*ANGLES, *FORCES, *LEG_MUSCLES} <= set(rows)
    assert float(rows["hip"][0]) < 0.1 and float(rows["hip"][1]) > 0.99


def test_a_short_walk_has_a_table_without_curves(double: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scone", "compare", "two_state", "--seconds", "1.5"]) == 0
    output = capsys.readouterr()
    assert "walked, s" in output.out and "hip" not in output.out
    assert "Curves are not compared" in output.err


def test_a_model_of_ones_own_is_compared_with_an_imported_gait_of_a_subject(
    double: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lea = tmp_path / "lea.yaml"
    lea.write_text("mass_kg: 62\nheight_m: 1.68\n")
    subject = ["--subject", str(lea)]
    assert main(["scone", "scenario", "two_state", str(tmp_path), *subject, "--json"]) == 0
    written = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (written["engine"], written["version"]) == ("opensim4", "2.4.4 (test double, not SCONE)")
    gait = str(tmp_path / "imported.yaml")
    assert main(["scone", "import-par", written["par"], "--controller", "two_state", "--output", gait]) == 0
    (tmp_path / "gait.par").rename(tmp_path / "model.par")
    capsys.readouterr()
    command = ["scone", "compare", gait, "--model", written["model"], "--seconds", "1.5", "--json"]
    assert main([*command, *subject]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    mine, theirs = result["engines"]
    assert result["model"] == written["model"]
    assert theirs["speed_mps"] == pytest.approx(mine["speed_mps"], rel=1e-3)
    assert main([*command, *subject, "--mass-kg", "70"]) == 2
    assert f"--mass-kg 70: --subject {lea} has its own" in capsys.readouterr().err
