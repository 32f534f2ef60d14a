"""Walks under a policy, with the safety limiter and sensor noise of the device."""

import numpy as np
import pytest

from exo_control.registry import make_policy
from exo_safety.limits import SafetyLimits, load_limits
from exo_sim.assisted_walk import AssistedWalker
from exo_sim.disturbance import Disturbance
from exo_sim.engine.layout import VELOCITY
from exo_sim.gait import Gait, load_gait
from exo_sim.hip_encoders import HipEncoders, SensorNoise
from exo_sim.human import SimulatedHuman
from exo_sim.human_model import HumanModel
from exo_sim.names import DEFAULT_GAIT

NOISE = SensorNoise(0.05, 0.1)
DISTURBANCE = Disturbance(1.0)


class Watcher:
    """A policy that commands a constant torque and keeps what it saw."""

    name = "watcher"
    parameters = ()

    def __init__(self, torque_nm: float = 0.0) -> None:
        self.torque_nm, self.seen = torque_nm, []

    def reset(self) -> None:
        self.seen.clear()

    def torque(self, position, velocity, time_s):
        self.seen.append([*position, *velocity, time_s])
        return np.full(2, self.torque_nm)


@pytest.fixture(scope="module")
def gait() -> Gait:
    return load_gait(DEFAULT_GAIT)


@pytest.fixture(scope="module")
def limits() -> SafetyLimits:
    return load_limits()


def test_without_torque_limiter_and_noise_change_nothing(model: HumanModel, gait: Gait, limits: SafetyLimits):
    plain = AssistedWalker(model, gait, make_policy("zero")).disturbed(3.0, DISTURBANCE, 4)
    device = AssistedWalker(model, gait, make_policy("zero"), limits=limits, sensor_noise=NOISE)
    assert np.array_equal(plain.record, device.disturbed(3.0, DISTURBANCE, 4).record)


def test_what_training_randomises_is_no_broken_encoder_to_the_limiter(
    model: HumanModel, gait: Gait, limits: SafetyLimits
):
    noise = SensorNoise(0.3, 1.0)
    walker = AssistedWalker(model, gait, make_policy("zero"), limits=limits, sensor_noise=noise)
    walker.disturbed(10.0, Disturbance(), 4)
    assert walker.safety_fault == ""


def test_the_limiter_softens_the_start_and_keeps_rate_and_cap(model: HumanModel, gait: Gait, limits: SafetyLimits):
    policy = make_policy("dofc", {"gain_nm": 40.0, "peak_torque_nm": 15.0})
    walk = AssistedWalker(model, gait, policy, limits=limits).disturbed(6.0, Disturbance(), 1)
    free = AssistedWalker(model, gait, policy).disturbed(6.0, Disturbance(), 1)
    assert np.abs(free.torque_nm).max() == 15.0
    assert np.abs(walk.torque_nm).max() == pytest.approx(limits.torque_cap_nm)
    assert np.abs(walk.torque_nm[:100]).max() <= 0.5 * limits.torque_cap_nm + 1e-9
    growth = np.diff(np.abs(walk.torque_nm), axis=0)
    assert growth.max() <= limits.torque_rate_nm_per_s * 0.01 + 1e-9


def test_a_fault_takes_the_torque_away_and_is_told(model: HumanModel, gait: Gait, limits: SafetyLimits):
    tight = limits.model_copy(update={"velocity_fault_rad_per_s": 1.0, "velocity_warn_rad_per_s": 0.5})
    walker = AssistedWalker(model, gait, make_policy("dofc"), limits=tight)
    walk = walker.disturbed(3.0, Disturbance(), 1)
    assert "rad/s, limit 1 rad/s" in walker.safety_fault
    assert not walk.torque_nm[-100:].any()
    walker = AssistedWalker(model, gait, make_policy("zero"), limits=limits)
    walker.disturbed(3.0, Disturbance(), 1)
    assert walker.safety_fault == ""


def test_the_policy_sees_noisy_encoders_and_the_simulated_time(model: HumanModel, gait: Gait):
    policy = Watcher()
    walk = AssistedWalker(model, gait, policy, sensor_noise=NOISE).disturbed(20.0, DISTURBANCE, 7)
    seen = np.array(policy.seen)
    assert seen[:, 4] == pytest.approx(np.arange(2000) * 0.01)
    true = np.hstack([walk.joint()[:-1, [1, 4]], walk.joint(VELOCITY)[:-1, [1, 4]]])
    noise = seen[1:, :4] - true
    assert noise.std(axis=0) == pytest.approx([0.05, 0.05, 0.1, 0.1], rel=0.06)
    assert np.abs(noise.mean(axis=0)).max() < 0.01
    assert abs(np.corrcoef(noise.T) - np.eye(4)).max() < 0.1


def test_encoders_repeat_with_their_seed_and_leave_the_disturbances_alone(model: HumanModel, gait: Gait):
    human = SimulatedHuman(model, gait)
    first, again, other = (HipEncoders(human, NOISE, seed).read() for seed in (3, [3], 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.array_equal(
        HipEncoders(human, SensorNoise(), 3).read(), (human.hip_position_rad, human.hip_velocity_rad_s)
    )
    quiet = AssistedWalker(model, gait, Watcher()).disturbed(2.0, DISTURBANCE, 3)
    noisy = AssistedWalker(model, gait, Watcher(), sensor_noise=NOISE).disturbed(2.0, DISTURBANCE, 3)
    assert np.array_equal(quiet.record, noisy.record)


def test_hip_readings_are_those_of_all_joints(model: HumanModel, gait: Gait):
    human = SimulatedHuman(model, gait)
    for _ in range(30):
        human.step(np.array([2.0, -1.0]))
    assert human.hip_position_rad == pytest.approx(human.joint_position_rad[[1, 4]])
    assert human.hip_velocity_rad_s == pytest.approx(human.joint_velocity_rad_s[[1, 4]])
