"""Fills the buffer: the agent explores, the walkers walk."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from exo_control.joints import POLICY_PERIOD_S
from exo_learning.agent import Agent
from exo_learning.exploration import ExplorationNoise
from exo_learning.rollout_buffer import RolloutBuffer, Samples
from exo_learning.training_config import TrainingConfig
from exo_learning.walking_env import WalkingEnv


@dataclass(frozen=True)
class WalkingFigures:
    """How the walkers did while exploring, in one buffer."""

    reward: float  # mean per tick
    episode_return: float  # mean of the walks that ended in this buffer; NaN if none did
    falls: int
    faults: int  # walks that the limiter ended
    cost_of_transport: float  # gross, J/(kg m)
    speed_m_s: float
    seconds_between_falls: float  # walking time over falls and faults; infinite without


class Collector:
    """Walks an environment with an agent's exploring policy. The buffer is used again and again."""

    def __init__(self, env: WalkingEnv, agent: Agent, config: TrainingConfig) -> None:
        self.env, self.agent, self.config = env, agent, config
        self.episode_return: NDArray[np.float64] = np.zeros(len(env))
        self.noise = ExplorationNoise(len(env), config.ppo.exploration_correlation)
        self._buffer = RolloutBuffer(
            config.ticks_per_walker, len(env), env.observation.shape[1:], agent.body_state_size
        )

    def collect(self, rng: np.random.Generator) -> tuple[Samples, WalkingFigures]:
        """Walk for one buffer; ``rng`` draws the exploration."""
        env, agent, buffer, config = self.env, self.agent, self._buffer, self.config
        device = agent.log_sd.device
        reward = energy = distance = 0.0
        falls = faults = 0
        returns: list[float] = []
        for t in range(config.ticks_per_walker):
            buffer.observation[t] = env.observation
            buffer.body_state[t] = self._seen_body(env.body_state)
            with torch.no_grad():
                observation = torch.tensor(buffer.observation[t], device=device)
                body_state = torch.tensor(buffer.body_state[t], device=device)
                mean = agent.mean_action(observation)
                noise = self.noise.draw(rng)
                action = mean + torch.exp(agent.log_sd) * torch.tensor(noise, dtype=torch.float32, device=device)
                buffer.action[t] = action.cpu().numpy()
                buffer.log_probability[t] = agent.log_probability(action, mean).cpu().numpy()
                buffer.value[t] = agent.value(observation, body_state).cpu().numpy()
            step = env.step(buffer.action[t])
            done = step.terminated | step.truncated
            buffer.reward[t], buffer.done[t] = step.reward, done
            if step.truncated.any():  # time is over, but the walk would have gone on
                rows = step.truncated
                ahead = self._value(step.final_observation[rows], step.final_body_state[rows])
                buffer.reward[t, rows] += config.ppo.discount * ahead
            self.episode_return += step.reward
            returns += self.episode_return[done].tolist()
            self.episode_return[done] = 0.0
            falls += int(step.fell.sum())
            faults += int((step.terminated & ~step.fell).sum())
            energy += float((step.metabolic_energy_j / env.walkers.mass_kg).sum())
            distance += float(step.distance_m.sum())
            reward += float(step.reward.sum())
        last = self._value(env.observation, env.body_state)
        samples = buffer.samples(last, config.ppo.discount, config.ppo.gae_lambda, device)
        seconds = config.ppo.buffer_ticks * POLICY_PERIOD_S
        return samples, WalkingFigures(
            reward=reward / config.ppo.buffer_ticks,
            episode_return=float(np.mean(returns)) if returns else float("nan"),
            falls=falls,
            faults=faults,
            cost_of_transport=energy / max(distance, 0.1),
            speed_m_s=distance / seconds,
            seconds_between_falls=seconds / (falls + faults) if falls + faults else float("inf"),
        )

    def _seen_body(self, body_state: NDArray[np.float64]) -> NDArray[np.float64]:
        return body_state[:, : self.agent.body_state_size]

    def _value(self, observation: NDArray[np.float32], body_state: NDArray[np.float64]) -> NDArray[np.float64]:
        device = self.agent.log_sd.device
        with torch.no_grad():
            values = self.agent.value(
                torch.tensor(observation, device=device),
                torch.tensor(self._seen_body(body_state), dtype=torch.float32, device=device),
            )
        return values.cpu().double().numpy()
