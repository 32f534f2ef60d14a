"""Heel strikes and step lengths from hip angles, against the ground contacts and the way of the simulated person."""

import numpy as np
import pytest

from exo_analysis.hip_contacts import find_contacts
from exo_control.errors import ExoError
from exo_sim.disturbance import Disturbance
from exo_sim.gait import load_gait
from exo_sim.gait_analysis import heel_strikes
from exo_sim.human_model import load_human_model
from exo_sim.leg_length import leg_length_m
from exo_sim.names import COORDINATES
from exo_sim.walk import Walker

NOISE_RAD = 0.01
"""Of an encoder, many times that of a good one."""


@pytest.mark.parametrize(
    ("name", "least_error", "largest_error"),
    [("two_state", 0.08, 0.16), ("geyer_herr", -0.08, 0.0), ("speeds/geyer_herr_0.83", 0.25, 0.33)],
)
def test_contacts_and_steps_of_the_simulated_person(name: str, least_error: float, largest_error: float) -> None:
    gait = load_gait(name)
    model = load_human_model(gait.human)
    walk = Walker(model, gait).disturbed(15.0, Disturbance(), 0)
    time_s, noise = 0.01 * np.arange(len(walk.joint())), np.random.default_rng(0).normal(size=(2, len(walk.joint())))
    right, left = (
        walk.joint()[:, COORDINATES.index(f"hip_{side}")] + NOISE_RAD * noise[row] for row, side in enumerate("rl")
    )
    contacts = find_contacts(time_s, right, left)
    steady = []
    for side, found in enumerate((contacts.right_s, contacts.left_s)):
        strikes_s = 0.01 * heel_strikes(walk.ground_reaction_bw[:, side, 1])
        inside = found[(found > 3.0) & (found < 14.0)]
        late_s = np.array([at - strikes_s[np.abs(strikes_s - at).argmin()] for at in inside])
        assert len(inside) == ((strikes_s > 2.98) & (strikes_s < 13.98)).sum()
        assert 0.015 < late_s.mean() < 0.035 and late_s.std() < 0.010
        steady.append(inside)
    stride_s = float(np.diff(steady[0]).mean())
    walked_m = walk.com[1400, 0] - walk.com[300, 0]
    step_m = 0.5 * stride_s * walked_m / 11.0
    assert least_error < contacts.step_length_m(leg_length_m(model)) / step_m - 1.0 < largest_error


def test_the_steps_of_straight_legs_are_those_of_the_triangle() -> None:
    time_s = np.arange(0.0, 10.0, 0.01)
    swing = 0.3 * np.sin(2.0 * np.pi * time_s)
    contacts = find_contacts(time_s, 0.2 + swing, 0.2 - swing)
    assert contacts.right_s[:3] == pytest.approx([0.25, 1.25, 2.25], abs=0.01)
    assert contacts.left_s[:3] == pytest.approx([0.75, 1.75, 2.75], abs=0.01)
    assert contacts.step_length_m(0.9) == pytest.approx(2.0 * 0.9 * np.sin(0.3), rel=0.01)


def test_what_is_no_walk_is_refused() -> None:
    time_s = np.arange(0.0, 10.0, 0.01)
    with pytest.raises(ExoError, match="the hip moves 0"):
        find_contacts(time_s, np.zeros(1000), np.zeros(1000))
    with pytest.raises(ExoError, match="1000 right and 999 left angles"):
        find_contacts(time_s, np.zeros(1000), np.zeros(999))
    walking = find_contacts(time_s, np.sin(6.0 * time_s), -np.sin(6.0 * time_s))
    with pytest.raises(ExoError, match="leg_length_m = 0: needs a number above 0"):
        walking.step_length_m(0.0)
