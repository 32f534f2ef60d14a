"""The ONNX policy with networks made here; skipped where onnx or onnxruntime is not installed."""

import hashlib
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


def test_an_output_outside_minus_one_to_one_is_refused(tmp_path: Path) -> None:
    policy = make_policy(str(write_policy(tmp_path)))
    with pytest.raises(PolicyError, match=r"policy actor\.onnx: output .* is not within -1 to 1"):
        policy.torque(np.array([1.5, 0.0]), np.zeros(2), 0.0)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_reading_that_is_not_finite_is_refused_and_does_not_enter_the_history(tmp_path: Path, value: float) -> None:
    policy = make_policy(str(write_policy(tmp_path)))
    policy.torque(np.array([0.5, 0.0]), np.zeros(2), 0.0)
    with pytest.raises(PolicyError, match=r"actor\.onnx: a hip reading is not finite: angles \[-?(nan|inf), 0.0\]"):
        policy.torque(np.array([value, 0.0]), np.zeros(2), 0.01)
    with pytest.raises(PolicyError, match=r"not finite: angles .*, velocities \[0\.0, -?(nan|inf)\]"):
        policy.torque(np.zeros(2), np.array([0.0, value]), 0.01)
    assert policy.torque(np.array([0.25, 0.0]), np.zeros(2), 0.02) == pytest.approx([2.0, 4.0])


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


TRAINING = {
    "config": "paper",
    "config_sha256": "0" * 64,
    "seed": 1,
    "gaits": ["two_state"],
    "git_sha": "1" * 40,
    "versions": {"torch": "2.13.0"},
}


def test_a_manifest_may_tell_where_the_policy_comes_from(tmp_path: Path) -> None:
    path = write_policy(tmp_path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    write_policy(
        tmp_path,
        {**MANIFEST, "onnx_sha256": sha256, "training": TRAINING, "evaluation": {"cot_net_change": -12, "falls": 0}},
    )
    assert make_policy(str(path)).name == "actor.onnx"


def test_a_manifest_of_another_file_is_refused(tmp_path: Path) -> None:
    path = write_policy(tmp_path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    write_policy(tmp_path, {**MANIFEST, "onnx_sha256": sha256}, gain=0.5)
    with pytest.raises(PolicyError, match=r"actor\.onnx: not the file that .*actor\.json was written for.*export"):
        make_policy(str(path))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"trainig": TRAINING}, "unknown key 'trainig'; did you mean 'training'"),
        ({"training": {**TRAINING, "sed": 1}}, r"unknown key 'training\.sed'; did you mean 'seed'"),
        ({"training": {**TRAINING, "seed": "one"}}, r"training\.seed = 'one'"),
        ({"torque_limit_nm": float("nan")}, "torque_limit_nm = 'NaN'"),
    ],
)
def test_a_malformed_manifest_is_refused_by_key(tmp_path: Path, change: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make_policy(str(write_policy(tmp_path, {**MANIFEST, **change})))


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"nope\.onnx: no such file"):
        make_policy(str(tmp_path / "nope.onnx"))
    path = write_policy(tmp_path)
    path.with_suffix(".json").unlink()
    with pytest.raises(ConfigError, match=r"actor\.json: cannot read the file"):
        make_policy(str(path))


@pytest.mark.parametrize("keep", [0, 1, 50, -1])
def test_a_truncated_file_is_refused(tmp_path: Path, keep: int) -> None:
    path = write_policy(tmp_path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(PolicyError, match=r"actor\.onnx: not a usable ONNX file"):
        make_policy(str(path))


def test_a_file_that_is_not_onnx_is_refused(tmp_path: Path) -> None:
    path = write_policy(tmp_path)
    path.write_bytes(b"not a network")
    with pytest.raises(PolicyError, match=r"actor\.onnx: not a usable ONNX file"):
        make_policy(str(path))


def test_a_network_that_fails_when_it_runs_is_refused(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    path = write_policy(tmp_path)
    model = onnx.load(path)
    # An index that comes from the data is only found out of range in a run.
    (offset,) = (item for item in model.graph.initializer if item.name == "bias")
    offset.CopyFrom(onnx.helper.make_tensor("biases", onnx.TensorProto.FLOAT, (3, 2), [0.0] * 6))
    model.graph.initializer.append(onnx.helper.make_tensor("three", onnx.TensorProto.FLOAT, (), [3.0]))
    del model.graph.node[2:]
    nodes = [
        onnx.helper.make_node("ReduceSum", ["observation"], ["sum"], keepdims=0),
        onnx.helper.make_node("Add", ["sum", "three"], ["number"]),
        onnx.helper.make_node("Cast", ["number"], ["index"], to=onnx.TensorProto.INT64),
        onnx.helper.make_node("Gather", ["biases", "index"], ["bias"]),
        onnx.helper.make_node("Add", ["product", "bias"], ["action"]),
    ]
    model.graph.node.extend(nodes)
    onnx.save(model, path)
    with pytest.raises(PolicyError, match=r"actor\.onnx: the network cannot be run"):
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
