"""The points that pictures draw, against the engine's own geometry."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from exo_sim.body_figure import LEG_POINTS, BodyFigure
from exo_sim.engine import layout
from exo_sim.engine.geometry import muscle_paths, place_segments
from exo_sim.engine.model_arrays import model_arrays
from exo_sim.gait import load_gait
from exo_sim.human import SimulatedHuman
from exo_sim.human_model import HumanModel, load_human_model


@pytest.fixture(scope="module", params=[(None, None), (50.0, 1.5)], ids=["reference", "small"])
def model(request: pytest.FixtureRequest) -> HumanModel:
    return load_human_model().scaled(*request.param)


def state_of(coordinates: np.ndarray) -> np.ndarray:
    """Return an engine state with these angles, hip joint at the origin."""
    state = np.zeros(layout.STATE_SIZE)
    angle = coordinates.copy()
    for first in (1, 4):
        angle[first : first + 3] = angle[0] + np.cumsum(coordinates[first : first + 3])
    state[layout.POSITION + 2 : layout.POSITION + 9] = angle
    return state


def test_joints_feet_and_muscle_lengths_are_those_of_the_engine(model: HumanModel) -> None:
    arrays, figure = model_arrays(model), BodyFigure(model)
    rng = np.random.default_rng(0)
    postures = rng.uniform(-0.6, 0.6, (5, 7))
    placed = figure.place(postures, rng.uniform(0.0, 1.0, (5, 2)))
    for posture, coordinates in enumerate(postures):
        cosine, sine = np.empty(7), np.empty(7)
        origin, n = np.zeros((2, 7)), arrays.path_muscle.size
        length = np.empty(layout.N_MUSCLES)
        place_segments(arrays, state_of(coordinates), cosine, sine, origin)
        muscle_paths(arrays, cosine, sine, origin, length, np.empty((3, n)), np.empty((1, n)))
        hip = placed.hip[posture]
        for leg in range(2):
            points = dict(zip(LEG_POINTS, placed.legs[posture, leg] - hip, strict=True))
            foot = 3 + 3 * leg
            assert_allclose(points["knee"], origin[:, foot - 1], atol=1e-12)
            assert_allclose(points["ankle"], origin[:, foot], atol=1e-12)
            turn = np.array([[cosine[foot], -sine[foot]], [sine[foot], cosine[foot]]])
            for name, sphere in zip(("heel", "toe"), arrays.sphere, strict=True):
                assert_allclose(points[name] - points["ankle"], turn @ sphere, atol=1e-12)
        for muscle, (path, outward) in enumerate(zip(placed.muscles, figure.muscle_outward_m, strict=True)):
            steps = np.concatenate([np.diff(path[posture], axis=0), np.diff(outward)[:, None]], axis=1)
            assert np.linalg.norm(steps, axis=1).sum() == pytest.approx(length[muscle], abs=1e-12)


def test_the_centre_of_mass_tells_where_the_hip_is() -> None:
    gait = load_gait("two_state")
    human = SimulatedHuman(load_human_model(gait.human), gait)
    for _ in range(30):
        human.step(np.zeros(2))
    placed = BodyFigure(human.model).place(human.joint_position_rad, human.com_position_m)
    assert_allclose(placed.hip, human.root_position_m, atol=1e-12)
    lowest = placed.legs[..., 3:, 1].min() - BodyFigure(human.model).foot_radius_m
    assert -0.03 < lowest < 0.0  # a foot is on the ground, pressed in a little
    assert placed.trunk[2, 1] > placed.trunk[1, 1] > 0.8


def test_the_ground_pushes_between_heel_and_toe_where_the_foot_is_deeper(model: HumanModel) -> None:
    figure = BodyFigure(model)
    points = figure.place(np.zeros(7), np.zeros(2))
    heel, toe = points.legs[0, 3], points.legs[0, 4]

    def pushed(heel_depth: float, toe_depth: float) -> float:
        legs = points.legs.copy()
        legs[:, 3, 1], legs[:, 4, 1] = figure.foot_radius_m - heel_depth, figure.foot_radius_m - toe_depth
        return float(figure.pressure_forward_m(replace(points, legs=legs))[0])

    assert pushed(0.01, -0.02) == pytest.approx(heel[0], abs=1e-6)
    assert pushed(-0.02, 0.01) == pytest.approx(toe[0], abs=1e-6)
    assert pushed(-0.1, -0.1) == pushed(0.01, 0.01) == pytest.approx((heel[0] + toe[0]) / 2)
