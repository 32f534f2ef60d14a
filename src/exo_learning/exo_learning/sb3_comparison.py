"""The same networks and environment in stable-baselines3: yardstick of the benchmark, oracle of the tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from stable_baselines3 import PPO
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.common.vec_env import VecEnv
from torch import Tensor, nn

from exo_control.history import FEATURES, HISTORY_LENGTH
from exo_control.joints import JOINT_NAMES
from exo_learning.agent import Agent
from exo_learning.ppo import ADAM_EPSILON
from exo_learning.training_config import PpoConfig
from exo_learning.walking_env import WalkingEnv

OBSERVATION_SPACE = spaces.Box(-np.inf, np.inf, (HISTORY_LENGTH, FEATURES), np.float32)
ACTION_SPACE = spaces.Box(-1.0, 1.0, (len(JOINT_NAMES),), np.float32)


class Sb3Walkers(VecEnv):
    """A WalkingEnv as a vectorised environment of stable-baselines3."""

    def __init__(self, env: WalkingEnv) -> None:
        self._env = env
        self._action: NDArray[np.float32] = np.zeros((len(env), len(JOINT_NAMES)), dtype=np.float32)
        super().__init__(len(env), OBSERVATION_SPACE, ACTION_SPACE)

    def reset(self) -> NDArray[np.float32]:
        """Let all walkers begin anew."""
        return self._env.reset()

    def step_async(self, actions: NDArray[np.float32]) -> None:
        """Keep the actions for ``step_wait``."""
        self._action = actions

    def step_wait(self) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.bool_], list[dict[str, Any]]]:
        """Walk one policy period."""
        step = self._env.step(self._action)
        done = step.terminated | step.truncated
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for row in np.flatnonzero(done):
            infos[row] = {
                "terminal_observation": step.final_observation[row],
                "TimeLimit.truncated": bool(step.truncated[row]),
            }
        return self._env.observation.copy(), step.reward, done, infos

    def close(self) -> None:
        """Nothing to close."""

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        """No walker is wrapped."""
        return [False] * self.num_envs

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """Return an attribute, once per walker."""
        return [getattr(self, attr_name, None)] * self.num_envs

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Refuse: walkers have no attributes of their own."""
        raise NotImplementedError("the walkers share one environment")

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **kwargs: Any) -> list[Any]:
        """Refuse: walkers have no methods of their own."""
        raise NotImplementedError("the walkers share one environment")


class _Networks(nn.Module):
    """All but the last layers of an agent's networks, as stable-baselines3 divides them."""

    def __init__(self, agent: Agent) -> None:
        super().__init__()
        self.actor, self.critic = agent.actor, agent.critic
        self.latent_dim_pi = agent.actor.output_layer.in_features
        self.latent_dim_vf = self.latent_dim_pi

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        return self.forward_actor(features), self.forward_critic(features)

    def forward_actor(self, features: Tensor) -> Tensor:
        output, _ = self.actor.lstm(features.reshape(-1, HISTORY_LENGTH, FEATURES))
        return torch.relu(self.actor.hidden_layer(output[:, -1]))

    def forward_critic(self, features: Tensor) -> Tensor:
        latent: Tensor = self.critic.layers[:-1](features)
        return latent


class SameNetworks(ActorCriticPolicy):
    """An agent's own networks, weights included, as a policy of stable-baselines3."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        agent: Agent = settings.pop("agent")
        self._agent = [agent]  # in a list, so that it is no submodule
        settings |= {"ortho_init": False, "log_std_init": float(agent.log_sd.detach()[0])}
        super().__init__(*args, **settings)

    def _build(self, lr_schedule: Any) -> None:
        super()._build(lr_schedule)
        agent = self._agent[0]
        self.mlp_extractor = _Networks(agent)  # type: ignore[assignment]
        self.action_net = nn.Sequential(agent.actor.output_layer, nn.Tanh())
        self.value_net = agent.critic.layers[-1]  # type: ignore[assignment]
        self.optimizer = torch.optim.Adam(self.parameters(), lr=lr_schedule(1), eps=ADAM_EPSILON)


def sb3_ppo(env: VecEnv, agent: Agent, config: PpoConfig, seed: int = 0) -> PPO:
    """Return stable-baselines3's PPO with an agent's networks and a configuration's settings.

    What is beyond the paper has no counterpart there, but target_kl; the agent's normalisers do not count.
    """
    return PPO(
        SameNetworks,
        env,
        learning_rate=config.learning_rate,
        n_steps=config.buffer_ticks // env.num_envs,
        batch_size=config.minibatch,
        n_epochs=config.epochs,
        gamma=config.discount,
        gae_lambda=config.gae_lambda,
        clip_range=config.clip,
        ent_coef=config.entropy_coefficient,
        vf_coef=config.value_coefficient,
        max_grad_norm=config.max_gradient_norm,
        target_kl=config.target_kl,
        policy_kwargs={"agent": agent},
        device="cpu",
        seed=seed,
    )
