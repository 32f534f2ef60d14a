"""Networks that look trained, trajectories, and the torques that training code computes for them."""

import numpy as np
import pytest
from numpy.typing import NDArray

torch = pytest.importorskip("torch")

from exo_control.history import HistoryBuffer  # noqa: E402
from exo_control.policy import Policy  # noqa: E402
from exo_learning.actor import OUTPUT_GAIN, Actor  # noqa: E402
from exo_learning.manifest import make_manifest  # noqa: E402
from exo_learning.normaliser import Normaliser  # noqa: E402

LIMIT_NM = 8.0
MANIFEST = make_manifest(LIMIT_NM)

Floats = NDArray[np.float64]


def make_networks(seed: int = 0, hidden: int = 128, mlp: int = 64) -> tuple[Actor, Normaliser]:
    """Return an actor whose actions use most of -1 to 1, and a normaliser that has seen ticks."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        actor, normaliser = Actor(hidden, mlp), Normaliser()
        for parameter in actor.lstm.parameters():
            parameter.mul_(3.0)
        actor.output_layer.weight.mul_(10.0 / OUTPUT_GAIN)
        scale = torch.tensor([0.3, 0.3, 2.0, 2.0, 0.5, 0.5])
        normaliser.update(0.1 + scale * torch.randn(100, 10, 6))
    return actor, normaliser


def trajectory(seed: int, ticks: int = 200) -> tuple[Floats, Floats]:
    """Return angles and velocities of a walk-like motion with noise, each of shape (ticks, 2)."""
    rng = np.random.default_rng(seed)
    phase = 2 * np.pi * 0.01 * np.arange(ticks)[:, None] / rng.uniform(0.8, 1.4) + [0.0, np.pi]
    position = 0.2 + 0.4 * np.sin(phase) + rng.normal(0.0, 0.05, (ticks, 2))
    velocity = 2.4 * np.cos(phase) + rng.normal(0.0, 0.5, (ticks, 2))
    return position, velocity


def torch_torques(actor: Actor, normaliser: Normaliser, position: Floats, velocity: Floats) -> Floats:
    """Return the torques of the networks, fed by the history as in training; shape (ticks, 2), Nm."""
    history, torque = HistoryBuffer(LIMIT_NM), np.zeros((len(position) + 1, 2))
    with torch.no_grad():
        for t in range(len(position)):
            history.push(position[t], velocity[t], torque[t])
            observation = torch.tensor(history.observation[None])
            torque[t + 1] = LIMIT_NM * actor(normaliser(observation))[0].double().numpy()
    return torque[1:]


def policy_torques(policy: Policy, position: Floats, velocity: Floats) -> Floats:
    """Return the torques of a policy; shape (ticks, 2), Nm."""
    pairs = zip(position, velocity, strict=True)
    return np.array([policy.torque(q, w, 0.01 * t) for t, (q, w) in enumerate(pairs)])
