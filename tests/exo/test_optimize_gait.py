import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from exo.cli import main
from exo_control.config_files import config_path
from exo_sim.gait import load_gait


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """The shipped settings, shortened to what a test can afford."""
    data = yaml.safe_load(config_path("gait_optimisation.yaml").read_text())
    data |= {"nominal_s": 3.0, "disturbed_s": 2.0}
    data["search"]["population"] = 4
    data["stages"] = [data["stages"][0] | {"generations": 3}]
    data["adaptation"] = [data["adaptation"][0] | {"generations": 2}]
    path = tmp_path / "settings.yaml"
    path.write_text(yaml.safe_dump(data))
    return path


def arguments(settings: Path, output: Path) -> list[str]:
    return ["optimize-gait", "--controller", "two_state", "--settings", str(settings), "--output", str(output)]


def test_a_gait_is_written_with_how_to_make_it_again(capsys, settings: Path, tmp_path: Path):
    output = tmp_path / "gait.yaml"
    assert main([*arguments(settings, output), "--seed", "7", "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["gait"] == str(output)
    provenance = load_gait(str(output)).provenance
    assert provenance["seed"] == 7
    assert "--controller two_state" in provenance["command"] and "--seed 7" in provenance["command"]
    assert provenance["generations"] == 3
    assert {"numpy", "numba", "cma", "python"} <= set(provenance["versions"])
    assert provenance["settings"]["nominal_s"] == 3.0


def test_a_gait_is_made_again_by_the_settings_in_its_file(settings: Path, tmp_path: Path):
    first, again = tmp_path / "first.yaml", tmp_path / "again.yaml"
    assert main(arguments(settings, first)) == 0
    assert main(arguments(first, again)) == 0
    assert load_gait(str(again)).gains == load_gait(str(first)).gains
    assert load_gait(str(again)).provenance["settings"] == load_gait(str(first)).provenance["settings"]


def test_wrong_settings_in_a_gait_are_named(settings: Path, tmp_path: Path, capsys):
    gait = tmp_path / "gait.yaml"
    assert main(arguments(settings, gait)) == 0
    gait.write_text(gait.read_text().replace("nominal_s: 3.0", "nominal_s: 1.0"))
    assert main(arguments(gait, tmp_path / "again.yaml")) == 2
    assert "provenance.settings: nominal_s = 1.0" in capsys.readouterr().err


def test_a_gait_of_ones_own_controller_finds_it_again(settings: Path, tmp_path: Path):
    controller = tmp_path / "mine.yaml"
    controller.write_text(config_path("reflexes", "two_state.yaml").read_text())
    output = tmp_path / "gait.yaml"
    assert main([*arguments(settings, output), "--controller", str(controller)]) == 0
    assert load_gait(str(output)).controller_path == str(controller)
    load_gait(str(output)).save(output)
    assert yaml.safe_load(output.read_text())["controller"] == str(controller)


def test_a_gait_is_adapted_to_another_speed_by_stages_of_its_own(settings: Path, tmp_path: Path):
    output = tmp_path / "slow.yaml"
    assert main([*arguments(settings, output), "--start", "two_state", "--speed-m-s", "1.1"]) == 0
    gait = load_gait(str(output))
    assert gait.speed_m_s == 1.1
    assert gait.provenance["generations"] == 2
    assert gait.provenance["start"] == "two_state"


def test_a_search_resumes_after_it_was_killed(settings: Path, tmp_path: Path):
    data = yaml.safe_load(settings.read_text())
    data["stages"][0]["generations"] = 100_000
    settings.write_text(yaml.safe_dump(data))
    output = tmp_path / "gait.yaml"
    code = "import exo_sim.gait_search as g, exo.cli, sys; g.CHECKPOINT_INTERVAL_S = 0.0; sys.exit(exo.cli.main())"
    command = [sys.executable, "-c", code, *arguments(settings, output)]
    child = subprocess.Popen(command, env=os.environ, stderr=subprocess.DEVNULL)
    checkpoint = output.with_suffix(".checkpoint")
    deadline = time.monotonic() + 100.0
    while not checkpoint.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert checkpoint.exists()
    done = subprocess.run(
        [*command, "--minutes", "0.0001"], env=os.environ, capture_output=True, text=True, timeout=100, check=True
    )
    generation = re.search(r"Going on from .*gait.checkpoint at generation (\d+)", done.stderr)
    assert generation is not None and int(generation.group(1)) >= 1
    assert output.exists()


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (["--controller", "two_stat"], "two_stat"),
        (["--start", "geyer_herr"], "is a gait of controller 'geyer_herr', not of 'two_state'"),
        (["--minutes", "0"], "--minutes 0"),
        (["--workers", "0"], "--workers 0"),
        (["--speed-m-s", "9"], "target_speed_m_s"),
        (["--mass-kg", "5"], "mass_kg = 5"),
    ],
)
def test_bad_arguments_are_named(capsys, settings: Path, tmp_path: Path, extra, message):
    assert main([*arguments(settings, tmp_path / "gait.yaml"), *extra]) == 2
    assert message in capsys.readouterr().err


def test_a_wrong_key_in_the_settings_is_named(capsys, settings: Path, tmp_path: Path):
    settings.write_text(settings.read_text().replace("knee_limit:", "knee_limt:"))
    assert main(arguments(settings, tmp_path / "gait.yaml")) == 2
    assert re.search(r"settings\.yaml:\d+: unknown key 'weights.knee_limt'; did you mean", capsys.readouterr().err)
