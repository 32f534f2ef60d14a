"""``exo report`` of a trial in phases: its windows, those of ``exo summary``, and a spirometer's file beside it."""

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from exo.cli import main
from exo.phase_figures import load_trial, summarise
from exo.report.respiration import report_respiration
from exo.report.trial_report import report_recording
from exo_nodes import topics
from exo_trial.schedule import Schedule, ScheduledPhase
from exo_trial.trial_file import TrialFile

from .made_up_walk import GROSS_W, STRIDE_S, TORQUE_NM, write_bag

MASS_KG, PHASE_S, STEADY_S = 74.5, 8.0, 6.0
PHASES = (("stand", "stand", "none", 1.5), ("free", "walk", "free", 5.5), ("exo", "walk", "dofc", 5.1))
"""Name, kind, condition, and gross metabolic rate that the spirometer shall say, W/kg."""


def stand_at_rest(topic: str, tick: int, fields: dict[str, NDArray[np.float64]], stamp_ns: int) -> int:
    """Halve the metabolic power of standing."""
    if topic == topics.METABOLIC_POWER and tick < 100 * PHASE_S:
        fields["position"] *= 0.5
    return stamp_ns


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    marks: list[dict[str, object]] = []
    for index, (name, kind, condition, _) in enumerate(PHASES):
        values = {"index": index, "phase": name, "kind": kind, "condition": condition, "policy": "zero"}
        values |= {"speed_m_s": 1.25 if kind == "walk" else 0.0, "state": "running"}
        marks.append(values | {"begin_s": PHASE_S * index, "end_s": PHASE_S * (index + 1)})
    seconds = PHASE_S * len(PHASES)
    marks.append(marks[-1] | {"state": "finished", "begin_s": seconds, "end_s": seconds + 1.0})
    folder = write_bag(
        tmp_path_factory.mktemp("trials") / "phases", seconds=seconds + 0.5, phases=marks, edit=stand_at_rest
    )
    scheduled = [
        ScheduledPhase(
            name=name, kind=kind, condition=condition, policy="zero", speed_m_s=1.25 * (kind == "walk"), duration_s=8.0
        )
        for name, kind, condition, _ in PHASES
    ]
    about = {"protocol": "mine", "protocol_sha256": "0", "order_seed": 0, "duration_scale": 1.0}
    schedule = Schedule.model_validate(about | {"steady_state_s": STEADY_S, "phases": scheduled})
    TrialFile(schedule=schedule, arguments={"subject": "ann.yaml"}, mass_kg=MASS_KG).save(folder / "trial.json")
    return folder


def write_breaths(path: Path, offset_s: float = 0.0, unit: str = "mL/min") -> Path:
    time_s = np.arange(0.25, PHASE_S * len(PHASES), 0.5)
    o2 = 60.0 * MASS_KG * np.repeat([rate for *_, rate in PHASES], 16) / (16.58 + 0.9 * 4.51)
    rows = "".join(f"{offset_s + at},{each},{0.9 * each}\n" for at, each in zip(time_s, o2, strict=True))
    path.write_text(f"t,VO2,VCO2\ns,{unit},{unit}\n{rows}")
    return path


@pytest.fixture(scope="module")
def page(trial: Path) -> Path:
    return trial.parent / "page.html"


@pytest.fixture(scope="module")
def found(trial: Path, page: Path) -> Any:
    """The report of a trial with a spirometer's file in its folder."""
    write_breaths(trial / "spirometer.csv")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert main(["report", str(trial), "--output", str(page), "--json"]) == 0
    return json.loads(printed.getvalue().splitlines()[-1])


def test_page_and_summary_have_the_same_figures_of_the_same_window(trial: Path, page: Path, found: Any) -> None:
    walks = found["trials"][0]["walks"]
    summary = summarise(load_trial(trial))
    assert [walk["window"] for walk in walks] == ["last 6.0 of 8.0"] * 2
    assert "last 6.0 of 8.0" in page.read_text()
    for walk, phase in zip(walks, summary["phases"][1:], strict=True):
        for key in ("torque_rms_nm", "exo_positive_power_w", "cadence_steps_min", "hip_range_right_deg"):
            assert walk[key] == phase[key] and phase[key] is not None
        assert walk["speed_m_s"] == phase["walked_m_s"]
        assert walk["net_above_standing_w_kg"] == pytest.approx(phase["net_w_kg"], abs=1e-9)
        assert phase["gross_w_kg"] == pytest.approx(GROSS_W / MASS_KG)


def test_without_the_file_of_the_trial_phases_are_taken_whole_and_the_page_says_so(trial: Path, tmp_path: Path) -> None:
    (bag,) = (trial / "bag").glob("*.mcap")
    alone = tmp_path / "alone.mcap"
    alone.write_bytes(bag.read_bytes())
    assert [walk.segment.window for walk in report_recording(alone).walks] == ["all 8.0"] * 2


def test_the_hips_alone_give_steps_and_the_torque_follows_its_command(page: Path, found: Any) -> None:
    walk = found["trials"][0]["walks"][0]
    assert walk["cadence_by_hips_steps_min"] == pytest.approx(120.0 / STRIDE_S, rel=0.01)
    assert walk["hip_range_left_deg"] == pytest.approx(np.degrees(0.8), rel=0.03)
    # Legs of 0.88 m; both hips swing by 0.4 rad to either side, against each other.
    assert walk["step_length_by_hips_m"] == pytest.approx(2.0 * 0.883 * np.sin(0.4), rel=0.02)
    # The mean over a stride of 2 x 5 Nm x 0.4 rad x 2 pi / stride x sin^2.
    assert walk["work_positive_j_stride"] == pytest.approx(TORQUE_NM * 0.4 * 2.0 * np.pi, rel=0.02)
    assert walk["torque_following"]["best"] == pytest.approx(1.0, abs=1e-6)
    assert walk["torque_following"]["lag_ms"] == pytest.approx(0.0)
    html = page.read_text()
    assert "From the hip encoders alone" in html and "Zijlstra and Hof 2003" in html and "exo torque – command" in html


def test_a_spirometer_file_in_the_folder_is_shown_phase_by_phase(page: Path, found: Any) -> None:
    (measured,) = found["respirations"]
    assert [phase["steady_state"]["mean_w_kg"] for phase in measured["phases"]] == pytest.approx([1.5, 5.5, 5.1])
    assert measured["standing_w_kg"] == pytest.approx(1.5)
    assert measured["conditions"]["dofc"]["change_percent"] == pytest.approx(-10.0)
    html = page.read_text()
    assert "Measured metabolic rate" in html and "−10.0" in html
    assert "phases: metabolic power from respiration, W, 3 phases, 3 steady parts" in html


def test_a_file_is_aligned_by_its_offset(trial: Path, tmp_path: Path) -> None:
    measured = report_respiration(trial, write_breaths(tmp_path / "k5.csv", offset_s=30.0), 30.0)
    assert measured.conditions["free"].net_w_kg == pytest.approx(4.0)


def test_a_bad_file_is_named_on_the_page_and_the_rest_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    short = write_bag(tmp_path / "short", seconds=2.0)
    file = write_breaths(tmp_path / "k5.csv", unit="mL/h")
    options = ["--spirometer", f"{short}={file}", "--output", str(tmp_path / "page.html"), "--json"]
    assert main(["report", str(short), *options]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["respirations"] == [] and len(result["trials"][0]["walks"]) == 1
    assert [each["path"] for each in result["not_usable"]] == [str(file)]
    assert "unit &#39;mL/h&#39; is unknown" in (tmp_path / "page.html").read_text()
