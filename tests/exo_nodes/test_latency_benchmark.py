"""exo bench latency."""

import json
import os
import subprocess
import sys

import can
import pytest

from exo_hardware.cubemars_emulator import DRIVE_BITRATE
from exo_hardware.local_bus import LocalBus
from exo_hardware.mit_command import ENTER_MOTOR_MODE, EXIT_MOTOR_MODE
from exo_nodes.hardware_latency import FrameClock
from exo_nodes.stamps import tick_ns, tick_of


def test_ticks_and_times() -> None:
    assert [tick_of(tick_ns(tick)) for tick in (0, 1, 12345)] == [0, 1, 12345]


@pytest.mark.integration
@pytest.mark.real_time
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


@pytest.mark.integration
@pytest.mark.real_time
def test_figures_of_the_hardware_path(ros_env: dict[str, str]) -> None:
    command = [sys.executable, "-c", "import sys; from exo.cli import main; sys.exit(main())"]
    done = subprocess.run(
        [*command, "bench", "latency", "--hardware", "--seconds", "1", "--json"],
        env=ros_env,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["torque_frames"] == 200
    assert 0.0 < figures["frames"]["p50_ms"] <= figures["frames"]["p999_ms"] <= figures["frames"]["max_ms"]


def test_only_frames_with_a_new_torque_end_a_latency() -> None:
    clock = FrameClock(f"test-{os.getpid()}")
    try:
        driver = LocalBus(f"test-{os.getpid()}", DRIVE_BITRATE)

        def exchange(data: bytes) -> None:
            driver.send(can.Message(arbitration_id=1, data=data, is_extended_id=False))
            assert clock.recv(1.0) is not None
            clock.send(can.Message(arbitration_id=0, data=bytes([1, *range(7)]), timestamp=1.0, is_extended_id=False))

        torque = bytes(range(8))
        exchange(torque)  # not in motor mode: no torque
        exchange(ENTER_MOTOR_MODE)
        for _ in range(1 + 2 * 3):
            exchange(torque)
        exchange(EXIT_MOTOR_MODE)
        exchange(torque)
        assert len(clock.latency_s) == 3
        assert all(0.0 < latency < 1.0 for latency in clock.latency_s)
        exchange(ENTER_MOTOR_MODE)
        assert clock.latency_s == []
        driver.shutdown()
    finally:
        clock.shutdown()
