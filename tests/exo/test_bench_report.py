"""``exo bench report``, and the long recordings that it makes."""

import json
from pathlib import Path

import numpy as np
import pytest
from rosbags.rosbag2 import Reader

from exo.cli import main
from exo.repeated_recording import repeat_recording
from exo.trial_recording import load_recording
from exo_nodes import topics

from .made_up_walk import write_bag


@pytest.mark.slow
def test_time_and_memory_of_the_analysis_of_a_recording_that_is_repeated(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    trial = write_bag(tmp_path / "short", seconds=2.0)
    assert main(["bench", "report", str(trial), "--seconds", "7", "--json"]) == 0
    figures = json.loads(capfd.readouterr().out.splitlines()[-1])
    assert figures["messages"] == 4 * 200 * len(topics.RECORDED) and figures["recorded_s"] == pytest.approx(7.99)
    for command in ("report", "summary"):
        assert figures[command]["wall_s"] > 0.0 and figures[command]["cpu_s"] > 0.0
        assert 10.0 < figures[command]["peak_memory_mib"] < 4000.0
    assert [path.name for path in trial.iterdir()] == ["bag"]


def test_a_recording_is_repeated_with_stamps_that_go_on(tmp_path: Path) -> None:
    trial = write_bag(tmp_path / "short", seconds=2.0)
    repeat_recording(trial / "bag", tmp_path / "long", seconds=6.0)
    once, thrice = load_recording(trial / "bag"), load_recording(tmp_path / "long")
    assert thrice.complete and thrice.problems == [] and thrice.custom_data == once.custom_data
    assert set(thrice.topics) == set(once.topics)
    for topic, messages in thrice.topics.items():
        assert np.diff(messages.stamps_ns()).tolist() == [10_000_000] * 599, topic
        assert messages.received_ns().tolist() == messages.stamps_ns().tolist()
    assert np.array_equal(thrice.joint_position.values, np.tile(once.joint_position.values, (3, 1)))
    with Reader(tmp_path / "long") as reader:  # that of another project
        assert sum(1 for _ in reader.messages()) == 3 * 200 * len(topics.RECORDED)


def test_what_cannot_be_repeated_or_measured_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trial = write_bag(tmp_path / "short", seconds=1.0)
    assert main(["bench", "report", str(trial), "--seconds", "nan"]) == 2
    assert "--seconds nan: needs a number from 1" in capsys.readouterr().err
    assert main(["bench", "report", str(tmp_path / "none")]) == 2
    assert "no recording here" in capsys.readouterr().err
    (trial / "bag" / "metadata.yaml").unlink()
    assert main(["bench", "report", str(trial), "--seconds", "9"]) == 2
    assert "cannot be repeated" in capsys.readouterr().err
