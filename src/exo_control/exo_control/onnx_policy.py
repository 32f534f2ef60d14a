"""A trained policy from an ONNX file."""

import hashlib
import importlib
import math
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from exo_control.config_files import load_config
from exo_control.errors import PolicyError
from exo_control.history import FEATURES, HISTORY_LENGTH, HistoryBuffer
from exo_control.joints import JOINT_NAMES
from exo_control.policy import Parameter, Vector
from exo_control.policy_manifest import PolicyManifest

INPUT_SHAPE = [1, HISTORY_LENGTH, FEATURES]
OUTPUT_SHAPE = [1, len(JOINT_NAMES)]


class OnnxPolicy:
    """Runs an actor network on the observation history.

    The network maps a float32 observation (1, 10, 6) of ``HistoryBuffer`` to actions (1, 2) between -1 and 1;
    the torque is the action times the torque limit of the manifest, ``actor.json`` for ``actor.onnx``.
    """

    parameters: ClassVar[tuple[Parameter, ...]] = ()

    def __init__(self, path: Path) -> None:
        """Load and check the network, and run it once, so that the first tick is not slower than the others.

        Raises:
            ConfigError: the manifest is missing or malformed.
            PolicyError: onnxruntime or the file is missing, or file or manifest do not fit this exoskeleton.
        """
        self.name = path.name
        if not path.is_file():
            raise PolicyError(f"policy {path}: no such file")
        manifest_path = path.with_suffix(".json")
        manifest = load_config(manifest_path, PolicyManifest)
        manifest.check_fits(manifest_path)
        content = _read(path)
        if manifest.onnx_sha256 not in (None, hashlib.sha256(content).hexdigest()):
            raise PolicyError(
                f"policy {path}: not the file that {manifest_path} was written for: its hash is not onnx_sha256 = "
                f"{manifest.onnx_sha256}; keep the two files of an export together, or export the policy again"
            )
        self._session = open_session(content, f"policy {path}")
        self._input_name = self._session.get_inputs()[0].name
        self._torque_limit_nm = manifest.torque_limit_nm
        self._history = HistoryBuffer(manifest.torque_limit_nm)
        self._last_nm: Vector = np.zeros(len(JOINT_NAMES))
        self._action()

    def reset(self) -> None:
        """Empty the history."""
        self._history.reset()
        self._last_nm = np.zeros(len(JOINT_NAMES))

    def torque(self, position: Vector, velocity: Vector, time_s: float) -> Vector:
        """Return the hip torques, shape (2,), Nm.

        Raises:
            PolicyError: an angle or velocity is not finite, which the history then leaves out; or the network's
                output is not finite or not between -1 and 1.
        """
        # Once in the history, a value that is not finite would spoil the next ten ticks.
        if not all(map(math.isfinite, (*position, *velocity))):
            readings = f"angles {list(map(float, position))}, velocities {list(map(float, velocity))}"
            raise PolicyError(f"policy {self.name}: a hip reading is not finite: {readings}")
        self._history.push(position, velocity, self._last_nm)
        self._last_nm = self._action() * self._torque_limit_nm
        return self._last_nm.copy()

    def _action(self) -> Vector:
        (output,) = self._session.run(None, {self._input_name: self._history.observation[np.newaxis]})
        right, left = output[0].tolist()
        # Written so that NaN fails too; the margin is float32 rounding of tanh.
        if not (abs(right) <= 1.0 + 1e-6 and abs(left) <= 1.0 + 1e-6):
            raise PolicyError(f"policy {self.name}: output {[right, left]} is not within -1 to 1")
        return np.array([right, left])


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PolicyError(f"policy {path}: cannot read the file: {error.strerror}") from None


def open_session(content: bytes, name: str) -> Any:
    """Return an ``onnxruntime.InferenceSession`` on one thread for an actor network.

    Args:
        content: the ONNX file, which holds its weights itself.
        name: what the network is called in messages.

    Raises:
        PolicyError: onnxruntime is missing, or the network cannot be run or has other inputs or outputs.
    """
    try:
        onnxruntime = importlib.import_module("onnxruntime")
    except ImportError:
        raise PolicyError(f"{name} needs onnxruntime; install it with `pip install onnxruntime`") from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # more threads make so small a network slower and its latency uneven
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what goes wrong is raised, and told here
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has no common base class for its load errors
        raise PolicyError(f"{name}: not a usable ONNX file: {error}") from None
    _check_tensor(name, "input", session.get_inputs(), INPUT_SHAPE)
    _check_tensor(name, "output", session.get_outputs(), OUTPUT_SHAPE)
    try:
        session.run(None, {session.get_inputs()[0].name: np.zeros(INPUT_SHAPE, dtype=np.float32)})
    except Exception as error:
        raise PolicyError(f"{name}: the network cannot be run: {error}") from None
    return session


def _check_tensor(name: str, side: str, tensors: list[Any], shape: list[int]) -> None:
    if len(tensors) != 1:
        names = [tensor.name for tensor in tensors]
        raise PolicyError(f"{name}: {len(tensors)} {side}s {names}, needs one")
    tensor = tensors[0]
    if list(tensor.shape) != shape:
        raise PolicyError(f"{name}: {side} '{tensor.name}' has shape {tensor.shape}, needs {shape}")
    if tensor.type != "tensor(float)":
        raise PolicyError(f"{name}: {side} '{tensor.name}' is {tensor.type}, needs tensor(float)")
