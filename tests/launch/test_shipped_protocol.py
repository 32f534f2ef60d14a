"""trial.launch.py with the shipped protocol made short, with emulated drives, and across a change of controllers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exo.trial_progress import recorded_runs
from exo.trial_recording import load_recording
from exo_control.joints import POLICY_PERIOD_S
from exo_safety.limits import load_limits
from exo_trial.protocol import load_protocol

from .conftest import LaunchTrial

pytestmark = pytest.mark.integration

LARGEST_STEP_NM = load_limits().torque_rate_nm_per_s * POLICY_PERIOD_S
"""That the limiter lets the torque change by from one tick to the next."""

SWITCH = """
description: from one controller to the other without a phase in between
steady_state_s: 2.0
phases:
  - {name: lstm, kind: walk, seconds: 8.0, condition: lstm, policy: lstm_8nm, speed_m_s: 1.36}
  - {name: dofc, kind: walk, seconds: 6.0, condition: dofc, policy: dofc, speed_m_s: 1.36}
"""

ON_DRIVES = """
description: a few seconds on emulated drives
steady_state_s: 1.0
phases:
  - {name: stand, kind: stand, seconds: 1.5}
  - {name: dofc, kind: walk, seconds: 8.0, condition: dofc, policy: dofc, speed_m_s: 1.36}
"""


def summary_of(folder: Path) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads((folder / "summary.json").read_text())
    return summary


def test_the_metabolic_protocol_made_short_goes_through_all_its_phases(launch_trial: LaunchTrial) -> None:
    scale = 0.015  # phases of 4.5 and 5.4 s
    trial = launch_trial("trial.launch.py", duration_scale=scale, lockstep="true", order_seed=3)
    assert trial.exit_code() == 0, trial.output
    summary = summary_of(trial.folder)
    protocol = load_protocol("metabolic")
    assert summary["finished"] and summary["protocol_sha256"] == protocol.sha256
    shipped = {phase.name: phase for phase in protocol.content.phases}
    assert {phase["phase"] for phase in summary["phases"]} == set(shipped)
    for phase in summary["phases"]:
        assert phase["complete"], phase
        # In lockstep the walk goes on while the trial node changes phase: some ticks more on a busy machine.
        assert -0.021 < phase["seconds"] - scale * shipped[phase["phase"]].duration_s < 0.5
        assert (phase["kind"], phase["policy"]) == (shipped[phase["phase"]].kind, shipped[phase["phase"]].policy)
        assert (phase["torque_rms_nm"] > 0.5) == (phase["policy"] != "zero"), phase
    assert set(summary["conditions"]) == {"free", "lstm", "dofc"}
    assert all(each["faults"] == [] for each in (part["safety"] for part in summary["recordings"]))


def test_the_torque_does_not_step_where_one_controller_follows_another(
    launch_trial: LaunchTrial, tmp_path: Path
) -> None:
    protocol = tmp_path / "switch.yaml"
    protocol.write_text(SWITCH)
    trial = launch_trial("trial.launch.py", protocol=protocol, lockstep="true")
    assert trial.exit_code() == 0, trial.output
    recording = load_recording(trial.folder / "bag")
    lstm, dofc = recorded_runs(recording)
    assert [lstm.mark.policy, dofc.mark.policy] == ["lstm_8nm", "dofc"] and lstm.complete and dofc.complete
    torque = recording.applied_torque
    steps = np.abs(np.diff(torque.values, axis=0)).max(axis=1)
    assert (np.diff(torque.stamp_ns) == round(1e9 * POLICY_PERIOD_S)).all()
    # Against a hip that moves too fast the limiter takes torque away faster; it grows within the rate always.
    grown = np.diff(np.abs(torque.values), axis=0)
    assert grown.max() <= LARGEST_STEP_NM + 1e-9
    at_switch = np.abs(torque.stamp_ns[1:] - dofc.intervals_ns[0][0]) < 1_000_000_000
    assert 0.0 < steps[at_switch].max() <= LARGEST_STEP_NM + 1e-9
    for run in (lstm, dofc):
        _, end_ns = run.intervals_ns[-1]
        last = (torque.stamp_ns > end_ns - 2_000_000_000) & (torque.stamp_ns <= end_ns)
        assert np.abs(torque.values[last]).max() > 2.0, run.mark.policy


@pytest.mark.real_time
def test_a_trial_with_emulated_drives(
    launch_trial: LaunchTrial, real_time_priority: dict[str, str], tmp_path: Path
) -> None:
    protocol = tmp_path / "on_drives.yaml"
    protocol.write_text(ON_DRIVES)
    trial = launch_trial("trial.launch.py", protocol=protocol, device="emulated", **real_time_priority)
    assert trial.exit_code() == 0, trial.output
    summary = summary_of(trial.folder)
    assert summary["finished"]
    assert [phase["phase"] for phase in summary["phases"]] == ["stand", "dofc"]
    assert [phase["seconds"] for phase in summary["phases"]] == pytest.approx([1.5, 8.0], abs=0.1)
    recording = load_recording(trial.folder / "bag")
    assert not recording.is_simulated and recording.problems == []
    assert {fault["fault"] for fault in summary["recordings"][0]["safety"]["faults"]} == set()
    torque = recording.applied_torque.values
    assert 2.0 < np.abs(torque).max() <= load_limits().torque_cap_nm + 0.5
    stand, dofc = summary["phases"]
    assert stand["torque_peak_nm"] < 0.5 < dofc["torque_rms_nm"]
