"""The environment is the device's path of a torque, with humans on it."""

import numpy as np
import pytest

pytest.importorskip("torch")

from exo_control.history import HistoryBuffer
from exo_control.joints import POLICY_PERIOD_S
from exo_learning import reward as rewards
from exo_learning.errors import TrainingError
from exo_learning.start_states import copy_limiter, record_starts
from exo_learning.training_config import TrainingConfig
from exo_learning.walker_batch import WALKER_STATE_SIZE, Body, WalkerBatch
from exo_learning.walking_env import BODY_STATE_SIZE, SPEED_SCALE, WalkingEnv
from exo_safety.limits import load_limits
from exo_safety.status import State
from exo_sim.gait import load_gait
from exo_sim.gait_analysis import cost_of_transport
from exo_sim.human import SimulatedHuman
from exo_sim.human_model import load_human_model
from exo_sim.walk import Walker

from .configurations import changed


@pytest.fixture(scope="module")
def quiet(paper: TrainingConfig) -> TrainingConfig:
    """The paper's environment, two walkers, without noise."""
    noise = {"randomisation__hip_angle_noise_rad": 0.0, "randomisation__hip_velocity_noise_rad_s": 0.0}
    return changed(paper, walkers=2, episode_s=5.0, **noise)


@pytest.fixture(scope="module")
def body() -> Body:
    return Body.of(load_human_model(), load_gait("two_state"))


def test_a_batch_walks_as_the_simulated_human_does(body: Body) -> None:
    human = SimulatedHuman(load_human_model(), load_gait("two_state"))
    batch = WalkerBatch([body], [3], threads=2)
    rng = np.random.default_rng(0)
    for tick in range(150):
        torque, push = rng.uniform(-8.0, 8.0, 2), 0.1 if tick == 70 else 0.0
        human.push(push)
        human.step(torque)
        batch.step(np.tile(torque, (3, 1)), np.full(3, push))
    for row in range(3):
        assert batch.hip_position_rad[row].tolist() == human.hip_position_rad.tolist()
        assert batch.hip_velocity_rad_s[row].tolist() == human.hip_velocity_rad_s.tolist()
        assert batch.activation[row].reshape(-1).tolist() == human.activation.tolist()
        assert batch.com_height_m[row] == pytest.approx(human.com_position_m[1], abs=1e-12)
        assert batch.com_forward_m[row] == pytest.approx(human.com_position_m[0], abs=1e-12)
        assert batch.com_forward_velocity_m_s[row] == pytest.approx(human.com_velocity_m_s[0], abs=1e-12)
        assert batch.time_s[row] == pytest.approx(human.time_s)
    assert batch.body_state.shape == (3, WALKER_STATE_SIZE)


def test_energy_and_distance_give_the_cost_of_transport_of_the_analysis(body: Body) -> None:
    ticks = 400
    walk = Walker(load_human_model(), load_gait("two_state")).walk(np.zeros((ticks, 2)), np.zeros(ticks))
    batch = WalkerBatch([body], [1])
    batch.step(np.zeros((1, 2)), np.zeros(1))
    energy, forward = batch.metabolic_energy_j[0], batch.com_forward_m[0]
    for _ in range(ticks - 1):
        batch.step(np.zeros((1, 2)), np.zeros(1))
    cost = (batch.metabolic_energy_j[0] - energy) / (batch.com_forward_m[0] - forward) / batch.mass_kg[0]
    assert cost == pytest.approx(cost_of_transport(walk)[0], rel=1e-9)


def test_bodies_of_a_mixed_batch_walk_each_on_their_own(body: Body) -> None:
    heavy = Body.of(load_human_model().scaled(90.0), load_gait("two_state"))
    mixed = WalkerBatch([body, heavy], [1, 2])
    alone = WalkerBatch([heavy], [1])
    for _ in range(50):
        mixed.step(np.full((3, 2), 1.0), np.zeros(3))
        alone.step(np.full((1, 2), 1.0), np.zeros(1))
    assert mixed.mass_kg.tolist() == [body.arrays.total_mass, heavy.arrays.total_mass, heavy.arrays.total_mass]
    assert np.array_equal(mixed.states[1], alone.states[0])
    assert np.array_equal(mixed.states[2], alone.states[0])
    assert not np.array_equal(mixed.states[0], alone.states[0])


def test_a_step_is_history_limiter_engine_and_reward(quiet: TrainingConfig) -> None:
    """Rebuild the walk of one walker with the classes of the device, from the same start."""
    quiet = changed(quiet, reward__saving_weight=0.2)
    env = WalkingEnv(quiet, seed=4)
    env.reset()
    human = WalkerBatch(env._bodies, [1])
    human.states[0] = env.walkers.states[1]
    limiter, history = copy_limiter(env._limiters[1]), HistoryBuffer(quiet.torque_limit_nm)
    assert limiter.status.state is State.ACTIVE  # the soft start is over
    history.push(human.hip_position_rad[0], human.hip_velocity_rad_s[0], [0.0, 0.0])
    np.testing.assert_array_equal(env.observation[1], history.observation)

    rng, previous = np.random.default_rng(5), np.zeros(2)
    for _ in range(60):
        action = rng.uniform(-1.3, 1.3, (2, 2))
        wanted = np.clip(action[1], -1.0, 1.0)
        position, velocity = human.hip_position_rad[0], human.hip_velocity_rad_s[0]
        result = limiter.apply(wanted * quiet.torque_limit_nm, position, velocity, human.time_s[0], 0.0, 0.0)
        spent_j = human.muscle_energy_j[0]
        human.step(result.torque_nm[np.newaxis], np.zeros(1))
        history.push(human.hip_position_rad[0], human.hip_velocity_rad_s[0], wanted * quiet.torque_limit_nm)
        step = env.step(action)
        assert step.torque_nm[1].tolist() == result.torque_nm.tolist()
        np.testing.assert_array_equal(env.observation[1], history.observation)
        expected = rewards.reward(
            quiet.reward,
            human.activation[0],
            rewards.saving_term(
                quiet.reward,
                (human.muscle_energy_j[0] - spent_j) / (POLICY_PERIOD_S * human.mass_kg[0]),
                human.com_forward_velocity_m_s[0],
                env._starts[0].cost_of_transport,
            ),
            human.com_forward_velocity_m_s[0],
            np.array(1.3),
            wanted,
            previous,
            human.com_height_m[0],
        )
        assert step.reward[1] == pytest.approx(float(expected), abs=1e-12)
        previous = wanted


def test_torque_never_leaves_the_limits_whatever_is_asked_for(quiet: TrainingConfig) -> None:
    env = WalkingEnv(changed(quiet, torque_limit_nm=5.0), seed=0)
    env.reset()
    before = np.zeros((2, 2))
    for sign in (1.0, -1.0) * 20:
        torque = env.step(np.full((2, 2), 1e6 * sign)).torque_nm
        assert np.abs(torque).max() <= 5.0
        assert np.abs(torque - before).max() <= load_limits().torque_rate_nm_per_s * POLICY_PERIOD_S + 1e-9
        before = torque


def test_time_out_is_truncation_and_the_next_walk_starts_fresh(quiet: TrainingConfig) -> None:
    env = WalkingEnv(changed(quiet, episode_s=0.2), seed=0)
    env.reset()
    for tick in range(20):
        step = env.step(np.full((2, 2), 0.5))
        assert step.truncated.tolist() == [tick == 19] * 2
        assert not step.terminated.any()
    assert step.final_observation[:, :, 4:].any()  # the old walk, actions included
    observation = env.observation
    assert not observation[:, :-1].any()
    assert observation[:, -1, :2].all()
    assert not observation[:, -1, 4:].any()


def test_a_fall_ends_the_walk_with_the_penalty(quiet: TrainingConfig) -> None:
    env = WalkingEnv(changed(quiet, reward__fall_height_m=1.1), seed=0)
    env.reset()
    step = env.step(np.zeros((2, 2)))
    assert step.fell.all()
    assert step.terminated.all()
    assert not step.truncated.any()
    assert (step.reward < -8.0).all()
    assert env.step(np.zeros((2, 2))).fell.all()


def test_a_fault_of_the_limiter_ends_the_walk(quiet: TrainingConfig) -> None:
    env = WalkingEnv(quiet, seed=0)
    env.reset()
    env._limiters[0].trip("emergency stop")
    step = env.step(np.ones((2, 2)))
    assert step.terminated.tolist() == [True, False]
    assert not step.fell.any()
    assert step.torque_nm[0].tolist() == [0.0, 0.0]
    assert not env.step(np.ones((2, 2))).terminated.any()


def test_walks_start_at_random_moments(paper: TrainingConfig) -> None:
    env = WalkingEnv(paper, seed=0)
    angles = env.reset()[:, -1, 0]
    assert len(np.unique(angles)) == 32
    assert np.ptp(angles) > 0.5  # all over the stride


def test_noise_has_the_papers_spread_and_is_not_what_the_limiter_sees(paper: TrainingConfig) -> None:
    env = WalkingEnv(paper, seed=0)
    env.reset()
    errors = []
    for _ in range(100):
        env.step(np.zeros((32, 2)))
        truth = np.concatenate([env.walkers.hip_position_rad, env.walkers.hip_velocity_rad_s], axis=1)
        errors.append(env.measured - truth)
    flat = np.concatenate(errors)
    np.testing.assert_allclose(flat.std(axis=0), [0.05, 0.05, 0.1, 0.1], rtol=0.06)
    np.testing.assert_allclose(flat.mean(axis=0), 0.0, atol=0.01)
    np.testing.assert_allclose(env.observation[:, -1, :4], env.measured, rtol=1e-6)


def test_the_same_seed_gives_the_same_walks(tiny: TrainingConfig) -> None:
    def walk(env: WalkingEnv) -> np.ndarray:
        env.seed(9)
        env.reset()
        rng = np.random.default_rng(1)
        return np.array([env.step(rng.uniform(-1, 1, (4, 2))).reward for _ in range(80)])

    env = WalkingEnv(tiny, seed=0)
    first = walk(env)
    assert np.array_equal(first, walk(env))
    assert np.array_equal(first, walk(WalkingEnv(tiny, seed=1, threads=2)))


def test_a_snapshot_brings_everything_back(tiny: TrainingConfig) -> None:
    config = changed(
        tiny,
        randomisation__actuator_delay_ticks=[0, 3],
        randomisation__actuator_bandwidth_hz=[3.0, 30.0],
        randomisation__sensor_delay_ticks=[0, 2],
    )
    env = WalkingEnv(config, seed=0)
    env.reset(staggered=True)
    rng = np.random.default_rng(1)
    actions = rng.uniform(-1, 1, (60, 4, 2))
    for action in actions[:17]:
        env.step(action)
    snapshot = env.snapshot()
    first = [env.step(action) for action in actions[17:]]
    for other in (env, WalkingEnv(config, seed=77)):
        other.restore(snapshot)
        for action, expected in zip(actions[17:], first, strict=True):
            again = other.step(action)
            assert np.array_equal(again.reward, expected.reward)
            assert np.array_equal(again.final_observation, expected.final_observation)
            assert np.array_equal(again.torque_nm, expected.torque_nm)


def test_disturbances_grow_with_their_scale(tiny: TrainingConfig) -> None:
    def spread(scale: float) -> float:
        env = WalkingEnv(changed(tiny, episode_s=3.0), seed=0)
        env.disturbance_scale = scale
        env.reset()
        start = env.walkers.states.copy()
        for _ in range(30):
            env.step(np.zeros((4, 2)))
        quiet = WalkingEnv(changed(tiny, episode_s=3.0, randomisation__hip_disturbance_nm=0.0), seed=0)
        quiet.reset()
        quiet.walkers.states[:] = start
        for _ in range(30):
            quiet.step(np.zeros((4, 2)))
        return float(np.abs(env.walkers.hip_position_rad - quiet.walkers.hip_position_rad).max())

    assert spread(0.0) == 0.0
    assert 0.0 < spread(0.1) < spread(1.0)


def test_gaits_come_in_turn_and_masses_evenly_spread(paper: TrainingConfig) -> None:
    gaits = ["two_state", "geyer_herr"]
    env = WalkingEnv(changed(paper, walkers=4, gaits=gaits, reward__target_speed_m_s=None), seed=0)
    assert np.unique(env.walkers.body_of, return_counts=True)[1].tolist() == [2, 2]
    assert len(np.unique(env.target_speed_m_s)) == 2
    assert env.target_speed_m_s.tolist() == env.own_speed_m_s.tolist()
    heavy = WalkingEnv(changed(paper, walkers=4, randomisation__body_mass_kg=[70.0, 82.0]), seed=0)
    np.testing.assert_allclose(heavy.walkers.mass_kg, [70.0, 74.0, 78.0, 82.0], rtol=1e-9)


def test_who_cannot_walk_without_assistance_is_named(body: Body) -> None:
    falling = Body(body.arrays, body.reflexes._replace(gain=0.0 * body.reflexes.gain), body.start)
    with pytest.raises(TrainingError, match=r"the limp cannot walk without assistance: .* after \d"):
        record_starts(falling, load_limits(), "the limp")


def test_a_privileged_critic_sees_the_speed_that_the_reward_counts(quiet: TrainingConfig) -> None:
    env = WalkingEnv(changed(quiet, reward__velocity_filter_s=1.0), seed=0)
    env.reset()
    assert env.body_state.shape == (2, BODY_STATE_SIZE)
    target = float(env.target_speed_m_s[0])
    assert env.body_state[0, -1] == pytest.approx(SPEED_SCALE * (env.own_speed_m_s[0] - target))
    speed = env.own_speed_m_s[0]
    for _ in range(50):
        env.step(np.zeros((2, 2)))
        speed += (1.0 - np.exp(-POLICY_PERIOD_S)) * (env.walkers.com_forward_velocity_m_s[0] - speed)
    assert env.body_state[0, -1] == pytest.approx(SPEED_SCALE * (speed - target))


def test_the_own_cost_of_transport_is_that_of_a_walk_without_assistance(quiet: TrainingConfig, body: Body) -> None:
    env = WalkingEnv(quiet, seed=0)
    walk = Walker(load_human_model(), load_gait(quiet.gaits[0])).walk(np.zeros((1000, 2)), np.zeros(1000))
    assert env._starts[0].cost_of_transport == pytest.approx(cost_of_transport(walk.since(3.0))[1], rel=0.02)
