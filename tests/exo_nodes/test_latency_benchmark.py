"""exo bench latency."""

import json
import subprocess
import sys

import pytest

from exo_nodes.stamps import tick_ns, tick_of


def test_ticks_and_times() -> None:
    assert [tick_of(tick_ns(tick)) for tick in (0, 1, 12345)] == [0, 1, 12345]


@pytest.mark.integration
def test_figures(ros_env: dict[str, str]) -> None:
    command = [sys.executable, "-c", "import sys; from exo.cli import main; sys.exit(main())"]
    done = subprocess.run(
        [*command, "bench", "latency", "--seconds", "1", "--json"],
        env=ros_env,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["states"] == 100
    assert 0 <= figures["missed_deadlines"] <= 100
    for side in ("policy", "echo"):
        assert set(figures[side]) == {"p50_ms", "p99_ms", "p999_ms", "max_ms"}
        assert figures[side]["p50_ms"] > 0.0
