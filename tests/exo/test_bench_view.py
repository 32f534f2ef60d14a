"""exo bench view."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("websockets", reason="needs requirements/view.txt")

from exo import view_benchmark
from exo.browser import find_browser
from exo.cli import main
from exo.view_benchmark import LoopFigures, ViewFigures, loop_figures
from exo_nodes.latency_benchmark import WARM_UP_TICKS, Latency


def made_up_walk(latency_s: list[str], late_ticks: int) -> list[dict[str, str]]:
    """Return what the limiter says in the warm-up, in which everything is late, and in the ticks after it."""
    warm_up = [{"command_latency_s": "none", "late_ticks": "7", "late_commands": "9"}] * WARM_UP_TICKS
    counted = [
        {"command_latency_s": text, "late_ticks": "7", "late_commands": str(9 + latency_s[: index + 1].count("none"))}
        for index, text in enumerate(latency_s)
    ]
    counted[-1]["late_ticks"] = str(7 + late_ticks)
    return warm_up + counted


def test_walks_are_counted_together_and_without_their_warm_up() -> None:
    figures = loop_figures([made_up_walk(["0.001"] * 99 + ["none"], 2), made_up_walk(["0.003"] * 200, 1)])
    assert (figures.ticks, figures.late_ticks, figures.late_commands) == (300, 3, 1)
    assert (figures.latency.p50_ms, figures.latency.p99_ms) == (3.0, 3.0)
    assert figures.latency.max_ms == math.inf


@pytest.mark.parametrize("drawn", [29.5, None])
def test_figures_for_people(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], drawn: float | None
) -> None:
    loops = [LoopFigures(4000, late, 1, Latency(p50, 2.0 * p50, 3.0, 4.0)) for late, p50 in ((5, 1.2), (3, 0.8))]
    figures = ViewFigures("chromium" if drawn else "client", 30.0, drawn, *loops)
    monkeypatch.setattr(view_benchmark, "measure_view", lambda *given: figures)
    assert main(["bench", "view"]) == 0
    shown = capsys.readouterr().out
    assert "30.0 received" in shown and ("29.5 drawn" if drawn else "nothing drawn") in shown
    assert ["with", "page", "4000", "5", "1", "1.20", "2.40"] in [line.split() for line in shown.splitlines()]
    assert ["ratio", "1.50", "1.50"] in [line.split() for line in shown.splitlines()]
    assert main(["bench", "view", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["drawn_per_s"] == drawn and told["latency_ratio"]["p99"] == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--seconds", "0.5"], "--seconds 0.5: needs a number from 1 to 3600"),
        (["--walks", "0"], "--walks 0: needs a number from 1 to 100"),
        (["--realtime-priority", "100"], "--realtime-priority 100: needs a number from 0 to 99"),
    ],
)
def test_bad_options_are_refused(capsys: pytest.CaptureFixture[str], options: list[str], message: str) -> None:
    assert main(["bench", "view", *options]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.integration
@pytest.mark.real_time
@pytest.mark.parametrize("viewer", ["chromium", "client"])
def test_figures(ros_env: dict[str, str], tmp_path: Path, viewer: str) -> None:
    if viewer == "chromium" and find_browser() is None:
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    if viewer == "client":  # nothing else is on the path
        ros_env["PATH"] = str(tmp_path)
    command = [sys.executable, "-c", "import sys; from exo.cli import main; sys.exit(main())"]
    done = subprocess.run(
        [*command, "bench", "view", "--seconds", "1", "--walks", "1", "--json"],
        env=ros_env,
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["viewer"] == viewer
    assert 0.0 < figures["received_per_s"] < 60.0
    assert (figures["drawn_per_s"] is None) == (viewer == "client")
    assert figures["with_page"]["ticks"] == figures["without_page"]["ticks"] == 100
    assert figures["without_page"]["latency"]["p50_ms"] > 0.0
