"""Frames of the live page."""

import json
from dataclasses import replace

import numpy as np
import pytest

from exo_nodes.view.view_frame import FrameMaker
from exo_sim.human_model import load_human_model
from exo_sim.names import MUSCLES

from .shown_walk import shown_walk


def test_a_walk_in_frames() -> None:
    maker = FrameMaker(load_human_model())
    states = list(shown_walk(4.0))
    frames = [maker.frame(state) for state in states]  # type: ignore[arg-type]
    last, state = frames[-1], states[-1]
    assert last["t"] == pytest.approx(state.stamp_ns * 1e-9)
    assert len(last["muscles"]) == len(last["activation"]) == len(MUSCLES) == len(maker.about["muscles"])
    assert last["torque_nm"] == pytest.approx(state.torque_nm, abs=1e-3)
    assert last["safety"]["state"] == "active" and last["safety"]["late_commands"] == "2"
    for side in range(2):
        percent = [frame["cycle"][side] for frame in frames if frame["cycle"][side] is not None]
        assert max(percent) > 90.0 and min(percent) < 10.0
        stance = np.mean([frame["stance"][side] for frame in frames])
        assert 0.5 < stance < 0.75
    assert len(json.dumps(last)) < 3000


def test_what_is_not_finite_is_null() -> None:
    state = replace(next(shown_walk(0.01)), command_nm=np.array([np.nan, np.inf]))
    frame = FrameMaker(load_human_model()).frame(state)  # type: ignore[arg-type]
    assert frame["command_nm"] == [None, None]
    json.dumps(frame, allow_nan=False)
