"""exo soak: two minutes of the hour that is run by hand.

What it says of deadlines, and of faults that come of missed ones, is about the machine as much as about the stack: it
is judged by hand, on an idle one. Nothing may be lost and nothing may grow on any.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.integration, pytest.mark.real_time, pytest.mark.slow, pytest.mark.timeout(300)]

SECONDS = 120


def test_two_minutes_with_emulated_drives(
    ros_env: dict[str, str], tmp_path: Path, real_time_priority: dict[str, str]
) -> None:
    folder = tmp_path / "soak"
    exo = [sys.executable, "-c", "import sys; from exo.cli import main; sys.exit(main())"]
    done = subprocess.run(
        [
            *exo,
            "soak",
            "--seconds",
            str(SECONDS),
            "--trial-dir",
            str(folder),
            "--json",
            *(f"{key}:={value}" for key, value in real_time_priority.items()),
        ],
        env=ros_env,
        capture_output=True,
        text=True,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    untimely = ("missed deadlines", "safety fault command_age", "safety fault emergency_stop", "exit code")
    assert [problem for problem in figures["problems"] if not any(text in problem for text in untimely)] == []
    assert set(figures["lost_messages"].values()) == {0}
    assert figures["states"] >= 100 * SECONDS
    assert {"hardware", "policy", "emulator", "emergency_stop", "recorder"} <= set(figures["memory_mib"])
    assert json.loads((folder / "soak.json").read_text()) == figures
    assert (folder / "soak.png").stat().st_size > 10_000 and (folder / "summary.json").is_file()
