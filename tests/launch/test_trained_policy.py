"""A trained policy through ROS: what it commands is what training code computes from the same states."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from exo.trial_recording import load_recording  # noqa: E402
from exo_control.history import HistoryBuffer  # noqa: E402
from exo_learning.actor import Actor  # noqa: E402
from exo_learning.export_onnx import export_onnx  # noqa: E402
from exo_learning.manifest import make_manifest  # noqa: E402
from exo_learning.normaliser import Normaliser  # noqa: E402

from .conftest import LaunchTrial  # noqa: E402

pytestmark = pytest.mark.integration

LIMIT_NM = 8.0


def test_recorded_commands_are_the_networks_torques(launch_trial: LaunchTrial, tmp_path: Path) -> None:
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        actor, normaliser = Actor(), Normaliser()
        actor.output_layer.weight.mul_(1500.0)  # a fresh actor commands next to nothing
        normaliser.update(torch.tensor([0.3, 0.3, 2.0, 2.0, 0.5, 0.5]) * torch.randn(500, 6))
    policy = tmp_path / "policy.onnx"
    export_onnx(actor, normaliser, make_manifest(LIMIT_NM), policy)
    # With the sensor noise that policies are trained with.
    params = tmp_path / "noisy.yaml"
    params.write_text(
        "/**/simulation:\n  ros__parameters:\n    position_noise_rad: 0.05\n    velocity_noise_rad_s: 0.1\n"
    )
    trial = launch_trial(policy=policy, duration=3, gait="two_state", lockstep="true", simulation_params=params)
    assert trial.exit_code() == 0, trial.output

    recording = load_recording(trial.folder / "bag")
    position, velocity = recording.joint_position, recording.joint_velocity
    assert len(np.intersect1d(position.stamp_ns, recording.commanded_torque.stamp_ns)) == len(position.stamp_ns)
    history, torque = HistoryBuffer(LIMIT_NM), np.zeros(2)
    expected = []
    for hip_rad, hip_rad_s in zip(position.values, velocity.values, strict=True):
        history.push(hip_rad, hip_rad_s, torque)
        with torch.no_grad():
            observation = torch.tensor(history.observation[None])
            torque = LIMIT_NM * actor(normaliser(observation))[0].double().numpy()
        expected.append(torque)
    recorded = recording.commanded_torque.at(position.stamp_ns)
    assert len(recorded) > 100
    assert np.ptp(expected, axis=0).min() > 0.2 * LIMIT_NM  # else nothing is compared
    np.testing.assert_allclose(recorded, expected, rtol=0.0, atol=1e-5 * LIMIT_NM)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("joint_names", ["left_hip_flexion", "right_hip_flexion"], "joint_names = ['left_hip_flexion', 'right_hip_f"),
        ("torque_limit_nm", 20.0, "torque_limit_nm = 20.0: input should be less than or equal to 15"),
        ("onnx_sha256", "0" * 64, "policy.onnx: not the file that"),
    ],
)
def test_the_policy_node_refuses_a_policy_that_does_not_fit(
    ros_env: dict[str, str], tmp_path: Path, key: str, value: object, message: str
) -> None:
    policy, manifest = tmp_path / "policy.onnx", tmp_path / "policy.json"
    export_onnx(Actor(), Normaliser(), make_manifest(LIMIT_NM), policy)
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), key: value}))
    node = [sys.executable, "-c", "from exo_nodes.start import policy_node; policy_node()"]
    arguments = ["--ros-args", "-p", f"policy:={policy}"]
    done = subprocess.run([*node, *arguments], env=ros_env, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert message in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
