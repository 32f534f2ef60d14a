"""The exported ONNX policy computes what training code does, and is whole or not there."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import onnx  # noqa: E402

from exo_control.errors import PolicyError  # noqa: E402
from exo_control.registry import make_policy  # noqa: E402
from exo_learning import export_onnx as module  # noqa: E402
from exo_learning.export_onnx import export_onnx, onnx_model  # noqa: E402

from .networks import LIMIT_NM, MANIFEST, make_networks, policy_torques, torch_torques, trajectory  # noqa: E402


@pytest.mark.parametrize("seed", range(3))
def test_an_exported_policy_gives_the_torques_of_the_networks(tmp_path: Path, seed: int) -> None:
    actor, normaliser = make_networks(seed)
    export_onnx(actor, normaliser, MANIFEST, tmp_path / "actor.onnx")
    position, velocity = trajectory(seed)
    expected = torch_torques(actor, normaliser, position, velocity)
    assert np.ptp(expected) > 0.5 * LIMIT_NM  # else nothing is compared
    torques = policy_torques(make_policy(str(tmp_path / "actor.onnx")), position, velocity)
    np.testing.assert_allclose(torques, expected, rtol=0.0, atol=1e-5 * LIMIT_NM)


@pytest.mark.parametrize(("hidden", "mlp"), [(1, 1), (7, 3), (32, 128)])
def test_networks_of_other_sizes(tmp_path: Path, hidden: int, mlp: int) -> None:
    actor, normaliser = make_networks(1, hidden, mlp)
    export_onnx(actor, normaliser, MANIFEST, tmp_path / "actor.onnx")
    position, velocity = trajectory(0, ticks=30)
    torques = policy_torques(make_policy(str(tmp_path / "actor.onnx")), position, velocity)
    np.testing.assert_allclose(
        torques, torch_torques(actor, normaliser, position, velocity), rtol=0.0, atol=1e-5 * LIMIT_NM
    )


def test_the_network_has_one_input_and_output_of_the_papers_shape() -> None:
    model = onnx_model(*make_networks())
    shapes = [
        [dimension.dim_value for dimension in tensor.type.tensor_type.shape.dim]
        for tensor in (*model.graph.input, *model.graph.output)
    ]
    assert shapes == [[1, 10, 6], [1, 2]]
    assert not any(node.domain for node in model.graph.node)


def test_the_same_networks_give_the_same_file(tmp_path: Path) -> None:
    for name in ("first.onnx", "second.onnx"):
        export_onnx(*make_networks(), MANIFEST, tmp_path / name)
    assert (tmp_path / "first.onnx").read_bytes() == (tmp_path / "second.onnx").read_bytes()


def test_the_manifest_names_the_file_by_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "actor.onnx"
    export_onnx(*make_networks(), MANIFEST, path)
    manifest = json.loads(path.with_suffix(".json").read_text())
    assert manifest["onnx_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert manifest["joint_names"] == ["right_hip_flexion", "left_hip_flexion"]
    assert (manifest["history_length"], manifest["rate_hz"], manifest["torque_limit_nm"]) == (10, 100.0, LIMIT_NM)
    onnx.checker.check_model(str(path), full_check=True)


def test_only_the_two_files_are_left(tmp_path: Path) -> None:
    export_onnx(*make_networks(), MANIFEST, tmp_path / "deep" / "actor.onnx")
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["actor.json", "actor.onnx"]


def test_weights_that_are_not_finite_are_refused_and_the_old_files_stay(tmp_path: Path) -> None:
    path = tmp_path / "actor.onnx"
    actor, normaliser = make_networks()
    export_onnx(actor, normaliser, MANIFEST, path)
    before = path.read_bytes()
    with torch.no_grad():
        actor.hidden_layer.bias[3] = float("nan")
    with pytest.raises(PolicyError, match="hidden_bias has numbers that are not finite"):
        export_onnx(actor, normaliser, MANIFEST, path)
    assert path.read_bytes() == before
    make_policy(str(path))


def test_an_export_that_computes_something_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_onnx_gates", lambda rows: rows)  # torch's order of gates, which ONNX does not have
    with pytest.raises(PolicyError, match=r"the exported actor's actions differ from the trained actor's by"):
        export_onnx(*make_networks(), MANIFEST, tmp_path / "actor.onnx")
    assert list(tmp_path.iterdir()) == []


def test_a_manifest_that_does_not_fit_is_not_written(tmp_path: Path) -> None:
    manifest = MANIFEST.model_copy(update={"rate_hz": 50.0})
    with pytest.raises(PolicyError, match=r"rate_hz = 50\.0"):
        export_onnx(*make_networks(), manifest, tmp_path / "actor.onnx")
    assert list(tmp_path.iterdir()) == []


def test_a_name_without_onnx_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"actor\.pt: the name of a policy file ends in \.onnx"):
        export_onnx(*make_networks(), MANIFEST, tmp_path / "actor.pt")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PolicyError, match=r"file/actor\.onnx: cannot write the policy"):
        export_onnx(*make_networks(), MANIFEST, tmp_path / "file" / "actor.onnx")
