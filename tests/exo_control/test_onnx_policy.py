"""The ONNX policy with networks made here; skipped where onnx or onnxruntime is not installed."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from exo_control.errors import ConfigError, PolicyError
from exo_control.registry import make_policy, policy_parameters

MANIFEST: dict[str, object] = {
    "joint_names": ["right_hip_flexion", "left_hip_flexion"],
    "history_length": 10,
    "rate_hz": 100.0,
    "torque_limit_nm": 8.0,
}


def write_policy(
    folder: Path,
    manifest: dict[str, object] | None = None,
    gain: float = 1.0,
    shapes: tuple[tuple[int, ...], tuple[int, ...]] = ((1, 10, 6), (1, 2)),
    bias: tuple[float, ...] = (0.0, 0.0),
    element: str = "FLOAT",
) -> Path:
    """Write a network whose actions are ``gain`` times the newest right angle and previous right action, plus bias."""
    onnx = pytest.importorskip("onnx")
    helper, tensor_type = onnx.helper, getattr(onnx.TensorProto, element)
    observation, action = shapes
    weights = np.zeros((int(np.prod(observation[1:])), action[1]))
    weights[54, 0] = gain  # row 9, q_r
    weights[58, 1] = gain  # row 9, a_r
    initial = [
        helper.make_tensor("weights", tensor_type, weights.shape, weights.ravel().tolist()),
        helper.make_tensor("bias", tensor_type, (len(bias),), bias),
    ]
    nodes = [
        helper.make_node("Flatten", ["observation"], ["flat"], axis=1),
        helper.make_node("MatMul", ["flat", "weights"], ["product"]),
        helper.make_node("Add", ["product", "bias"], ["action"]),
    ]
    graph = helper.make_graph(
        nodes,
        "actor",
        [helper.make_tensor_value_info("observation", tensor_type, observation)],
        [helper.make_tensor_value_info("action", tensor_type, action)],
        initial,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path = folder / "actor.onnx"
    onnx.save(model, path)
    path.with_suffix(".json").write_text(json.dumps(MANIFEST if manifest is None else manifest))
    return path


@pytest.fixture(autouse=True)
def _needs_onnxruntime(request: pytest.FixtureRequest) -> None:
    if "without_onnxruntime" not in request.node.name:
        pytest.importorskip("onnxruntime")


def test_torque_is_action_times_limit_and_the_action_is_fed_back(tmp_path: Path) -> None:
    policy = make_policy(str(write_policy(tmp_path)))
    assert policy.name == "actor.onnx"
    assert policy_parameters("actor.onnx") == ()
    velocity = np.array([1.0, 2.0])
    first = policy.torque(np.array([0.5, 0.1]), velocity, 0.0)
    second = policy.torque(np.array([0.25, 0.1]), velocity, 0.01)
    assert first == pytest.approx([4.0, 0.0])
    assert second == pytest.approx([2.0, 4.0])  # left repeats the right action of the tick before
    policy.reset()
    assert policy.torque(np.array([0.5, 0.1]), velocity, 0.0) == pytest.approx(first)


@pytest.mark.parametrize("angle", [np.nan, np.inf, 1.5])
def test_an_output_outside_minus_one_to_one_is_refused(tmp_path: Path, angle: float) -> None:
    policy = make_policy(str(write_policy(tmp_path)))
    with pytest.raises(PolicyError, match=r"policy actor\.onnx: output .* is not within -1 to 1"):
        policy.torque(np.array([angle, 0.0]), np.zeros(2), 0.0)


def test_an_output_outside_minus_one_to_one_is_refused_when_it_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="is not within -1 to 1"):
        make_policy(str(write_policy(tmp_path, bias=(0.0, 8.0))))


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("joint_names", ["left_hip_flexion", "right_hip_flexion"], "joint_names = .'left_hip_flexion'.*needs .'right"),
        ("history_length", 5, "history_length = 5, but this exoskeleton needs 10"),
        ("rate_hz", 50.0, r"rate_hz = 50\.0, but this exoskeleton needs 100"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused_by_name(tmp_path: Path, key: str, value: object, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        make_policy(str(write_policy(tmp_path, manifest={**MANIFEST, key: value})))


def test_a_torque_limit_above_the_ceiling_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"actor\.json:1: torque_limit_nm = 16\.0.*at most 15"):
        make_policy(str(write_policy(tmp_path, manifest={**MANIFEST, "torque_limit_nm": 16.0})))


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"nope\.onnx: no such file"):
        make_policy(str(tmp_path / "nope.onnx"))
    path = write_policy(tmp_path)
    path.with_suffix(".json").unlink()
    with pytest.raises(ConfigError, match=r"actor\.json: cannot read the file"):
        make_policy(str(path))


def test_a_file_that_is_not_onnx_is_refused(tmp_path: Path) -> None:
    path = write_policy(tmp_path)
    path.write_bytes(b"not a network")
    with pytest.raises(PolicyError, match=r"actor\.onnx: not a usable ONNX file"):
        make_policy(str(path))


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((1, 10, 8), (1, 2)), r"input 'observation' has shape \[1, 10, 8\], needs \[1, 10, 6\]"),
        (((1, 10, 6), (1, 4)), r"output 'action' has shape \[1, 4\], needs \[1, 2\]"),
    ],
)
def test_a_network_of_another_shape_is_refused(
    tmp_path: Path, shapes: tuple[tuple[int, ...], tuple[int, ...]], message: str
) -> None:
    with pytest.raises(PolicyError, match=message):
        make_policy(str(write_policy(tmp_path, shapes=shapes, bias=(0.0,) * shapes[1][1])))


def test_a_network_of_another_number_type_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"input 'observation' is tensor\(double\), needs tensor\(float\)"):
        make_policy(str(write_policy(tmp_path, element="DOUBLE")))


def test_without_onnxruntime_the_fix_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "actor.onnx"
    path.write_bytes(b"")
    path.with_suffix(".json").write_text(json.dumps(MANIFEST))
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(PolicyError, match=r"pip install onnxruntime"):
        make_policy(str(path))
