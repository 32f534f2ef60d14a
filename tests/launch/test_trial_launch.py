"""trial.launch.py from end to end: a trial that is paused, and one that is aborted and resumed."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rosbags.rosbag2 import Reader
from std_srvs.srv import Trigger

from exo.trial_progress import recorded_runs
from exo.trial_recording import load_recording
from exo_control.joints import TORQUE_CEILING_NM
from exo_control.policy_switch import CROSSOVER_TICKS
from exo_nodes import qos, topics
from exo_nodes.stamps import stamp_ns
from exo_trial.phase_clock import TrialState
from exo_trial.phase_mark import STATUS_NAME, PhaseMark, read_mark
from exo_trial.protocol import load_protocol

from .conftest import PATIENCE_S, LaunchTrial, Trial

pytestmark = pytest.mark.integration

PROTOCOL = """
description: short
steady_state_s: 1.0
phases:
  - {name: stand_1, kind: stand, seconds: 1.5}
  - {name: walk_1, kind: walk, seconds: 14.0, condition: dofc, policy: dofc, speed_m_s: 1.3}
  - {name: stand_2, kind: stand, seconds: 2.5}
"""


class Experimenter:
    """Follows the phases of a trial, and calls its services."""

    def __init__(self, context: Context) -> None:
        self.node = Node("experimenter", context=context, start_parameter_services=False)
        self.executor = SingleThreadedExecutor(context=context)
        self.executor.add_node(self.node)
        self.marks: list[tuple[float, PhaseMark]] = []
        self.node.create_subscription(DiagnosticArray, topics.TRIAL_PHASE, self._on_phase, qos.phase())
        names = (topics.PAUSE_TRIAL, topics.RESUME_TRIAL, topics.ABORT_TRIAL)
        # Made beforehand, so that a call goes out at once.
        self._clients = {name: self.node.create_client(Trigger, name) for name in names}

    def _on_phase(self, message: DiagnosticArray) -> None:
        (status,) = message.status
        mark = read_mark({value.key: value.value for value in status.values})
        assert (status.name, status.message) == (STATUS_NAME, mark.phase)
        self.marks.append((stamp_ns(message.header.stamp) * 1e-9, mark))

    def wait_until(self, trial: Trial, phase: str, state: TrialState, seconds: float) -> None:
        """Wait until a phase has been in a state for so long by the time of the trial."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            times = [at for at, mark in self.marks if (mark.phase, mark.state) == (phase, state)]
            if times and times[-1] - times[0] >= seconds:
                return
            assert time.monotonic() < deadline and trial.process.poll() is None, trial.output
            self.executor.spin_once(timeout_sec=0.05)

    def call(self, service: str) -> Trigger.Response:
        assert self._clients[service].wait_for_service(PATIENCE_S)
        future = self._clients[service].call_async(Trigger.Request())
        self.executor.spin_until_future_complete(future, PATIENCE_S)
        return future.result()


@pytest.fixture
def experimenter(
    ros_domain_id: int, ros_env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Experimenter]:
    for name in ("ROS_AUTOMATIC_DISCOVERY_RANGE", "ROS_LOG_DIR"):
        monkeypatch.setenv(name, ros_env[name])
    context = Context()
    rclpy.init(context=context, domain_id=ros_domain_id)
    experimenter = Experimenter(context)
    yield experimenter
    experimenter.executor.shutdown()
    experimenter.node.destroy_node()
    context.try_shutdown()


@pytest.fixture
def begin(launch_trial: LaunchTrial, tmp_path: Path) -> Callable[[], Trial]:
    protocol = tmp_path / "short.yaml"
    protocol.write_text(PROTOCOL)
    return lambda: launch_trial("trial.launch.py", protocol=protocol, lockstep="true", order_seed=7)


def summary_of(folder: Path) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads((folder / "summary.json").read_text())
    return summary


def test_a_pause_takes_the_torque_away_and_stops_the_time_of_the_phase(
    begin: Callable[[], Trial], experimenter: Experimenter, tmp_path: Path
) -> None:
    trial = begin()
    experimenter.wait_until(trial, "walk_1", TrialState.RUNNING, 5.0)
    assert experimenter.call(topics.PAUSE_TRIAL).success
    refused = experimenter.call(topics.PAUSE_TRIAL)
    assert not refused.success and "cannot pause a trial that is paused" in refused.message
    experimenter.wait_until(trial, "walk_1", TrialState.PAUSED, 3.0)
    assert experimenter.call(topics.RESUME_TRIAL).success
    assert trial.exit_code() == 0, trial.output

    recording = load_recording(trial.folder / "bag")
    runs = recorded_runs(recording)
    assert [run.mark.phase for run in runs] == ["stand_1", "walk_1", "stand_2"]
    assert all(run.complete for run in runs)
    # The state in which a service is called is the one before, so a pause may cost a tick.
    assert [run.seconds for run in runs] == pytest.approx([1.5, 14.0, 2.5], abs=0.011)
    (_, paused_ns), (resumed_ns, _) = runs[1].intervals_ns
    assert resumed_ns - paused_ns >= 3_000_000_000
    torque = recording.applied_torque
    assert np.abs(np.diff(torque.values, axis=0)).max() < 0.15 * TORQUE_CEILING_NM, "no step in torque"
    walking = (torque.stamp_ns > paused_ns - 500_000_000) & (torque.stamp_ns <= paused_ns)
    assert np.abs(torque.values[walking]).max() > 2.0
    # Faded out after a second and what the messages take; in lockstep that time passes quickly.
    faded_ns = resumed_ns - 500_000_000
    gone = (torque.stamp_ns > max(faded_ns, paused_ns + CROSSOVER_TICKS * 10_000_000)) & (torque.stamp_ns < resumed_ns)
    assert gone.any() and not torque.values[gone].any()
    assert {fault["fault"] for fault in summary_of(trial.folder)["recordings"][0]["safety"]["faults"]} == set()
    data = recording.custom_data
    protocol = load_protocol(str(tmp_path / "short.yaml"))
    assert (data["protocol"], data["protocol_sha256"]) == ("short", protocol.sha256)
    assert (data["order_seed"], data["subject"]) == ("7", "reference")
    summary = summary_of(trial.folder)
    stand, walk, again = summary["phases"]
    assert summary["finished"] and stand["gross_w_kg"] == pytest.approx(again["gross_w_kg"])
    assert walk["gross_w_kg"] > 2.0 * stand["gross_w_kg"] and stand["torque_rms_nm"] == 0.0
    assert (trial.folder / "summary.png").read_bytes().startswith(b"\x89PNG")


def test_an_aborted_trial_goes_on_with_the_phase_that_was_not_finished(
    begin: Callable[[], Trial], launch_trial: LaunchTrial, experimenter: Experimenter
) -> None:
    trial = begin()
    experimenter.wait_until(trial, "walk_1", TrialState.RUNNING, 3.0)
    assert experimenter.call(topics.ABORT_TRIAL).success
    assert trial.exit_code() == 0, trial.output
    summary = summary_of(trial.folder)
    assert not summary["finished"]
    assert [(phase["phase"], phase["complete"]) for phase in summary["phases"]] == [
        ("stand_1", True),
        ("walk_1", False),
    ]
    with Reader(trial.folder / "bag") as reader:
        assert reader.message_count > 1000
    before = digests(trial.folder / "bag")

    resumed = launch_trial("trial.launch.py", trial_dir=None, resume=trial.folder, lockstep="true")
    assert resumed.exit_code() == 0, resumed.output
    assert digests(trial.folder / "bag") == before
    summary = summary_of(trial.folder)
    assert summary["finished"]
    assert [(phase["phase"], phase["recording"]) for phase in summary["phases"]] == [
        ("stand_1", "bag"),
        ("walk_1", "bag_2"),
        ("stand_2", "bag_2"),
    ]
    assert summary["conditions"]["dofc"]["net_w_kg"] > 1.0


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}
