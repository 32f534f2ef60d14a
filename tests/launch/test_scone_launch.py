"""sim.launch.py with engine:=scone, on the double of sconepy: the same topics, recording and summary."""

import json
from pathlib import Path

import pytest
from rosbags.rosbag2 import Reader

from exo_nodes import topics

from .conftest import LaunchTrial

pytestmark = pytest.mark.integration

DOUBLE = Path(__file__).parents[1] / "exo_scone" / "fake_sconepy.py"


def test_a_trial_in_scone_publishes_the_same_topics(
    launch_trial: LaunchTrial, ros_env: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "scone"
    folder.mkdir()
    (folder / "sconepy.py").symlink_to(DOUBLE)
    monkeypatch.setitem(ros_env, "SCONEPY_PATH", str(folder))
    trial = launch_trial(policy="dofc", engine="scone", gait="two_state", lockstep="true", duration=1)
    assert trial.exit_code() == 0, trial.output
    with Reader(trial.folder / "bag") as reader:
        counts = {connection.topic: connection.msgcount for connection in reader.connections}
        custom = reader.storage.metadata.custom
    assert counts == {f"/{topic}": 101 - (topic == topics.SAFETY_STATUS) for topic in topics.RECORDED}
    assert custom is not None and "test double, not SCONE" in custom["scone"]
    summary = json.loads((trial.folder / "summary.json").read_text())
    assert summary["complete"] and summary["seconds"] == 1.0 and not summary["fell"]
    assert summary["without_assistance"] is None
    assert "walked in SCONE" in trial.output
