"""What `exo evaluate` walks without ROS is what the nodes walk."""

from pathlib import Path

import pytest

from exo.trajectory import from_recording, from_walk
from exo.trial_recording import load_recording
from exo_control.feedback_law import FeedbackLaw, LawFile, LawTerm
from exo_control.joints import TORQUE_CEILING_NM
from exo_control.registry import make_policy
from exo_safety.limits import load_limits
from exo_sim.assisted_walk import AssistedWalker
from exo_sim.evaluation_settings import load_evaluation_settings
from exo_sim.gait import load_gait
from exo_sim.human_model import load_human_model
from exo_sim.names import DEFAULT_GAIT

from .conftest import LaunchTrial

pytestmark = pytest.mark.integration


def made_up_law(folder: Path) -> str:
    """Write a law to a file and return its path."""
    weights = {"own_angle": -0.4, "other_angle": 0.4, "own_velocity": 0.2, "other_velocity": -0.1}
    term = LawTerm(delay_s=0.04, **weights, own_action=0.5, other_action=-0.2)
    law = FeedbackLaw(LawFile(torque_limit_nm=8.0, bias=0.05, terms=[term], provenance={}))
    law.save(folder / "law.yaml")
    return str(folder / "law.yaml")


@pytest.mark.parametrize(
    ("policy", "gait_name", "seconds"), [(None, DEFAULT_GAIT, 4), ("lstm_8nm", "geyer_herr", 3)], ids=["law", "lstm"]
)
def test_a_policy_through_the_nodes_in_lockstep_gives_the_walk_of_the_evaluation(
    launch_trial: LaunchTrial, tmp_path: Path, policy: str | None, gait_name: str, seconds: int
) -> None:
    policy = policy or made_up_law(tmp_path)
    settings = load_evaluation_settings()
    params = tmp_path / "noisy.yaml"
    params.write_text(
        "/**/simulation:\n  ros__parameters:\n"
        f"    position_noise_rad: {settings.noise.position_rad}\n"
        f"    velocity_noise_rad_s: {settings.noise.velocity_rad_s}\n"
        f"    hip_noise_nm: {settings.disturbance.torque_nm}\n"
    )
    arguments = {"policy": policy, "gait": gait_name, "duration": seconds, "seed": 5}
    trial = launch_trial(lockstep="true", simulation_params=params, **arguments)
    assert trial.exit_code() == 0, trial.output
    recorded = from_recording(load_recording(trial.folder / "bag"))

    gait = load_gait(gait_name)
    walker = AssistedWalker(
        load_human_model(gait.human),
        gait,
        make_policy(policy),
        limits=load_limits(),
        sensor_noise=settings.sensor_noise,
    )
    walked = from_walk(walker.disturbed(float(seconds), settings.disturbances, 5))
    count = len(walked.torque_nm)
    assert count == 100 * seconds and walker.safety_fault == ""
    # The recording begins with the state before the first step.
    assert recorded.torque_nm[-count:] == pytest.approx(walked.torque_nm, abs=1e-5 * TORQUE_CEILING_NM)
    assert recorded.com_m[-count:] == pytest.approx(walked.com_m, abs=1e-6)
    assert abs(walked.torque_nm).max() > 1.0
