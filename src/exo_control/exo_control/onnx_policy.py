"""A trained policy from an ONNX file."""

import importlib
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from exo_control.config_files import ConfigModel, load_config
from exo_control.errors import PolicyError
from exo_control.history import FEATURES, HISTORY_LENGTH, HistoryBuffer
from exo_control.joints import JOINT_NAMES, POLICY_PERIOD_S, TORQUE_CEILING_NM
from exo_control.policy import Parameter, Vector

INPUT_SHAPE = [1, HISTORY_LENGTH, FEATURES]
OUTPUT_SHAPE = [1, len(JOINT_NAMES)]
RATE_HZ = 1.0 / POLICY_PERIOD_S


class PolicyManifest(ConfigModel):
    """What a trained policy was trained for: the JSON file next to the ONNX file."""

    joint_names: list[str] = Field(description="joints in the order of the network's inputs and outputs")
    history_length: int = Field(description="ticks per observation")
    rate_hz: float = Field(description="rate at which the policy was trained, Hz")
    torque_limit_nm: float = Field(gt=0.0, le=TORQUE_CEILING_NM, description="torque of action 1, Nm")


class OnnxPolicy:
    """Runs an actor network on the observation history.

    The network maps a float32 observation (1, 10, 6) of ``HistoryBuffer`` to actions (1, 2) between -1 and 1;
    the torque is the action times the torque limit of the manifest ``<file>.json``.
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
        manifest = load_config(path.with_suffix(".json"), PolicyManifest)
        _check_manifest(path, manifest)
        self._session = _open_session(path)
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
            PolicyError: the network's output is not finite or not between -1 and 1.
        """
        self._history.push(position, velocity, self._last_nm)
        self._last_nm = self._action() * self._torque_limit_nm
        return self._last_nm.copy()

    def _action(self) -> Vector:
        (output,) = self._session.run(None, {self._input_name: self._history.observation[np.newaxis]})
        action = np.asarray(output[0], dtype=np.float64)
        # Written so that NaN fails too; the margin is float32 rounding of tanh.
        if not np.all(np.abs(action) <= 1.0 + 1e-6):
            raise PolicyError(f"policy {self.name}: output {action.tolist()} is not within -1 to 1")
        return action


def _check_manifest(path: Path, manifest: PolicyManifest) -> None:
    expected = {"joint_names": list(JOINT_NAMES), "history_length": HISTORY_LENGTH, "rate_hz": RATE_HZ}
    for key, value in expected.items():
        given = getattr(manifest, key)
        if given != value:
            raise PolicyError(f"{path.with_suffix('.json')}: {key} = {given!r}, but this exoskeleton needs {value!r}")


def _open_session(path: Path) -> Any:
    try:
        onnxruntime = importlib.import_module("onnxruntime")
    except ImportError:
        raise PolicyError(f"policy {path} needs onnxruntime; install it with `pip install onnxruntime`") from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # more threads make so small a network slower and its latency uneven
    options.inter_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has no common base class for its load errors
        raise PolicyError(f"policy {path}: not a usable ONNX file: {error}") from None
    _check_tensor(path, "input", session.get_inputs(), INPUT_SHAPE)
    _check_tensor(path, "output", session.get_outputs(), OUTPUT_SHAPE)
    return session


def _check_tensor(path: Path, side: str, tensors: list[Any], shape: list[int]) -> None:
    if len(tensors) != 1:
        names = [tensor.name for tensor in tensors]
        raise PolicyError(f"policy {path}: {len(tensors)} {side}s {names}, needs one")
    tensor = tensors[0]
    if list(tensor.shape) != shape:
        raise PolicyError(f"policy {path}: {side} '{tensor.name}' has shape {tensor.shape}, needs {shape}")
    if tensor.type != "tensor(float)":
        raise PolicyError(f"policy {path}: {side} '{tensor.name}' is {tensor.type}, needs tensor(float)")
