"""An invented computer on which nothing is wrong; tests change one thing at a time."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from exo.doctor.machine import Ended, Machine

MakeMachine = Callable[..., Machine]

FILES = {
    "sys/class/net/lo/flags": "0x9",
    "sys/class/net/lo/type": "772",
    "sys/class/net/can0/flags": "0x40081",
    "sys/class/net/can0/type": "280",
    "sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "performance",
    "run/systemd/timesync/synchronized": "",
    "proc/self/limits": "Max locked memory         unlimited   unlimited   bytes\nMax realtime priority     50  50\n",
    "dev/shm/anything": "",
    "dev/cpu_dma_latency": "",
    "prefix/share/exo/config/anything": "",
    "prefix/share/ament_index/resource_index/packages/rviz2": "",
    "prefix/share/ament_index/resource_index/packages/robot_state_publisher": "",
    "checkout/requirements/base.txt": "# comment\nnumba==0.68.1  # why\n",
}


def run_well(words: Sequence[str]) -> Ended:
    return Ended(0, '{"usable": true, "text": "SCONE 2.4"}' if "find_scone" in words[-1] else "", "")


@pytest.fixture
def make_machine(tmp_path: Path) -> MakeMachine:
    """Make the computer, with files by path ({"sys/...": "text"}, None removes one) and other fields of Machine."""

    def make(files: dict[str, str | None] | None = None, **changes: object) -> Machine:
        for name, text in {**FILES, **(files or {})}.items():
            if text is not None:
                (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / name).write_text(text)
        machine = Machine(
            root=tmp_path,
            checkout=tmp_path / "checkout",
            folder=tmp_path,
            environ={"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST", "AMENT_PREFIX_PATH": f"/gone:{tmp_path / 'prefix'}"},
            python=(3, 12, 3),
            cores=4,
            version={"numba": "0.68.1", "python-can": "4.6.1"}.get,
            which=lambda name: f"/usr/bin/{name}",
            run=run_well,
            writable=lambda path: True,
            free_bytes=lambda path: 10**12,
            sleep_overshoots_s=lambda: [1e-4, 2e-4, 1e-4],
        )
        return dataclasses.replace(machine, **changes)  # type: ignore[arg-type]

    return make
