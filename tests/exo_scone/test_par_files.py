"""Gains there and back: .par files by SCONE's names."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exo.cli import main
from exo_control.errors import ConfigError
from exo_scone.engines import ENGINES
from exo_scone.gait_parameters import gait_to_parameters, parameters_to_gait
from exo_scone.par_file import Parameter, format_par, parse_par
from exo_scone.parameter_names import ParameterNames
from exo_sim.gait import Gait, initial_gait, load_gait
from exo_sim.reflex_controller import load_reflex_controller

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)


@given(st.dictionaries(NAMES, st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=8))
def test_a_par_file_read_back_is_the_same(numbers: dict[str, tuple[float, float, float]]) -> None:
    parameters = [Parameter(name, *values) for name, values in numbers.items()]
    assert parse_par(format_par(parameters), "gait.par") == parameters


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_with_its_line(text: str) -> None:
    try:
        parameters = parse_par(text, "gait.par")
    except ConfigError as error:
        assert str(error).startswith("gait.par:")
    else:
        assert all(math.isfinite(p.best) and math.isfinite(p.mean) and math.isfinite(p.std) for p in parameters)


@pytest.mark.parametrize("engine", ENGINES.values(), ids=lambda engine: engine.name)
def test_a_gait_comes_back_from_scones_names(gait: Gait, engine) -> None:
    parameters = parse_par(format_par(gait_to_parameters(gait, engine)), "gait.par")
    back = parameters_to_gait(parameters, gait.controller, "gait.par")
    assert back.gains == gait.gains and back.offsets == gait.offsets
    assert back.defaulted == [] and list(back.gains) == [p.name for p in gait.controller.parameters()]


# Names of SCONE's own H0918GaitRS2Osim4.par, H0918GaitRS2Hfd4.par and of its source for what those do not have.
@pytest.mark.parametrize(
    ("engine", "ours", "theirs"),
    [
        ("opensim4", "pelvis_tilt", "/jointset/ground_pelvis/pelvis_tilt/value.offset"),
        ("opensim4", "ankle_l", "/jointset/ankle_l/ankle_angle_l/value.offset"),
        ("opensim4", "forward_velocity", "/jointset/ground_pelvis/pelvis_tx/speed.offset"),
        ("opensim3", "hip_r", "hip_flexion_r.offset"),
        ("hyfydy", "knee_l", "knee_angle_l.offset"),
        ("hyfydy", "forward_velocity", "pelvis_tx_u.offset"),
    ],
)
def test_offsets_have_the_names_of_each_engine(engine: str, ours: str, theirs: str) -> None:
    gait = load_gait("two_state")
    named = {p.name: p.best for p in gait_to_parameters(gait, ENGINES[engine])}
    assert named[theirs] == gait.offsets[ours]


@pytest.mark.parametrize(
    ("controller", "ours", "theirs"),
    [
        ("two_state", "stance_load_threshold", "stance_load_threshold"),
        ("two_state", "S00011.hamstrings-pelvis_tilt.KP", "S00011.hamstrings-pelvis_tilt.KP"),
        ("two_state", "S11100.iliopsoas-hamstrings.L0", "S11100.iliopsoas-hamstrings.L0"),
        ("two_state", "S11100.glut_max-hip.P0", "S11100.glut_max-hip_flexion.P0"),
        ("two_state", "S10000.vasti-knee.KV", "S10000.vasti-knee_angle.KV"),
        ("geyer_herr", "S00011.vasti.pos_max", "S00011.vasti-knee_angle.pos_max"),
    ],
)
def test_gains_have_scones_names(controller: str, ours: str, theirs: str) -> None:
    assert ParameterNames(load_reflex_controller(controller)).scone[ours] == theirs


def test_scones_own_parameters_become_a_gait(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, output = tmp_path / "rs2.par", tmp_path / "gait.yaml"
    file.write_text(
        "hip_flexion_r.offset             0.0015020252 0.002811918 0.0011016463\n"
        "stance_load_threshold            0.28168695 0.28125453 0.0010940805\n"
        "S11111.tib_ant.KL                0.64857246 0.65038311 0.0013627742\n"
        "S00011.hamstrings-pelvis_tilt.KP 1.2212042 1.2223371 0.002826548\n"
    )
    arguments = ["--controller", "two_state", "--output", str(output), "--json"]
    assert main(["scone", "import-par", str(file), *arguments]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    gait, published = load_gait(str(output)), initial_gait(load_reflex_controller("two_state"))
    assert gait.offsets == {"hip_r": 0.001502}
    assert gait.gains["stance_load_threshold"] == 0.281687 and gait.gains["S11111.tib_ant.KL"] == 0.648572
    assert len(result["defaulted"]) == len(gait.gains) - 3 == len(gait.provenance["defaulted"])
    assert all(gait.gains[name] == published.gains[name] for name in result["defaulted"])
    assert result["out_of_range"] == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("S00011.vasti.pos_max -0.3 -0.3 0.01", "the nearest known name is 'S00011.vasti-knee_angle.pos_max'"),
        ("S00011.vastus.KF 1 1 0.1", "has no parameter 'S00011.vastus.KF', it would be ignored; the nearest known"),
        ("hip_flexion_R.offset 0 0 0.1", "the nearest known name is 'hip_flexion_r.offset'"),
        ("S00011.hamstrings-pelvis_tilt.P0 -0.2 -0.2 0.1", "fixes it at -0.105; make it [initial, minimum, maximum]"),
        ("pelvis_tilt.offset 0 0 1\n/jointset/ground_pelvis/pelvis_tilt/value.offset 0 0 1", "is given twice"),
        ("S11111.tib_ant.KL 1 1", "gait.par:1: has 3 words; needs `name best mean std`"),
        ("S11111.tib_ant.KL 1 nan 0.1", "gait.par:1: parameter 'S11111.tib_ant.KL': 'nan' is no finite number"),
        ("a 1 1 1\na 1 1 1", "gait.par:2: parameter 'a' is given twice"),
        ("", "gait.par: has no parameter"),
    ],
)
def test_what_scone_would_ignore_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, message: str
) -> None:
    file, output = tmp_path / "gait.par", tmp_path / "gait.yaml"
    file.write_text(line)
    assert main(["scone", "import-par", str(file), "--controller", "geyer_herr", "--output", str(output)]) == 2
    assert message in capsys.readouterr().err
    assert not output.exists()


def test_a_fixed_number_that_the_file_repeats_is_no_error() -> None:
    parameters = [Parameter("S00011.hamstrings-pelvis_tilt.P0", -0.105, -0.105, 0.0)]
    assert parameters_to_gait(parameters, load_reflex_controller("geyer_herr"), "gait.par").offsets == {}


def test_export_writes_what_import_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    par, output = tmp_path / "out.par", tmp_path / "back.yaml"
    assert main(["scone", "export-par", "geyer_herr", str(par), "--scone-engine", "hyfydy"]) == 0
    assert "for hyfydy" in capsys.readouterr().out
    assert main(["scone", "import-par", str(par), "--controller", "geyer_herr", "--output", str(output)]) == 0
    assert load_gait(str(output)).gains == load_gait("geyer_herr").gains
    assert main(["scone", "export-par", "geyer_herr", str(tmp_path / "out.txt")]) == 2
    assert "needs a name that ends in .par" in capsys.readouterr().err
