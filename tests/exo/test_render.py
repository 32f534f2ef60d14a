"""``exo render``: videos of a recorded trial, and what goes wrong."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from exo.cli import main
from exo.trajectory import Trajectory, from_walk
from exo.video_file import gif_frames_per_s
from exo.walk_film import Film
from exo.walk_scene import ACTIVE, RIGHT
from exo_nodes import topics
from exo_sim.disturbance import Disturbance
from exo_sim.gait import load_gait
from exo_sim.human_model import load_human_model
from exo_sim.walk import Walker

from .trial_files import write_trial

MODEL = load_human_model()


@pytest.fixture(scope="module")
def walk() -> Trajectory:
    return from_walk(Walker(MODEL, load_gait("two_state")).disturbed(0.8, Disturbance(8.0, 0.0), 1))


@pytest.fixture(scope="module")
def trial(walk: Trajectory, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trials") / "walk"
    write_trial(folder, walk)
    return folder


def picture(trajectory: Trajectory) -> np.ndarray:
    """Return the first picture, (height, width, 3)."""
    return np.asarray(next(Film(trajectory, MODEL, "", 960, 25.0).pictures())).astype(int)


def near(image: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """Return the x of all pixels of a colour where the person is: left of the traces, below the legend."""
    return np.flatnonzero((np.abs(image[70:, :480] - colour).max(axis=2) < 12).any(axis=0))


def test_a_gif_has_the_part_that_was_asked_for(trial: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "walk.gif"
    words = ["--output", str(output), "--from", "0.2", "--seconds", "0.4", "--width", "320", "--fps", "10", "--json"]
    assert main(["render", str(trial), *words]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["frames"] == 4 and result["seconds"] == pytest.approx(0.4)
    assert result["bytes"] == output.stat().st_size
    with Image.open(output) as gif:
        assert (gif.n_frames, gif.size, gif.info["duration"], gif.info["loop"]) == (4, (320, 180), 100, 0)
        first = np.asarray(gif.convert("RGB")).astype(int)
        gif.seek(2)
        later = np.asarray(gif.convert("RGB")).astype(int)
    assert np.abs(first - later).max() > 100  # the person moves
    assert list(tmp_path.iterdir()) == [output]


def test_an_mp4_has_the_same_pictures(trial: Path, tmp_path: Path) -> None:
    ffmpeg = pytest.importorskip("imageio_ffmpeg", reason="needs requirements/video.txt")
    output = tmp_path / "walk.mp4"
    assert main(["render", str(trial), "--output", str(output), "--seconds", "0.5", "--width", "320"]) == 0
    reader = ffmpeg.read_frames(str(output))
    about = next(reader)
    assert about["size"] == (320, 180) and about["fps"] == 25.0
    assert len(list(reader)) == 12


def test_active_muscles_are_red(walk: Trajectory) -> None:
    still = replace(walk.part(0.0, 0.1), torque_nm=np.zeros((11, 2)))
    assert len(near(picture(replace(still, activation=np.zeros((11, 18)))), ACTIVE)) == 0
    assert len(near(picture(replace(still, activation=np.ones((11, 18)))), ACTIVE)) > 10


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_arrow_of_flexion_goes_forward_and_that_of_extension_backward(walk: Trajectory, sign: float) -> None:
    torque = np.zeros((11, 2))
    torque[:, 0] = sign * 5.0
    still = replace(walk.part(0.0, 0.1), ground_n=np.zeros((11, 2, 2)))
    without, with_torque = picture(replace(still, torque_nm=0.0 * torque)), picture(replace(still, torque_nm=torque))
    changed = near(np.where(without == with_torque, 255, with_torque), RIGHT)
    motor = near(without, RIGHT)
    assert sign * (changed.mean() - motor.mean()) > 5.0


def test_a_gif_lasts_as_long_as_the_walk() -> None:
    assert gif_frames_per_s(25.0) == 25.0
    assert gif_frames_per_s(30.0) == pytest.approx(100.0 / 3.0)
    assert gif_frames_per_s(100.0) == 50.0  # browsers show faster ones slowly


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--output", "walk.avi"], "--output walk.avi: needs a name ending in .gif or .mp4"),
        (["--output", "nowhere/walk.gif"], "there is no folder"),
        (["--from", "3"], "--from 3: needs a time from 0 to 0.79 s"),
        (["--from", "nan"], "--from nan: needs a time"),
        (["--from", "0.5", "--seconds", "1"], "--seconds 1: needs a length above 0, up to 0.29 s"),
        (["--width", "321"], "--width 321: needs an even number"),
        (["--fps", "0"], "--fps 0: needs a number from 1 to 100"),
    ],
)
def test_wrong_options_are_named(
    trial: Path, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["render", str(trial), *words]) == 2
    assert message in capsys.readouterr().err
    assert not (trial / "walk.gif").exists()


def test_no_recording_and_nobody_in_it(tmp_path: Path, walk: Trajectory, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", str(tmp_path / "none")]) == 2
    assert "no recording here" in capsys.readouterr().err
    write_trial(tmp_path / "device", walk.part(0.0, 0.05), without=(topics.HUMAN_JOINT_STATES,))
    assert main(["render", str(tmp_path / "device")]) == 2
    assert "the recording does not show the person" in capsys.readouterr().err


def test_without_ffmpeg_the_message_says_what_to_install(
    trial: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    assert main(["render", str(trial), "--output", str(tmp_path / "walk.mp4")]) == 2
    assert "pip install -r requirements/video.txt" in capsys.readouterr().err
