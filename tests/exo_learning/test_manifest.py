"""The manifest of a checkpoint tells how the policy was trained and how well it does."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from exo_control.config_files import load_config  # noqa: E402
from exo_control.policy_manifest import PolicyManifest  # noqa: E402
from exo_learning.agent import Agent  # noqa: E402
from exo_learning.checkpoint import Checkpoint  # noqa: E402
from exo_learning.export_onnx import export_onnx  # noqa: E402
from exo_learning.manifest import checkpoint_manifest  # noqa: E402
from exo_learning.training_config import TrainingConfig, load_training_config  # noqa: E402

ZERO = {"cot_gross": 6.0, "cot_net": 5.0, "speed_m_s": 1.25, "falls": 0.0}
POLICY = {"cot_gross": 5.4, "cot_net": 4.0, "speed_m_s": 1.25, "falls": 1.0}


def checkpoint(config: TrainingConfig, evaluation: dict[str, float]) -> Checkpoint:
    return Checkpoint(
        config_json=config.model_dump_json(),
        seed=4,
        buffers=7,
        elapsed_s=1.0,
        agent=Agent(config.ppo).state_dict(),
        optimiser={},
        baselines={"zero": ZERO, "dofc": ZERO},
        evaluation=evaluation,
        experience=b"none",
    )


def test_it_names_configuration_seed_gait_and_code() -> None:
    config = load_training_config("paper")
    manifest = checkpoint_manifest(checkpoint(config, {}), "abc-dirty")
    training = manifest.training
    assert training is not None
    assert (training.config, training.config_sha256) == ("paper", config.sha256())
    assert (training.seed, training.gaits, training.git_sha) == (4, config.gaits, "abc-dirty")
    assert training.versions["torch"] == torch.__version__
    assert manifest.torque_limit_nm == config.torque_limit_nm
    assert manifest.evaluation is None


def test_a_configuration_of_ones_own_has_a_hash_but_no_name() -> None:
    config = load_training_config("paper").model_copy(update={"walkers": 1})
    training = checkpoint_manifest(checkpoint(config, {}), "abc").training
    assert training is not None
    assert (training.config, training.config_sha256) == (None, config.sha256())


def test_the_evaluation_is_given_with_its_change_from_no_assistance() -> None:
    manifest = checkpoint_manifest(checkpoint(load_training_config("paper"), POLICY), "abc")
    changes = {"cot_gross_change": -10.0, "cot_net_change": -20.0, "speed_m_s_change": 0.0}
    assert manifest.evaluation == pytest.approx({**POLICY, **changes})


def test_it_reads_back_as_it_was_written(tmp_path: Path) -> None:
    saved = checkpoint(load_training_config("paper"), POLICY)
    manifest, agent = checkpoint_manifest(saved, "abc"), saved.restored_agent()
    export_onnx(agent.actor, agent.normaliser, manifest, tmp_path / "policy.onnx")
    again = load_config(tmp_path / "policy.json", PolicyManifest)
    assert again == manifest.model_copy(update={"onnx_sha256": again.onnx_sha256})
