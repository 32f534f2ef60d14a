"""The files that are written for SCONE."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_reflexes import Parameters, reflex_arrays
from zml_reader import child, children, read_zml

from exo.cli import main
from exo_control.errors import ConfigError
from exo_scone.engines import ENGINES
from exo_scone.par_file import read_par
from exo_scone.scenario import write_scenario
from exo_sim.gait import Gait
from exo_sim.human_model import HumanModel


@pytest.mark.parametrize("engine", ENGINES.values(), ids=lambda engine: engine.name)
def test_every_parameter_of_the_par_file_is_asked_for_by_the_scenario(
    model: HumanModel, gait: Gait, engine: Any, tmp_path: Path
) -> None:
    files = write_scenario(tmp_path, model, gait, engine)
    ((kind, body),) = read_zml(files.model)
    assert kind == engine.model_type
    parameters = Parameters({})
    reflex_arrays(child(child(body, "CompositeController"), "GaitStateController"), parameters.get)
    asked = set(parameters.used) | {f"{s}.offset" for s in child(body, "initial_state_offset_include").split(";")}
    assert files.par is not None
    assert {parameter.name for parameter in read_par(files.par)} <= asked


def rows(arrays: Any) -> list[tuple[float, ...]]:
    """Return the terms of a table that do something, in an order of their own."""
    terms = zip(*(np.asarray(column, dtype=float) for column in arrays[1:]), strict=True)
    return sorted(tuple(round(x, 9) for x in term) for term in terms if term[3] != 0.0)


def test_the_controller_that_scone_reads_is_the_gaits_table(model: HumanModel, gait: Gait, tmp_path: Path) -> None:
    files = write_scenario(tmp_path, model, gait, ENGINES["opensim4"])
    ((_, body),) = read_zml(files.model)
    controller = child(child(body, "CompositeController"), "GaitStateController")
    # Without a .par file, too: the gait's gains are the means.
    read, ours = reflex_arrays(controller, Parameters({}).get), gait.reflex_arrays()
    assert read.stance_load == ours.stance_load
    assert rows(read) == rows(ours)


def test_the_optimisation_starts_at_the_gait(model: HumanModel, gait: Gait, tmp_path: Path) -> None:
    write_scenario(tmp_path, model, gait, ENGINES["hyfydy"])
    ((kind, body),) = read_zml(tmp_path / "optimise.scone")
    assert kind == "CmaOptimizer" and child(child(body, "init"), "file") == "gait.par"
    objective = child(body, "SimulationObjective")
    assert {key for key, _ in objective} == {
        "max_duration", "ModelHyfydy", "CompositeController", "CompositeMeasure"
    }  # fmt: skip
    assert (tmp_path / child(child(objective, "ModelHyfydy"), "model_file")).is_file()
    assert len(children(child(objective, "CompositeMeasure"), "EffortMeasure")) == 2


def test_hyfydys_model_has_the_figures_of_scones_own(model: HumanModel, gait: Gait, tmp_path: Path) -> None:
    write_scenario(tmp_path, model, gait, ENGINES["hyfydy"])
    nodes = child(read_zml(tmp_path / "human.hfd"), "model")
    assert float(child(child(nodes, "material"), "stiffness")) == pytest.approx(11006.4, rel=1e-4)
    bodies = {child(body, "name"): body for body in children(nodes, "body")}
    assert list(bodies) == [
        "ground", "pelvis", "femur_r", "tibia_r", "calcn_r", "femur_l", "tibia_l", "calcn_l", "torso"
    ]  # fmt: skip

    def vector(block: Any) -> list[float]:
        return [float(child(block, axis)) for axis in "xyz"]

    # As in H0918v3.hfd.
    ankle = child(bodies["calcn_l"], "joint")
    assert vector(child(ankle, "pos_in_parent")) == pytest.approx([0.0, -0.2433, 0.0])
    assert vector(child(ankle, "pos_in_child")) == pytest.approx([-0.05123, 0.01195, 0.00792])
    back = child(bodies["torso"], "joint")
    assert vector(child(back, "pos_in_parent")) == pytest.approx([-0.03, 0.0815, 0.0])
    assert vector(child(back, "pos_in_child")) == pytest.approx([0.03, -0.32, 0.0])
    muscles = {child(muscle, "name"): muscle for muscle in children(nodes, "point_path_muscle")}
    assert len(muscles) == 18
    path = [(child(point, "body"), vector(child(point, "pos"))) for _, point in child(muscles["tib_ant_r"], "path")]
    assert [name for name, _ in path] == ["tibia_r", "tibia_r", "calcn_r"]
    assert path[2][1] == pytest.approx([0.0166, -0.0122, -0.0305])
    spheres = {child(geometry, "name"): geometry for geometry in children(nodes, "geometry")}
    assert vector(child(spheres["heel_r"], "pos"))[:2] == pytest.approx([-0.085, -0.015])
    assert [child(motor, "joint") for motor in children(nodes, "joint_motor")] == ["hip_r", "hip_l"]


def test_a_scone_that_is_too_old_is_refused(model: HumanModel, gait: Gait, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"SCONE 1\.6\.2 is too old"):
        write_scenario(tmp_path, model, gait, ENGINES["opensim3"], "1.6.2")


def test_the_command_writes_a_scenario_of_a_subject(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "scenario"
    arguments = ["geyer_herr", str(folder), "--mass-kg", "60", "--scone-engine", "opensim3"]
    assert main(["scone", "scenario", *arguments]) == 0
    assert "optimise.scone" in capsys.readouterr().out
    assert {file.name for file in folder.iterdir()} == {
        "model.scone", "optimise.scone", "controller.scone", "gait.par", "start.zml", "human.osim"
    }  # fmt: skip
