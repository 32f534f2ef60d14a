"""exo cohort on the processes of a Dask cluster finds what it finds on one machine."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from exo.cli import main
from exo_control.config_files import config_path

OF_A_RUN = ("minutes", "command")
"""What is said of how a gait was found, and differs from run to run."""


def found(capsys: pytest.CaptureFixture[str], arguments: list[str], output: Path) -> tuple[list[Any], dict[str, Any]]:
    """Search the gaits of a cohort; return its rows, and the files of subjects and gaits by their path."""
    assert main(["cohort", *arguments, "--output", str(output), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out.splitlines()[-1])["subjects"]
    files = {}
    for path in sorted([*output.glob("subjects/*.yaml"), *output.glob("gaits/*.yaml")]):
        content = yaml.safe_load(path.read_text())
        about = {key: value for key, value in content["provenance"].items() if key not in OF_A_RUN}
        files[str(path.relative_to(output))] = content | {"provenance": about}
    return [{key: value for key, value in row.items() if key not in OF_A_RUN} for row in rows], files


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_cohort_is_the_same_from_the_processes_of_a_cluster(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    distributed = pytest.importorskip("distributed")
    data = yaml.safe_load(config_path("cohort.yaml").read_text())
    first = yaml.safe_load(config_path("gait_optimisation.yaml").read_text())["adaptation"][0]
    data["gait"].update(population=4, attempts=1, speed_parts=[1.0], stages=[first | {"generations": 1}])
    settings = tmp_path / "cohort.yaml"
    settings.write_text(yaml.safe_dump(data, sort_keys=False))
    arguments = ["--subjects", "2", "--seed", "4", "--settings", str(settings)]
    alone = found(capsys, [*arguments, "--workers", "1"], tmp_path / "alone")
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(processes=True, **options) as cluster:
        with distributed.Client(cluster) as client:
            pids = set(client.run(os.getpid).values())
        assert len(pids) == 2 and os.getpid() not in pids
        spread = found(capsys, [*arguments, "--cluster", cluster.scheduler_address], tmp_path / "spread")
    assert [row["name"] for row in alone[0]] == ["s01", "s02"] and len(alone[1]) == 4
    assert spread == alone
