"""Finding SCONE, and what is said where there is none."""

import json
import sys
from pathlib import Path

import pytest

from exo.cli import main
from exo_scone.engines import HUMAN_ENGINES, choose_engine
from exo_scone.errors import SconeError
from exo_scone.finder import find_scone, load_sconepy
from exo_scone.people import human_maker
from exo_sim.human import SimulatedHuman


def test_without_scone_the_message_names_what_was_searched_and_the_fix(no_scone: None, tmp_path: Path) -> None:
    found = find_scone()
    assert not found.usable and found.version is None and found.engines == ()
    assert found.problem == found.text
    assert str(tmp_path / "opt" / "scone" / "lib") in found.text
    for word in ("SCONE is not installed", "scone.software", "SCONE_PATH", "SCONEPY_PATH", "engine native"):
        assert word in found.text
    with pytest.raises(SconeError, match="SCONE is not installed"):
        human_maker("scone")
    assert human_maker("auto") is human_maker("native") is SimulatedHuman
    assert HUMAN_ENGINES == ("auto", "native", "scone")


@pytest.mark.parametrize(("variable", "folder"), [("SCONEPY_PATH", "."), ("SCONE_PATH", "lib"), ("SCONE_PATH", "bin")])
def test_it_is_found_where_the_variables_say(
    double: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, folder: str
) -> None:
    monkeypatch.delenv("SCONEPY_PATH")
    place = tmp_path / "scone" / folder
    place.mkdir(parents=True)
    (place / "sconepy.py").symlink_to(double / "sconepy.py")
    monkeypatch.setenv(variable, str(tmp_path / "scone"))
    found = find_scone()
    assert found.usable, found.text
    assert Path(found.folder or "") == place
    assert found.engines == ("opensim4", "opensim3")
    assert "test double, not SCONE" in found.text


def test_it_is_found_in_a_standard_folder_and_on_pythons_path(
    no_scone: None, double: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SCONEPY_PATH")
    assert not find_scone().usable
    monkeypatch.setattr(sys, "path", [*sys.path, str(double)])
    assert find_scone().usable


def test_a_module_for_another_python_is_told_from_none(
    no_scone: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "sconepy.cpython-27-x86_64-linux-gnu.so").write_bytes(b"not for this Python")
    monkeypatch.setenv("SCONEPY_PATH", str(tmp_path))
    found = find_scone()
    assert not found.usable and found.folder == str(tmp_path)
    assert "does not work with Python" in found.text and "the Python it was built for" in found.text
    assert str(tmp_path) not in sys.path


def test_loading_asks_for_full_precision(double: Path) -> None:
    assert load_sconepy().is_array_dtype_float32() is False


def test_a_scone_without_engine_is_not_usable(double: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_SCONE_ENGINES", "none")
    assert "has neither Hyfydy nor OpenSim" in find_scone().text


def test_the_fastest_engine_is_taken_unless_one_is_named(no_scone: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_engine(["opensim3", "opensim4", "hyfydy"]).name == "hyfydy"
    assert choose_engine(["opensim3", "opensim4"]).name == "opensim4"
    monkeypatch.setenv("EXO_SCONE_ENGINE", "opensim3")
    assert choose_engine(["opensim3", "opensim4"]).name == "opensim3"
    with pytest.raises(SconeError, match="EXO_SCONE_ENGINE=opensim3: this SCONE has hyfydy"):
        choose_engine(["hyfydy"])
    monkeypatch.setenv("EXO_SCONE_ENGINE", "opensim5")
    with pytest.raises(SconeError, match="unknown SCONE engine 'opensim5'; did you mean"):
        choose_engine(["hyfydy"])


def test_the_command_says_it_and_its_exit_code_too(no_scone: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scone", "find", "--json"]) == 1
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["usable"] is False and result["engines"] == [] and "not installed" in result["problem"]


def test_the_command_finds_it(double: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scone", "find"]) == 0
    assert "engines: opensim4, opensim3" in capsys.readouterr().out
