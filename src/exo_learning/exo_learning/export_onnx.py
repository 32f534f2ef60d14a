"""Export of a trained policy: one ONNX file with the normaliser inside, and its manifest beside it."""

import hashlib
import os
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from exo_control.errors import PolicyError
from exo_control.onnx_policy import INPUT_SHAPE, OUTPUT_SHAPE, OnnxPolicy, open_session
from exo_control.policy_manifest import PolicyManifest
from exo_learning.actor import Actor
from exo_learning.actor_weights import ActorWeights, Floats
from exo_learning.normaliser import CLIP, Normaliser

OPSET, IR_VERSION = 17, 8
"""Of ONNX 1.12 (2022), so that older runtimes on devices read the file too."""

TOLERANCE = 1e-5
"""Largest difference between the exported and the trained actor's actions."""

CHECKED_OBSERVATIONS = 200


def export_onnx(actor: Actor, normaliser: Normaliser, manifest: PolicyManifest, path: Path) -> None:
    """Write the ONNX file and its manifest, once both have been checked in full.

    The pair is written and loaded elsewhere first, so that a file already there stays whole if anything fails.

    Args:
        actor: the trained actor.
        normaliser: the normaliser that it was trained with.
        manifest: its ``onnx_sha256`` is filled in.
        path: the ONNX file; the manifest gets the same name with .json.

    Raises:
        PolicyError: the path does not end in .onnx or cannot be written, a weight is not finite, or the exported
            network computes something else than the trained one.
    """
    if path.suffix != ".onnx":
        raise PolicyError(f"{path}: the name of a policy file ends in .onnx")
    content = onnx_model(actor, normaliser).SerializeToString()
    manifest = manifest.model_copy(update={"onnx_sha256": hashlib.sha256(content).hexdigest()})
    _check_same_actions(content, actor, normaliser, path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{path.stem}-", dir=path.parent) as folder:
            new = Path(folder, path.name)
            new.write_bytes(content)
            new.with_suffix(".json").write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
            OnnxPolicy(new)
            # Between the two the hash does not fit, which the policy node refuses by name.
            os.replace(new, path)
            os.replace(new.with_suffix(".json"), path.with_suffix(".json"))
    except OSError as error:
        raise PolicyError(f"{path}: cannot write the policy: {error.strerror}") from None


def onnx_model(actor: Actor, normaliser: Normaliser) -> onnx.ModelProto:
    """Return normaliser and actor as one network: observation (1, 10, 6) to action (1, 2).

    Built node by node: it is small, and so needs no tracer, has a stable content and takes milliseconds.

    Raises:
        PolicyError: a weight is not finite.
    """
    weights = ActorWeights.of(actor, normaliser)
    lstm_bias = np.concatenate([_onnx_gates(weights.input_bias), _onnx_gates(weights.recurrent_bias)])
    constants = {
        "mean": weights.mean,
        "sd": weights.sd,
        "low": np.array(-CLIP, dtype=np.float32),
        "high": np.array(CLIP, dtype=np.float32),
        # The LSTM's have a leading dimension for its directions, of which there is one.
        "input_weights": _onnx_gates(weights.input_weights)[np.newaxis],
        "recurrent_weights": _onnx_gates(weights.recurrent_weights)[np.newaxis],
        "lstm_bias": lstm_bias[np.newaxis],
        "row": np.array([1, weights.hidden]),
        "hidden_weights": weights.hidden_weights,
        "hidden_bias": weights.hidden_bias,
        "output_weights": weights.output_weights,
        "output_bias": weights.output_bias,
    }
    nodes = [
        helper.make_node("Sub", ["observation", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "sd"], ["scaled"]),
        helper.make_node("Clip", ["scaled", "low", "high"], ["normalised"]),
        helper.make_node("Transpose", ["normalised"], ["ticks"], perm=[1, 0, 2]),  # LSTM wants time first
        helper.make_node(
            "LSTM",
            ["ticks", "input_weights", "recurrent_weights", "lstm_bias"],
            ["", "newest"],
            hidden_size=weights.hidden,
        ),
        helper.make_node("Reshape", ["newest", "row"], ["features"]),
        helper.make_node("Gemm", ["features", "hidden_weights", "hidden_bias"], ["linear"], transB=1),
        helper.make_node("Relu", ["linear"], ["hidden"]),
        helper.make_node("Gemm", ["hidden", "output_weights", "output_bias"], ["unbounded"], transB=1),
        helper.make_node("Tanh", ["unbounded"], ["action"]),
    ]
    graph = helper.make_graph(
        nodes,
        "actor",
        [helper.make_tensor_value_info("observation", TensorProto.FLOAT, INPUT_SHAPE)],
        [helper.make_tensor_value_info("action", TensorProto.FLOAT, OUTPUT_SHAPE)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(
        graph, producer_name="exo", opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def _onnx_gates(rows: Floats) -> Floats:
    """Return an LSTM's rows in ONNX's order of gates (input, output, forget, cell); torch has i, f, cell, o."""
    i, f, cell, o = np.split(rows, 4)
    return np.concatenate([i, o, f, cell])


def _check_same_actions(content: bytes, actor: Actor, normaliser: Normaliser, path: Path) -> None:
    session = open_session(content, f"policy {path}")
    generator = torch.Generator().manual_seed(0)
    spread = torch.randn((CHECKED_OBSERVATIONS, *INPUT_SHAPE[1:]), generator=generator)
    observations = normaliser.mean.cpu() + 2.0 * normaliser.sd.cpu() * spread
    with torch.no_grad():
        expected = actor(normaliser(observations.to(normaliser.mean.device))).cpu().numpy()
    exported = [session.run(None, {"observation": observation[None].numpy()})[0][0] for observation in observations]
    difference = float(np.abs(np.array(exported) - expected).max())
    if not difference <= TOLERANCE:  # written so that NaN fails too
        raise PolicyError(
            f"{path}: the exported actor's actions differ from the trained actor's by {difference:.2g}, more than "
            f"{TOLERANCE:g}: a defect of the export, or of this machine's onnxruntime"
        )
