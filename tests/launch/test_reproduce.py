"""exo reproduce --quick, really done: drawn subjects, gaits, study, recorded walks and report."""

import csv
import json
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.integration, pytest.mark.slow]


@pytest.mark.timeout(1200)
def test_a_quick_reproduction_makes_every_result(tmp_path: Path, ros_env: dict[str, str]) -> None:
    output = tmp_path / "reproduced"
    command = ["exo", "reproduce", "--quick", "--output", str(output), "--json"]
    done = subprocess.run(command, env=ros_env, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["quick"] and Path(result["output"]) == output
    gathered = {Path(path).name: Path(path) for path in result["results"]}
    assert {"study.csv", "study.json", "speeds.csv", "speeds.json", "report.html"} <= set(gathered)
    assert all(path.stat().st_size > 0 for path in gathered.values())
    with gathered["study.csv"].open() as file:
        rows = list(csv.DictReader(file))
    assert [row["subject"] for row in rows] == ["s01", "s02", "s03"]
    page = gathered["report.html"].read_text()
    for trial in ("zero", "dofc", "lstm_8nm"):
        summary = json.loads((output / "trials" / trial / "summary.json").read_text())
        assert summary["complete"] and summary["seconds"] > 5.0
        assert summary["trial_id"] in page
