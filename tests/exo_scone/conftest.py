"""The double of sconepy in place of SCONE, and humans that walk in it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from exo_scone import finder
from exo_sim.gait import Gait, load_gait
from exo_sim.human_model import HumanModel, load_human_model

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # the double's modules import each other by name, also where it is no part of the tests


@pytest.fixture
def no_scone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A machine without SCONE."""
    for name in ("SCONEPY_PATH", "SCONE_PATH", "EXO_SCONE_ENGINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(finder, "STANDARD_FOLDERS", (str(tmp_path / "opt" / "scone" / "lib"),))
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if not list(Path(entry or ".").glob("sconepy*"))])
    real = sys.modules.pop("sconepy", None)
    yield
    sys.modules.pop("sconepy", None)
    if real is not None:
        sys.modules["sconepy"] = real


@pytest.fixture
def double(no_scone: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The double where SCONEPY_PATH says that sconepy is; worker processes find it too. Returns that folder."""
    folder = tmp_path / "fake_scone"
    folder.mkdir()
    (folder / "sconepy.py").symlink_to(HERE / "fake_sconepy.py")
    monkeypatch.setenv("SCONEPY_PATH", str(folder))
    return folder


@pytest.fixture(scope="session")
def model() -> HumanModel:
    return load_human_model()


@pytest.fixture(scope="session", params=["two_state", "geyer_herr"])
def gait(request: pytest.FixtureRequest) -> Gait:
    return load_gait(request.param)
