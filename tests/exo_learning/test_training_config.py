"""Training configurations: the paper's values, and clear refusals."""

from pathlib import Path

import pytest
import yaml

pytest.importorskip("torch")

from exo_control.config_files import config_path, load_config
from exo_control.errors import ConfigError
from exo_control.policy_manifest import PolicyManifest
from exo_learning.training_config import TrainingConfig, load_training_config
from exo_sim.gait import load_gait
from exo_sim.subject import load_subject

NAMES = sorted(path.stem for path in config_path("training").glob("*.yaml"))
MANIFESTS = sorted(config_path("policies").glob("*.json"))


def test_the_paper_and_an_improved_configuration_are_there() -> None:
    assert {"paper", "improved"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_configuration_loads_with_its_gaits_and_subjects(name: str) -> None:
    config = load_training_config(name)
    assert config.ticks_per_walker >= 1
    for gait in config.gaits:
        assert load_gait(gait).gains, gait
    for subject in [config.subject] if isinstance(config.subject, str) else config.subject:
        assert load_subject(subject).mass_kg > 0.0, subject


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_every_shipped_policy_names_the_configuration_it_was_trained_with(path: Path) -> None:
    training = load_config(path, PolicyManifest).training
    assert training is not None and training.config in NAMES, f"{path.name}: names no file of config/training"
    now = load_training_config(training.config)
    assert now.sha256() == training.config_sha256, f"{path.name}: {training.config} is not what it was trained with"
    assert now.gaits == training.gaits and now.torque_limit_nm == load_config(path, PolicyManifest).torque_limit_nm


def test_paper_has_the_values_of_tables_1_and_2(paper: TrainingConfig) -> None:
    reward, ppo, noise = paper.reward, paper.ppo, paper.randomisation
    assert (reward.effort_weight, reward.velocity_weight, reward.smoothness_weight) == (0.5, 0.2, 0.1)
    assert (reward.target_speed_m_s, reward.fall_penalty, reward.fall_height_m) == (1.3, 10.0, 0.8)
    assert (ppo.discount, ppo.clip, ppo.entropy_coefficient, ppo.learning_rate) == (0.99, 0.2, 0.01, 3e-4)
    assert (ppo.epochs, ppo.buffer_ticks, ppo.minibatch) == (20, 4096, 256)
    assert (noise.hip_angle_noise_rad, noise.hip_velocity_noise_rad_s) == (0.05, 0.1)
    gradient_steps = paper.buffers * ppo.epochs * ppo.buffer_ticks // ppo.minibatch
    assert abs(gradient_steps - 90_000) < ppo.epochs * ppo.buffer_ticks // ppo.minibatch
    assert paper.warm_start is None


def test_the_hash_is_of_the_values_not_of_the_text(tmp_path: Path, paper: TrainingConfig) -> None:
    data = yaml.safe_load(config_path("training", "paper.yaml").read_text())
    data = dict(reversed(data.items()))
    data["episode_s"] = 10
    (tmp_path / "again.yaml").write_text(yaml.safe_dump(data, sort_keys=False))
    assert load_training_config(str(tmp_path / "again.yaml")).sha256() == paper.sha256()
    data["ppo"]["clip"] = 0.21
    (tmp_path / "other.yaml").write_text(yaml.safe_dump(data))
    assert load_training_config(str(tmp_path / "other.yaml")).sha256() != paper.sha256()


@pytest.mark.parametrize(
    ("section", "key", "value", "message"),
    [
        ("ppo", "discont", 0.99, "unknown key 'ppo.discont'; did you mean 'discount'"),
        ("ppo", "discount", 1.0, "ppo.discount = 1.0: .*below 1"),
        ("ppo", "clip", 0.0, "ppo.clip = 0.0: .*above 0"),
        ("ppo", "learning_rate", "fast", "ppo.learning_rate = 'fast'"),
        ("ppo", "epochs", 2.5, "ppo.epochs = 2.5"),
        ("ppo", "minibatch", 300, "ppo.minibatch = 300 must divide"),
        ("ppo", "buffer_ticks", 4000 + 1, "walkers = 32 must divide ppo.buffer_ticks = 4001"),
        ("reward", "effort_weight", -1.0, "reward.effort_weight = -1.0: .*at least 0"),
        ("reward", "fall_height_m", float("nan"), "reward.fall_height_m"),
        ("randomisation", "body_mass_kg", [80.0, 60.0], "body_mass_kg = .*two rising numbers from 40 to 130"),
        ("randomisation", "body_mass_kg", [60.0], "randomisation.body_mass_kg"),
        ("randomisation", "actuator_delay_ticks", [0, 30], "randomisation.actuator_delay_ticks"),
        (None, "torque_limit_nm", 15.1, "torque_limit_nm = 15.1: .*at most 15"),
        (None, "gaits", [], "gaits"),
    ],
)
def test_a_bad_value_is_named(tmp_path: Path, section: str | None, key: str, value: object, message: str) -> None:
    data = yaml.safe_load(config_path("training", "paper.yaml").read_text())
    (data[section] if section else data)[key] = value
    path = tmp_path / "bad.yaml"
    path.write_text(yaml.safe_dump(data))
    with pytest.raises(ConfigError, match=message) as error:
        load_training_config(str(path))
    assert str(path) in str(error.value)


def test_a_missing_key_and_an_unknown_name_are_named(tmp_path: Path) -> None:
    data = yaml.safe_load(config_path("training", "paper.yaml").read_text())
    del data["ppo"]["clip"]
    (tmp_path / "short.yaml").write_text(yaml.safe_dump(data))
    with pytest.raises(ConfigError, match=r"key 'ppo.clip' is missing"):
        load_training_config(str(tmp_path / "short.yaml"))
    with pytest.raises(ConfigError, match="unknown training configuration 'papper'; did you mean 'paper'"):
        load_training_config("papper")
