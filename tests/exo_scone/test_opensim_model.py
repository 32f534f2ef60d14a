"""The .osim file that is written, in OpenSim itself: masses, muscle paths, end stops, contact, actuators."""

import math
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from shipped import load_gait
from zml_reader import child, read_zml

from exo_scone.engines import ENGINES, scone_coordinate
from exo_scone.exo_actuators import EXO_PEAK_NM
from exo_scone.scenario import write_scenario
from exo_sim.engine import layout
from exo_sim.engine.geometry import muscle_paths, place_segments
from exo_sim.engine.model_arrays import model_arrays
from exo_sim.human_model import HumanModel
from exo_sim.names import COORDINATES, MUSCLES

pytestmark = pytest.mark.oracle


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, model: HumanModel) -> Path:
    folder = tmp_path_factory.mktemp("scenario")
    write_scenario(folder, model, load_gait("two_state"), ENGINES["opensim4"])
    return folder


@pytest.fixture(scope="module")
def opensim(tmp_path_factory: pytest.TempPathFactory) -> Any:
    here = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("opensim"))  # it opens a log file in the current folder on import
    try:
        import opensim
    except ImportError:  # no wheel for Python 3.10, where the same library is called pyopensim
        wheel = pytest.importorskip("pyopensim", reason="OpenSim is not installed, or libopenblas0 is missing")
        parts = (wheel.simbody, wheel.common, wheel.simulation, wheel.actuators)
        opensim = SimpleNamespace(**{name: value for part in parts for name, value in vars(part).items()})
    finally:
        os.chdir(here)
    opensim.Logger.setLevelString("Error")
    return opensim


@pytest.fixture(scope="module")
def osim(opensim: Any, folder: Path) -> tuple[Any, Any]:
    loaded = opensim.Model(str(folder / "human.osim"))
    return loaded, loaded.initSystem()


def pose(osim: tuple[Any, Any], angles: dict[str, float], x: float = 0.0, y: float = 1.0) -> None:
    loaded, state = osim
    coordinates = loaded.getCoordinateSet()
    for name, value in (*angles.items(), ("pelvis_tx", x), ("pelvis_ty", y)):
        coordinates.get(name).setValue(state, value, False)
        coordinates.get(name).setSpeedValue(state, 0.0)


def test_opensim_reads_all_parts(osim: tuple[Any, Any], model: HumanModel) -> None:
    loaded, state = osim
    assert loaded.getTotalMass(state) == pytest.approx(model.mass_kg)
    assert [loaded.getMuscles().get(i).getName() for i in range(18)] == list(MUSCLES)
    actuators = loaded.getActuators()
    assert [actuators.get(i).getName() for i in range(18, actuators.getSize())] == ["exo_hip_r", "exo_hip_l", "push"]
    names = {coordinate.getName() for coordinate in loaded.getCoordinateSet()}
    assert names == {*map(scone_coordinate, COORDINATES), "pelvis_tx", "pelvis_ty"}


@pytest.mark.parametrize("seed", range(3))
def test_paths_and_centre_of_mass_are_those_of_our_engine(osim: tuple[Any, Any], model: HumanModel, seed: int) -> None:
    angles = dict(zip(COORDINATES, np.random.default_rng(seed).uniform(-0.6, 0.0, 7).tolist(), strict=True))
    pose(osim, {scone_coordinate(name): value for name, value in angles.items()})
    loaded, state = osim
    loaded.realizePosition(state)
    arrays, ours = model_arrays(model), np.zeros(layout.STATE_SIZE)
    ours[layout.POSITION + 2] = tilt = angles["pelvis_tilt"]
    for leg, side in enumerate("rl"):
        joints = [angles[f"{name}_{side}"] for name in ("hip", "knee", "ankle")]
        ours[layout.POSITION + 3 + 3 * leg : layout.POSITION + 6 + 3 * leg] = tilt + np.cumsum(joints)
    cosine, sine, origin = np.empty(7), np.empty(7), np.zeros((2, 7))
    lengths = np.empty(18)
    place_segments(arrays, ours, cosine, sine, origin)
    crossing = arrays.path_muscle.size
    muscle_paths(arrays, cosine, sine, origin, lengths, np.empty((3, crossing)), np.empty((1, crossing)))
    theirs = [loaded.getMuscles().get(name).getLength(state) for name in MUSCLES]
    assert theirs == pytest.approx(lengths.tolist(), abs=1e-9)
    centre = loaded.calcMassCenterPosition(state)
    theta = ours[layout.POSITION + 2 : layout.POSITION + 9]
    moment = arrays.first_moment[[0, 1, 2, 3, 1, 2, 3]]
    x = np.sum(np.cos(theta) * moment[:, 0] - np.sin(theta) * moment[:, 1]) / arrays.total_mass
    hip = -arrays.pelvis_origin  # from the pelvis, which stands at (0, 1)
    forward = math.cos(tilt) * hip[0] - math.sin(tilt) * hip[1]
    assert centre.get(0) == pytest.approx(forward + x, abs=1e-9)


def test_the_ground_carries_the_body_weight_at_the_start(
    osim: tuple[Any, Any], folder: Path, model: HumanModel
) -> None:
    gait, start = load_gait("two_state"), read_zml(folder / "start.zml")
    angles = {name: float(text) for name, text in child(start, "values")}
    y = angles.pop("pelvis_ty")
    angles.pop("pelvis_tx")
    for name, offset in gait.offsets.items():
        if name in COORDINATES:
            angles[scone_coordinate(name)] += offset
    pose(osim, angles, y=y)
    loaded, state = osim
    loaded.realizeDynamics(state)
    # Values per contact surface: of the ground first, force and torque.
    ground = [loaded.getForceSet().get(f"foot_{side}").getRecordValues(state).get(1) for side in "rl"]
    assert -sum(ground) == pytest.approx(model.mass_kg * model.gravity_m_s2, rel=1e-3)


def test_end_stops_push_back_as_in_the_model_file(opensim: Any, osim: tuple[Any, Any], model: HumanModel) -> None:
    loaded, state = osim
    knee = model.joints["knee"]
    assert knee.range_rad is not None
    pose(osim, {"knee_angle_r": knee.range_rad[1] + 0.1})
    stop = opensim.CoordinateLimitForce.safeDownCast(loaded.getForceSet().get("stop_knee_r"))
    loaded.realizeVelocity(state)
    assert stop.calcLimitForce(state) == pytest.approx(-0.1 * knee.limit_stiffness_nm_rad, rel=5e-3)
    pose(osim, {"knee_angle_r": -0.5})
    loaded.realizeVelocity(state)
    assert stop.calcLimitForce(state) == 0.0


def test_a_flexing_torque_of_the_exoskeleton_flexes_the_hip(opensim: Any, osim: tuple[Any, Any]) -> None:
    loaded, state = osim
    pose(osim, {scone_coordinate(name): 0.0 for name in COORDINATES}, y=2.0)
    place = [loaded.getActuators().get(i).getName() for i in range(21)].index("exo_hip_r")
    accelerations = []
    for control in (0.0, 1.0):
        controls = opensim.Vector(21, 0.0)
        controls.set(place, control)
        loaded.realizeVelocity(state)
        loaded.setControls(state, controls)
        loaded.realizeAcceleration(state)
        coordinates = loaded.getCoordinateSet()
        accelerations.append([coordinates.get(f"hip_flexion_{side}").getAccelerationValue(state) for side in "rl"])
    (right, left), (driven, other) = accelerations
    assert driven - right > 0.1 * EXO_PEAK_NM  # a leg has about 4 kg m^2 about its hip
    assert abs(other - left) < driven - right
