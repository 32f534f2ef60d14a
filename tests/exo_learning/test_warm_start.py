"""Behaviour cloning."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from exo_control.errors import PolicyError  # noqa: E402
from exo_learning.agent import Agent  # noqa: E402
from exo_learning.trainer import Trainer  # noqa: E402
from exo_learning.training_config import TrainingConfig, WarmStartConfig  # noqa: E402
from exo_learning.warm_start import warm_start  # noqa: E402

from .configurations import changed  # noqa: E402

LESSON = {
    "policy": "dofc",
    "parameters": {"gain_nm": 8.0, "delay_s": 0.05},
    "seconds": 16.0,
    "epochs": 15,
    "critic_buffers": 1,
}


def test_the_actor_learns_what_the_teacher_does(tiny: TrainingConfig) -> None:
    config = changed(tiny, episode_s=5.0, randomisation__hip_angle_noise_rad=0.01, warm_start=LESSON)
    torch.manual_seed(0)
    agent = Agent(config.ppo)
    assert config.warm_start is not None
    before = warm_start(agent, config, config.warm_start.model_copy(update={"epochs": 1}), seed=0)
    after = warm_start(agent, config, config.warm_start, seed=0)
    assert after < 0.15 < before  # of actions that reach 0.8
    assert agent.normaliser.count > 0


def test_only_the_critic_learns_in_the_first_buffers(tiny: TrainingConfig, tmp_path: Path) -> None:
    config = changed(tiny, warm_start={**LESSON, "seconds": 2.0, "epochs": 1})
    trainer = Trainer(config, 1, tmp_path)
    states = [{name: value.clone() for name, value in trainer.agent.state_dict().items()}]
    trainer.run(lambda progress: states.append({n: v.clone() for n, v in trainer.agent.state_dict().items()}))
    policy = [name for name in states[0] if name.startswith(("actor", "log_sd", "normaliser"))]
    assert all(torch.equal(states[0][name], states[1][name]) for name in policy)
    assert not torch.equal(states[0]["critic.layers.0.weight"], states[1]["critic.layers.0.weight"])
    assert not torch.equal(states[1]["log_sd"], states[2]["log_sd"])


def test_an_unknown_teacher_is_named(tiny: TrainingConfig, tmp_path: Path) -> None:
    lesson = WarmStartConfig.model_validate({**LESSON, "policy": "dofcc"})
    with pytest.raises(PolicyError, match="unknown policy 'dofcc'"):
        warm_start(Agent(tiny.ppo), tiny, lesson, seed=0)
