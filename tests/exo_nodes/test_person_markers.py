"""The markers of the person, against the robot description's conventions."""

import math
from dataclasses import replace

import numpy as np
import pytest
from visualization_msgs.msg import Marker

from exo_nodes import topics
from exo_nodes.view.person_markers import ACTIVE, NEWTON_PER_M, REST, PersonMarkers
from exo_sim.human_model import load_human_model
from exo_sim.names import LEG_MUSCLES

from .shown_walk import ShownState, shown_walk


@pytest.fixture(scope="module")
def state() -> ShownState:
    return list(shown_walk(0.3))[-1]


def markers(state: ShownState, namespace: str) -> list[Marker]:
    message, _ = PersonMarkers(load_human_model()).fill(state)  # type: ignore[arg-type]
    assert {marker.header.frame_id for marker in message.markers} == {topics.WORLD_FRAME}
    assert len({(marker.ns, marker.id) for marker in message.markers}) == len(message.markers)
    return [marker for marker in message.markers if marker.ns == namespace]


def test_muscles_take_the_colour_of_their_activation(state: ShownState) -> None:
    activation = np.linspace(0.0, 1.0, 18)
    shown = markers(replace(state, activation=activation), "muscles")
    assert len(shown) == 18
    for marker, share in zip(shown, activation, strict=True):
        colour = (marker.color.r, marker.color.g, marker.color.b)
        assert colour == pytest.approx([a + (b - a) * share for a, b in zip(REST, ACTIVE, strict=True)], abs=1e-6)


def test_the_left_leg_is_on_the_left(state: ShownState) -> None:
    for index, marker in enumerate(markers(state, "muscles")):
        side = -1.0 if index < len(LEG_MUSCLES) else 1.0
        assert all(side * point.y > 0.0 for point in marker.points)


def test_ground_reactions_begin_at_the_ground_and_are_to_scale(state: ShownState) -> None:
    force = np.array([[80.0, 800.0], [0.0, 0.0]])
    right, left = markers(replace(state, ground_n=force), "ground reaction")
    foot, tip = right.points
    assert foot.z == 0.0
    assert (tip.x - foot.x, tip.z) == pytest.approx((80.0 / NEWTON_PER_M, 800.0 / NEWTON_PER_M))
    assert left.action == Marker.DELETE and left.points == []


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_arrow_of_flexion_goes_forward_and_up(state: ShownState, sign: float) -> None:
    right, left = markers(replace(state, torque_nm=np.array([0.0, sign * 5.0])), "torque")
    assert right.action == Marker.DELETE
    begin, end = left.points[0], left.points[-2]
    assert sign * (end.x - begin.x) > 0.1 and end.z > begin.z
    head = [math.dist((point.x, point.z), (end.x, end.z)) for point in (left.points[-3], left.points[-1])]
    assert head == pytest.approx([head[0]] * 2)
