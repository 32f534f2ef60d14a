"""A user's own SCONE model, on the double: parameters that it would ignore, parts that it lacks."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from shipped import load_gait

from exo.cli import main
from exo_control.errors import ConfigError
from exo_scone.engines import ENGINES
from exo_scone.errors import SconeError
from exo_scone.finder import load_sconepy
from exo_scone.model_binding import ModelBinding
from exo_scone.par_file import read_par, write_par
from exo_scone.people import load_own_human
from exo_scone.scenario import write_scenario
from exo_sim.human_model import HumanModel


@pytest.fixture
def own(double: Path, model: HumanModel, tmp_path: Path) -> Path:
    """A model with its parameters beside it."""
    files = write_scenario(tmp_path / "own", model, load_gait("two_state"), ENGINES["opensim4"])
    assert files.par is not None
    files.par.rename(files.model.with_suffix(".par"))
    return files.model


def test_names_that_scone_would_ignore_are_named_with_the_nearest_known_ones(own: Path) -> None:
    load_own_human(str(own))
    par = own.with_suffix(".par")
    text = par.read_text()
    wrong = text.replace("S00011.vasti.KF ", "S00011.vastii.KF").replace(
        "/jointset/hip_r/hip_flexion_r/value.offset", "hip_flexion_r.offset"
    )
    par.write_text(wrong.replace("stance_load_threshold", "stance_lod_threshold"))
    with pytest.raises(ConfigError) as error:
        load_own_human(str(own))
    for expected in (
        "'S00011.vastii.KF': the nearest known name is 'S00011.vasti.KF'",
        "'hip_flexion_r.offset'",
        "'stance_lod_threshold'",
        str(par),
        "SCONE would ignore them",
    ):
        assert expected in str(error.value)
    assert "S00011.vasti.KL" not in str(error.value)


def test_many_wrong_names_are_counted(own: Path) -> None:
    par = own.with_suffix(".par")
    lines = [line.replace("S", "T", 1) if line.startswith("S") else line for line in par.read_text().splitlines()]
    par.write_text("\n".join(lines))
    with pytest.raises(ConfigError, match=r"; and \d+ more\. Mend or delete their lines"):
        load_own_human(str(own))


def test_a_parameter_of_a_script_and_a_gain_of_zero_are_known(own: Path) -> None:
    text = own.read_text()
    own.write_text(text.replace("CompositeController {", "CompositeController {\n\t\tscript_file = mine.lua\n", 1))
    par = own.with_suffix(".par")
    (own.parent / "mine.lua").write_text('k = par:create_from_string("stiffness_of_mine", "~1<-10,10>")\n')
    parameters = read_par(par)
    write_par(par, [type(p)(p.name, 0.0, 0.0, p.std) if p.name == "S00011.vasti.KF" else p for p in parameters])
    par.write_text(par.read_text() + "stiffness_of_mine 1 1 0.1\n")
    load_own_human(str(own))
    par.write_text(par.read_text() + "stiffness_of_yours 1 1 0.1\n")
    with pytest.raises(ConfigError, match="'stiffness_of_yours'"):
        load_own_human(str(own))


@pytest.mark.parametrize(
    ("part", "lacking", "message"),
    [
        ("legs", "leg0_l", "the model has no leg of side 'l'; its legs: r"),
        ("dofs", "knee_angle_l", "the model has no coordinate 'knee_angle_l'; the nearest known name is"),
        ("muscles", "soleus_r", "the model has no muscle 'soleus_r'; the nearest known name is"),
    ],
)
def test_a_part_that_a_model_lacks_is_named(
    own: Path, monkeypatch: pytest.MonkeyPatch, part: str, lacking: str, message: str
) -> None:
    loaded = load_sconepy().load_model(str(own), str(own.with_suffix(".par")))
    parts: list[SimpleNamespace] = [each for each in getattr(loaded, part)() if each.name() != lacking]
    monkeypatch.setattr(loaded, part, lambda: parts)
    with pytest.raises(SconeError, match=message):
        ModelBinding(loaded)


def test_exo_walk_walks_it(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["walk", "--engine", "scone", "--seconds", "1.5", "--json", "--gait"]
    speeds = []
    for gait in (str(own), "two_state"):
        assert main([*command, gait]) == 0
        speeds.append(json.loads(capsys.readouterr().out.splitlines()[-1])["speed_mps"])
    assert speeds[0] == pytest.approx(speeds[1], rel=1e-6)
    assert main([*command, str(own), "--mass-kg", "70"]) == 2
    assert "has a body of its own" in capsys.readouterr().err
