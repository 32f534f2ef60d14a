import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import yaml

from exo.cli import main
from exo_control.config_files import config_path
from exo_control.feedback_law import load_law
from exo_control.registry import make_policy


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """The shipped settings, shortened to what a test can afford."""
    data = yaml.safe_load(config_path("evaluation.yaml").read_text())
    data["warm_up_s"] = 2.0
    data["bound"].update(population=4, generations=2, seeds=1, seconds=4.0, check_seeds=1, check_seconds=4.0)
    path = tmp_path / "settings.yaml"
    path.write_text(yaml.safe_dump(data))
    return path


def arguments(settings: Path, output: Path) -> list[str]:
    return ["bound", "--settings", str(settings), "--output", str(output), "--workers", "1", "--json"]


def last_json(capsys: pytest.CaptureFixture[str]) -> dict:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_a_law_is_written_with_how_to_make_it_again_and_runs_as_a_policy(capsys, settings: Path, tmp_path: Path):
    output = tmp_path / "laws" / "law.yaml"
    assert main([*arguments(settings, output), "--seed", "7", "--peak-nm", "6"]) == 0
    result = last_json(capsys)
    assert result["law"] == str(output) and result["generations"] == 2 and result["peak_nm"] == 6.0
    assert {"cot_net_change", "speed_change", "falls", "torque_rms_nm"} <= set(result)
    file = load_law(output).file
    assert file.torque_limit_nm == 6.0
    assert "--seed 7" in file.provenance["command"] and "--peak-nm 6.0" in file.provenance["command"]
    assert file.provenance["walks"] == 2 * 4
    assert {"numpy", "numba", "cma", "python"} <= set(file.provenance["versions"])
    torque = make_policy(str(output)).torque(np.array([0.5, -0.2]), np.array([1.0, -1.0]), 0.0)
    assert np.abs(torque).max() <= 6.0 and torque.any()


def test_the_same_seed_finds_the_same_law(capsys, settings: Path, tmp_path: Path):
    for name in ("one.yaml", "two.yaml"):
        assert main(arguments(settings, tmp_path / name)) == 0
    one, two = (load_law(tmp_path / name).file for name in ("one.yaml", "two.yaml"))
    assert one.terms == two.terms and one.bias == two.bias
    capsys.readouterr()
    assert main(arguments(settings, tmp_path / "one.yaml")) == 0  # done already: goes on from its checkpoint
    assert "Going on from" in capsys.readouterr().err


def test_a_search_resumes_after_it_was_killed(settings: Path, tmp_path: Path):
    data = yaml.safe_load(settings.read_text())
    data["bound"]["generations"] = 100_000
    settings.write_text(yaml.safe_dump(data))
    output = tmp_path / "law.yaml"
    checkpoint = output.with_suffix(".checkpoint")
    code = "import sys; from exo_sim import bound_search as b; b.CHECKPOINT_INTERVAL_S = 0.1; from exo.cli import main"
    command = [sys.executable, "-c", f"{code}; sys.exit(main(sys.argv[1:]))", *arguments(settings, output)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as search:
        deadline = time.monotonic() + 60.0
        while not checkpoint.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        os.kill(search.pid, signal.SIGKILL)
    assert checkpoint.exists()
    done = subprocess.run([*command, "--minutes", "0.001"], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    generation = re.search(r"Going on from .*law\.checkpoint at generation (\d+)", done.stderr)
    assert generation is not None and int(generation.group(1)) >= 1
    assert json.loads(done.stdout.splitlines()[-1])["generations"] >= int(generation.group(1))
    assert output.exists()


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (["--minutes", "0"], "--minutes 0: needs a number above 0"),
        (["--seed", "-1"], "--seed -1"),
        (["--peak-nm", "0"], "peak torque 0 Nm"),
        (["--output", "law.txt"], r"--output law\.txt: needs a name ending in \.yaml"),
        (["--gait", "two_stat"], "did you mean 'two_state'"),
        (["--workers", "0"], "0 workers"),
    ],
)
def test_bad_arguments_are_named_with_the_fix(capsys, settings: Path, tmp_path: Path, extra: list[str], message: str):
    assert main([*arguments(settings, tmp_path / "law.yaml"), *extra]) == 2
    error = capsys.readouterr().err
    assert error.startswith("exo: error: ") and re.search(message, error)


def test_a_checkpoint_of_another_search_is_refused(capsys, settings: Path, tmp_path: Path):
    output = tmp_path / "law.yaml"
    assert main(arguments(settings, output)) == 0
    assert main([*arguments(settings, output), "--peak-nm", "15"]) == 2
    assert "with another peak torque; use the same arguments, or delete it" in capsys.readouterr().err
    assert main([*arguments(settings, output), "--peak-nm", "15", "--restart"]) == 0
    assert load_law(output).file.torque_limit_nm == 15.0
