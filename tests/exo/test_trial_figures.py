"""Figures of a trial, from walks in the engine and from motions that can be worked out by hand."""

import numpy as np
import pytest

from exo.trajectory import JOINTS, Trajectory, from_walk
from exo.trial_figures import device, has_fallen, walking
from exo.trial_plot import plot_trial
from exo_sim.disturbance import Disturbance
from exo_sim.gait import load_gait
from exo_sim.gait_analysis import describe, mean_cycles
from exo_sim.human_model import load_human_model
from exo_sim.names import HIP_MUSCLES, MUSCLES
from exo_sim.walk import Walk, Walker

SECONDS = 8.0


@pytest.fixture(scope="module")
def walk() -> Walk:
    gait = load_gait("two_state")
    return Walker(load_human_model(gait.human), gait).disturbed(SECONDS, Disturbance(), 0)


def made_up(n: int = 1001) -> Trajectory:
    """1.5 m/s at 1 m height; 300 W gross, 180 W net; hips swing at 1 Hz with a torque that pushes along."""
    time_s = 0.01 * np.arange(n)
    velocity = np.zeros((n, 7))
    hip = [JOINTS.index("right_hip_flexion"), JOINTS.index("left_hip_flexion")]
    velocity[:, hip[0]] = 2.0 * np.sin(2.0 * np.pi * time_s)
    velocity[:, hip[1]] = -velocity[:, hip[0]]
    activation = np.zeros((n, 18))
    activation[:, [i for i, name in enumerate(MUSCLES) if name.rpartition("_")[0] in HIP_MUSCLES]] = 0.3
    return Trajectory(
        position_rad=np.zeros((n, 7)),
        velocity_rad_s=velocity,
        com_m=np.stack([1.5 * time_s, np.ones(n)], axis=1),
        ground_n=np.zeros((n, 2, 2)),
        activation=activation,
        power_w=np.tile([300.0, 180.0], (n, 1)),
        torque_nm=4.0 * velocity[:, hip] / 2.0,
    )


def test_speed_and_cost_of_transport() -> None:
    figures = walking(made_up(), mass_kg=80.0)
    assert figures["speed_mps"] == pytest.approx(1.5)
    assert figures["distance_m"] == pytest.approx(15.0)
    assert figures["cot_gross"] == pytest.approx(300.0 / (80.0 * 1.5))
    assert figures["cot_net"] == pytest.approx(180.0 / (80.0 * 1.5))
    assert figures["hip_activation_squared"] == pytest.approx(0.09)


def test_torque_and_power_of_the_device() -> None:
    figures = device(made_up())
    assert figures["torque_peak_nm"] == pytest.approx(4.0, abs=0.01)
    assert figures["torque_rms_nm"] == pytest.approx(4.0 / np.sqrt(2.0), rel=1e-3)
    # Both legs: 2 x mean of 4 x 2 sin^2.
    assert figures["exo_net_power_w"] == pytest.approx(8.0, rel=5e-3)
    assert figures["exo_positive_power_w"] == pytest.approx(8.0, rel=5e-3)


def test_a_torque_against_the_motion_has_negative_power() -> None:
    motion = made_up()
    braking = Trajectory(**{**vars(motion), "torque_nm": -motion.torque_nm})
    assert device(braking)["exo_net_power_w"] == pytest.approx(-8.0, rel=5e-3)
    assert device(braking)["exo_positive_power_w"] == pytest.approx(0.0, abs=0.05)


def test_a_moment_of_walking_has_no_figures() -> None:
    assert set(walking(made_up(20), 80.0).values()) == {None}


def test_falling() -> None:
    motion = made_up()
    assert not has_fallen(motion)
    motion.com_m[-1, 1] = 0.8
    assert has_fallen(motion)


def test_figures_agree_with_those_of_exo_walk(walk: Walk) -> None:
    ours, theirs = walking(from_walk(walk), walk.arrays.total_mass), describe(walk)
    for key in ("speed_mps", "cot_gross", "cot_net", "metabolic_power_w"):
        assert ours[key] == pytest.approx(theirs[key], rel=0.01), key  # windows differ by a period


def test_flexion_is_positive_and_strides_are_those_of_the_gait_analysis(walk: Walk) -> None:
    trajectory, weight_n = from_walk(walk), walk.arrays.total_mass * walk.arrays.gravity
    reference = mean_cycles(walk)
    for name, key in (("hip_flexion", "hip"), ("knee_flexion", "knee"), ("ankle_dorsiflexion", "ankle")):
        angle = trajectory.position_rad[:, JOINTS.index(f"right_{name}")]
        np.testing.assert_allclose(trajectory.gait_cycles(angle, weight_n), reference[key])


def test_the_plot_needs_a_whole_stride(walk: Walk, tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    trajectory, weight_n = from_walk(walk), walk.arrays.total_mass * walk.arrays.gravity
    assert plot_trial(trajectory, trajectory, weight_n, "a walk", folder / "walk.png")
    assert (folder / "walk.png").read_bytes().startswith(b"\x89PNG")
    standing = made_up()
    assert not plot_trial(standing, None, weight_n, "no stride", folder / "none.png")
    assert not (folder / "none.png").exists()
