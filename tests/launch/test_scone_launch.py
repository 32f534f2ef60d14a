"""sim.launch.py with engine:=scone, on the double of sconepy and in SCONE: the same topics, recording and report."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rosbags.rosbag2 import Reader

from exo.cli import main
from exo_nodes import topics
from exo_scone.engines import ENGINES
from exo_scone.finder import find_scone
from exo_scone.scenario import write_scenario
from exo_sim.gait import load_gait
from exo_sim.human_model import load_human_model

from .conftest import LaunchTrial

pytestmark = pytest.mark.integration

DOUBLE = Path(__file__).parents[1] / "exo_scone" / "fake_sconepy.py"

found = find_scone()


@pytest.fixture(
    params=[
        "double",
        pytest.param("scone", marks=[pytest.mark.scone, pytest.mark.skipif(not found.usable, reason=found.text)]),
    ]
)
def version(
    request: pytest.FixtureRequest, ros_env: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[str]:
    """Who walks with engine:=scone: the double, or SCONE itself. Returns what the recording calls it."""
    if request.param == "double":
        folder = tmp_path / "scone"
        folder.mkdir()
        (folder / "sconepy.py").symlink_to(DOUBLE)
        monkeypatch.setitem(ros_env, "SCONEPY_PATH", str(folder))
    yield "test double, not SCONE" if request.param == "double" else f"SCONE {found.version}"


def test_a_trial_in_scone_publishes_the_same_topics(launch_trial: LaunchTrial, version: str) -> None:
    trial = launch_trial(policy="dofc", engine="scone", gait="two_state", lockstep="true", duration=1)
    assert trial.exit_code() == 0, trial.output
    with Reader(trial.folder / "bag") as reader:
        counts = {connection.topic: connection.msgcount for connection in reader.connections}
        custom = reader.storage.metadata.custom
    assert counts == {f"/{topic}": 101 - (topic == topics.SAFETY_STATUS) for topic in topics.RECORDED}
    assert custom is not None and version in custom["scone"]
    summary = json.loads((trial.folder / "summary.json").read_text())
    assert summary["complete"] and summary["seconds"] == 1.0 and not summary["fell"]
    assert summary["without_assistance"] is None
    assert "walked in SCONE" in trial.output


def test_the_same_policy_node_drives_both_engines_and_both_give_the_same_report(
    launch_trial: LaunchTrial, version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trials = {}
    for engine in ("native", "scone"):
        trials[engine] = launch_trial(policy="dofc", engine=engine, gait="two_state", lockstep="true", duration=5)
        assert trials[engine].exit_code() == 0, trials[engine].output
        assert "policy_node" in trials[engine].output
    pages, figures = [], []
    for engine, trial in trials.items():
        page = tmp_path / f"{engine}.html"
        assert main(["report", str(trial.folder), "--output", str(page), "--title", "a trial", "--json"]) == 0
        (result,) = json.loads(capsys.readouterr().out.splitlines()[-1])["trials"]
        assert result["problems"] == [] and result["missing_topics"] == []
        pages.append(re.findall(r"<h[23][^>]*>(.*?)</h[23]>", page.read_text().replace(trial.folder.name, "TRIAL")))
        (walk,) = result["walks"]
        assert walk["strides"] >= 1
        figures.append({name: value for name, value in walk.items() if value is not None})
    assert len(pages[0]) > 3 and pages[0] == pages[1]
    assert set(figures[0]) == set(figures[1]) and "cot_gross" in figures[1]
    if "double" in version:
        for name in ("speed_m_s", "cot_gross", "torque_peak_nm"):
            assert figures[1][name] == pytest.approx(figures[0][name], rel=0.02)
    assert main(["render", str(trials["scone"].folder), "--seconds", "0.2", "--width", "320"]) == 0
    assert (trials["scone"].folder / "walk.gif").read_bytes().startswith(b"GIF")


def test_the_recording_of_a_model_of_ones_own_knows_the_mass(
    launch_trial: LaunchTrial, version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = load_human_model().scaled(60.0, 1.65)
    engine = ENGINES["opensim4" if "double" in version else found.engines[0]]
    files = write_scenario(tmp_path / "own", model, load_gait("two_state"), engine)
    assert files.par is not None
    files.par.rename(files.model.with_suffix(".par"))
    trial = launch_trial(policy="dofc", engine="scone", gait=files.model, lockstep="true", duration=1)
    assert trial.exit_code() == 0, trial.output
    summary = json.loads((trial.folder / "summary.json").read_text())
    power_w, speed_m_s = summary["metabolic_power_w"], summary["speed_mps"]
    assert summary["cot_gross"] == pytest.approx(power_w / (60.0 * speed_m_s), rel=1e-3)
    assert main(["report", str(trial.folder), "--output", str(tmp_path / "own.html"), "--json"]) == 0
    (result,) = json.loads(capsys.readouterr().out.splitlines()[-1])["trials"]
    assert result["problems"] == []
    assert main(["render", str(trial.folder), "--seconds", "0.2", "--width", "320"]) == 0
    assert (trial.folder / "walk.gif").read_bytes().startswith(b"GIF")
