"""Fixtures for the tests of all packages."""

import fcntl
import os
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import settings

from exo.stall_probe import StallProbe
from exo_safety.limits import load_limits

# How long an example takes says something about the machine's load only.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

DOMAIN_IDS = range(1, 102)  # above 101 the ports of a domain meet those that Linux gives to clients


class Standstill:
    """Whether the machine, often a virtual one, let nothing run for so long that the limiter has to act."""

    def __init__(self) -> None:
        self._probe: StallProbe | None = None
        self._shortest_s = load_limits().command_age_ramp_s

    def watch(self) -> None:
        """Look from now on."""
        self._probe = StallProbe()

    def end(self) -> None:
        """Look no more; what was seen stays known."""
        if self._probe is not None:
            self._probe.stop()

    def was_seen(self) -> bool:
        """Return whether there was one while a test ran, which then says nothing about the code."""
        return self._probe is not None and self._probe.worst_s >= self._shortest_s


standstill = Standstill()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Repeat tests in real time that failed while the machine stood still. One that fails otherwise has failed."""
    for item in items:
        if item.get_closest_marker("real_time"):
            item.add_marker(pytest.mark.flaky(reruns=3, condition=standstill.was_seen))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Watch the machine during a test in real time."""
    if item.get_closest_marker("real_time"):
        standstill.watch()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    """Watch the machine no longer."""
    try:
        return (yield)
    finally:
        standstill.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """Undo what importing OpenSim does: it drops what the ROS wheels put on LD_LIBRARY_PATH, for all later tests."""
    before = os.environ.get("LD_LIBRARY_PATH")
    result = yield
    if before is not None:
        os.environ["LD_LIBRARY_PATH"] = before
    return result


@pytest.fixture(scope="session")
def repo_root() -> Path:
    """The top of the checkout."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture
def ros_domain_id() -> Iterator[int]:
    """A ROS_DOMAIN_ID that no other test on this machine uses meanwhile, whichever checkout or process it runs in."""
    start = os.getpid() % len(DOMAIN_IDS)
    for domain_id in (*DOMAIN_IDS[start:], *DOMAIN_IDS[:start]):
        with open(Path(tempfile.gettempdir(), f"exo-test-ros-domain-{domain_id}.lock"), "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield domain_id
            return
    pytest.fail("all ROS domains are in use by other tests")


@pytest.fixture
def ros_env(ros_domain_id: int, tmp_path: Path) -> dict[str, str]:
    """The environment for a subprocess that uses ROS: a private domain, this machine only, logs in tmp_path."""
    return {
        **os.environ,
        "ROS_DOMAIN_ID": str(ros_domain_id),
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
        "ROS_LOG_DIR": str(tmp_path / "ros_log"),
    }


@pytest.fixture
def tiny_training(repo_root: Path, tmp_path: Path) -> Callable[..., Path]:
    """Write a training configuration that needs milliseconds per buffer; keywords change its top-level keys."""

    def write(**changes: object) -> Path:
        values = yaml.safe_load((repo_root / "config" / "training" / "paper.yaml").read_text())
        values |= {"walkers": 2, "episode_s": 0.3, "buffers": 3, **changes}
        values["ppo"] |= {"epochs": 1, "buffer_ticks": 64, "minibatch": 32}
        values["evaluation"] |= {"every_buffers": 2, "walkers": 1, "seconds": 2.0}
        path = tmp_path / "tiny.yaml"
        path.write_text(yaml.safe_dump(values))
        return path

    return write
