"""The environment: many humans that walk with the exoskeleton, as the policy meets them on the device."""

from __future__ import annotations

import pickle
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from exo_control.history import HistoryBuffer
from exo_control.joints import POLICY_PERIOD_S
from exo_learning.actuator import Actuator, TickDelay
from exo_learning.reward import has_fallen, reward, saving_term
from exo_learning.start_states import StartStates, record_starts
from exo_learning.training_config import RandomisationConfig, TrainingConfig
from exo_learning.walker_batch import WALKER_STATE_SIZE, Body, WalkerBatch
from exo_safety.limiter import SafetyLimiter
from exo_safety.limits import SafetyLimits, load_limits
from exo_sim.disturbance import Disturbance
from exo_sim.gait import load_gait
from exo_sim.human_model import load_human_model
from exo_sim.subject import load_subject

Floats = NDArray[np.float64]
Observations = NDArray[np.float32]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]

BODY_STATE_SIZE = WALKER_STATE_SIZE + 1
SPEED_SCALE = 5.0
"""Of a critic's view of the speed, per m/s: its changes are of the order of 0.1 m/s."""


@dataclass(frozen=True)
class Step:
    """What a policy period has brought for each of the n walkers. A walker that is done has begun a new walk."""

    reward: Floats  # (n,)
    terminated: Flags  # (n,) fell, or the limiter latched a fault
    truncated: Flags  # (n,) the walk's time is over
    fell: Flags  # (n,)
    final_observation: Observations  # (n, 10, 6) at the end of the period, before any new walk
    final_body_state: Floats  # (n, BODY_STATE_SIZE) likewise
    torque_nm: Floats  # (n, 2) that acted
    metabolic_energy_j: Floats  # (n,) spent in this period, basal part included
    distance_m: Floats  # (n,) covered by the centre of mass


class WalkingEnv:
    """Humans walking with the exoskeleton, one policy period at a time.

    The path of a torque is that of the device: history buffer, policy, safety limiter, drives. The limiter is the
    class that runs there, with the torque cap at the configuration's limit; it sees the encoders as they are, while
    noise and sensor delay are on the policy's way. Each walk begins at a random moment of a steady walk without
    assistance, with an empty history, and ends with a fall, a fault of the limiter, or after ``episode_s``.
    """

    def __init__(self, config: TrainingConfig, seed: int, threads: int = 1) -> None:
        """Prepare the walkers; call ``reset`` before the first step.

        Args:
            config: gaits, subject, reward, randomisation.
            seed: of starts, noise and disturbances.
            threads: that simulate.

        Raises:
            ConfigError: gait, subject or limits cannot be loaded.
            TrainingError: a walker cannot walk without assistance.
        """
        self.config = config
        self.disturbance_scale = 1.0
        self._limits = device_limits(config.torque_limit_nm)
        self._bodies, self._starts, counts = _population(config, self._limits)
        self.walkers = WalkerBatch(self._bodies, counts, threads)
        n = len(self.walkers)
        self.own_speed_m_s: Floats = np.array([start.speed_m_s for start in self._starts])[self.walkers.body_of]
        self._own_cost = np.array([start.cost_of_transport for start in self._starts])[self.walkers.body_of]
        target = config.reward.target_speed_m_s
        self.target_speed_m_s = self.own_speed_m_s if target is None else np.full(n, target)
        tau = config.reward.velocity_filter_s
        self._speed_gain = 1.0 if tau == 0.0 else 1.0 - np.exp(-POLICY_PERIOD_S / tau)
        self._history = HistoryBuffer(config.torque_limit_nm, (n,))
        self._limiters: list[SafetyLimiter] = [SafetyLimiter(self._limits) for _ in range(n)]
        randomisation = config.randomisation
        self._sensor_delay = TickDelay(n, 4, randomisation.sensor_delay_ticks[1])
        self._actuator = Actuator(n, randomisation.actuator_delay_ticks[1])
        self._tick: Indices = np.zeros(n, dtype=np.intp)
        self._speed: Floats = np.zeros(n)
        self._action: Floats = np.zeros((n, 2))
        self._disturbance: Floats = np.zeros((n, config.episode_ticks, 2))
        self._push: Floats = np.zeros((n, config.episode_ticks))
        self.measured: Floats = np.zeros((n, 4))
        """(n, 4) what the policy was told last: angles (rad) and velocities (rad/s), right before left."""
        self.seed(seed)

    def __len__(self) -> int:
        return len(self.walkers)

    def seed(self, seed: int) -> None:
        """Begin the random numbers anew. Starts do not depend on how many ticks were walked before them."""
        starts, noise = np.random.SeedSequence(seed).spawn(2)
        self._start_rng, self._noise_rng = np.random.default_rng(starts), np.random.default_rng(noise)

    @property
    def observation(self) -> Observations:
        """(n, 10, 6) the histories: a read-only view, as of HistoryBuffer."""
        return self._history.observation

    @property
    def body_state(self) -> Floats:
        """(n, BODY_STATE_SIZE) what a privileged critic may see: the body, and the speed that the reward counts."""
        return np.column_stack([self.walkers.body_state, SPEED_SCALE * (self._speed - self.target_speed_m_s)])

    def reset(self, staggered: bool = False) -> Observations:
        """Let all walkers begin new walks and return their observations, (n, 10, 6).

        Staggered, the first walk of each ends after a random part of its time, so that not all end together.
        """
        self._begin(np.arange(len(self)))
        if staggered:
            self._tick = self._start_rng.integers(self.config.episode_ticks, size=len(self))
        return self.observation.copy()

    def step(self, action: ArrayLike) -> Step:
        """Walk one policy period.

        Args:
            action: (n, 2) command over the torque limit; clipped to -1 to 1.
        """
        config, walkers = self.config, self.walkers
        action = np.clip(np.asarray(action, dtype=np.float64), -1.0, 1.0)
        command, faulty = self._limited(action * config.torque_limit_nm)
        torque = self._actuator.torque(command)
        rows = np.arange(len(self))
        energy, muscle_energy, forward = walkers.metabolic_energy_j, walkers.muscle_energy_j, walkers.com_forward_m
        walkers.step(torque + self._disturbance[rows, self._tick], self._push[rows, self._tick])
        self._tick += 1

        height, velocity = walkers.com_height_m, walkers.com_forward_velocity_m_s
        self._speed += self._speed_gain * (velocity - self._speed)
        power = (walkers.muscle_energy_j - muscle_energy) / (POLICY_PERIOD_S * walkers.mass_kg)
        rewards = reward(
            config.reward,
            activation=walkers.activation,
            saving=saving_term(config.reward, power, velocity, self._own_cost),
            velocity_m_s=self._speed,
            target_m_s=self.target_speed_m_s,
            action=action,
            previous_action=self._action,
            com_height_m=height,
        )
        fell = has_fallen(config.reward, height)
        terminated = fell | faulty
        truncated = ~terminated & (self._tick >= config.episode_ticks)
        self._action = action
        self._observe(action * config.torque_limit_nm)
        result = Step(
            reward=rewards,
            terminated=terminated,
            truncated=truncated,
            fell=fell,
            final_observation=self.observation.copy(),
            final_body_state=self.body_state,
            torque_nm=torque,
            metabolic_energy_j=walkers.metabolic_energy_j - energy,
            distance_m=walkers.com_forward_m - forward,
        )
        done = np.flatnonzero(terminated | truncated)
        if done.size:
            self._begin(done)
        return result

    def _limited(self, command_nm: Floats) -> tuple[Floats, Flags]:
        """Return what the limiters let through, (n, 2) Nm, and which of them have latched a fault, (n,)."""
        walkers = self.walkers
        position, velocity, now_s = walkers.hip_position_rad, walkers.hip_velocity_rad_s, walkers.time_s
        results = [
            limiter.apply(command_nm[i], position[i], velocity[i], now_s[i], 0.0, 0.0)
            for i, limiter in enumerate(self._limiters)
        ]
        return np.stack([result.torque_nm for result in results]), np.array(
            [result.fault is not None for result in results]
        )

    def _encoders(self) -> Floats:
        return np.concatenate([self.walkers.hip_position_rad, self.walkers.hip_velocity_rad_s], axis=1)

    def _noise(self, rng: np.random.Generator, rows: int) -> Floats:
        sd = self.config.randomisation
        scale = [sd.hip_angle_noise_rad] * 2 + [sd.hip_velocity_noise_rad_s] * 2
        return rng.standard_normal((rows, 4)) * scale

    def _observe(self, previous_torque_nm: Floats) -> None:
        self.measured = self._sensor_delay.push(self._encoders()) + self._noise(self._noise_rng, len(self))
        self._history.push(self.measured[:, :2], self.measured[:, 2:], previous_torque_nm)

    def _begin(self, rows: Indices) -> None:
        """Let some walkers begin new walks."""
        config, rng = self.config, self._start_rng
        disturbance = Disturbance(
            config.randomisation.hip_disturbance_nm * self.disturbance_scale,
            config.randomisation.push_m_s * self.disturbance_scale,
        )
        for row in rows:
            starts = self._starts[self.walkers.body_of[row]]
            moment = int(rng.integers(len(starts.states)))
            self.walkers.states[row] = starts.states[moment]
            self._limiters[row] = starts.limiter(moment)
            self._disturbance[row], self._push[row] = disturbance.draw(config.episode_ticks, rng)
        delays, bandwidth = _draw_drives(config.randomisation, rng, len(rows))
        self._actuator.reset(rows, delays[0], bandwidth)
        encoders = self._encoders()[rows]
        self._sensor_delay.reset(rows, delays[1], encoders)
        self._tick[rows] = 0
        self._action[rows] = 0.0
        self._speed[rows] = self.own_speed_m_s[rows]
        self.measured[rows] = encoders + self._noise(rng, len(rows))
        self._history.restart(rows, self.measured[rows, :2], self.measured[rows, 2:])

    def snapshot(self) -> bytes:
        """Return all that changes from tick to tick, pickled: load it only from files of your own."""
        return pickle.dumps((self.walkers.states, {name: getattr(self, name) for name in _CHANGING}))

    def restore(self, snapshot: bytes) -> None:
        """Go back to a snapshot of an environment of the same configuration."""
        states, changing = pickle.loads(snapshot)
        self.walkers.states[:] = states
        vars(self).update(changing)


_CHANGING = (
    "disturbance_scale",
    "_history",
    "_limiters",
    "_sensor_delay",
    "_actuator",
    "_tick",
    "_speed",
    "_action",
    "_disturbance",
    "_push",
    "measured",
    "_start_rng",
    "_noise_rng",
)


def device_limits(torque_limit_nm: float) -> SafetyLimits:
    """Return the installed safety limits with the torque cap at a configuration's limit, Nm."""
    return load_limits().model_copy(update={"torque_cap_nm": torque_limit_nm})


def _draw_drives(config: RandomisationConfig, rng: np.random.Generator, rows: int) -> tuple[Indices, Floats]:
    """Return the delays of actuator and sensor, (2, rows) ticks, and the bandwidths, (rows,) Hz."""
    low, high = np.transpose([config.actuator_delay_ticks, config.sensor_delay_ticks])
    delays = rng.integers(low[:, np.newaxis], high[:, np.newaxis] + 1, size=(2, rows))
    if config.actuator_bandwidth_hz is None:
        return delays, np.full(rows, np.inf)
    lowest, highest = config.actuator_bandwidth_hz
    return delays, rng.uniform(lowest, highest, size=rows)


def _population(config: TrainingConfig, limits: SafetyLimits) -> tuple[list[Body], list[StartStates], list[int]]:
    """Return the bodies, where each may start, and how many walkers each has: gaits in turn, masses evenly spread."""
    subject = load_subject(config.subject)
    lightest, heaviest = config.randomisation.body_mass_kg or (subject.mass_kg, subject.mass_kg)
    masses = np.linspace(lightest, heaviest, config.walkers) if heaviest > lightest else [lightest] * config.walkers
    people = [(config.gaits[k % len(config.gaits)], float(mass)) for k, mass in enumerate(masses)]
    different = list(dict.fromkeys(people))
    bodies, starts = [], []
    for name, mass_kg in different:
        gait = load_gait(name)
        bodies.append(Body.of(load_human_model(gait.human).scaled(mass_kg, subject.height_m, subject.strength), gait))
        starts.append(record_starts(bodies[-1], limits, f"gait '{name}' at {mass_kg:g} kg"))
    return bodies, starts, [people.count(person) for person in different]
