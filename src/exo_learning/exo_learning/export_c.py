"""Export of a trained policy as one C99 header for microcontrollers."""

import os
import re
import tempfile
from importlib.resources import files
from pathlib import Path

from exo_control.errors import PolicyError
from exo_control.history import FEATURES, HISTORY_LENGTH
from exo_control.joints import JOINT_NAMES, POLICY_PERIOD_S
from exo_control.policy_manifest import PolicyManifest
from exo_learning.actor import Actor
from exo_learning.actor_weights import ActorWeights, Floats
from exo_learning.normaliser import CLIP, Normaliser

TEMPLATE = "exo_policy.h.in"
NUMBERS_PER_LINE = 8


def export_c(actor: Actor, normaliser: Normaliser, manifest: PolicyManifest, path: Path) -> None:
    """Write the header, which computes what ``OnnxPolicy`` does.

    Args:
        actor: the trained actor.
        normaliser: the normaliser that it was trained with.
        manifest: what the policy needs and where it comes from.
        path: the header; one that is already there is replaced at once or not at all.

    Raises:
        PolicyError: a weight is not finite, or the file cannot be written.
    """
    text = c_header(ActorWeights.of(actor, normaliser), manifest)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{path.stem}-", dir=path.parent) as folder:
            new = Path(folder, path.name)
            new.write_text(text, encoding="utf-8")
            os.replace(new, path)
    except OSError as error:
        raise PolicyError(f"{path}: cannot write the header: {error.strerror}") from None


def c_header(weights: ActorWeights, manifest: PolicyManifest) -> str:
    """Return the text of the header."""
    # Weights that are walked through along the gates or features lie that way in memory.
    arrays = {
        "mean": weights.mean,
        "sd": weights.sd,
        "input_weights": weights.input_weights.T,
        "recurrent_weights": weights.recurrent_weights.T,
        "lstm_bias": weights.input_bias + weights.recurrent_bias,
        "hidden_weights": weights.hidden_weights,
        "hidden_bias": weights.hidden_bias,
        "output_weights": weights.output_weights,
        "output_bias": weights.output_bias,
    }
    per_tick = weights.recurrent_weights.size + weights.input_weights.size
    state = HISTORY_LENGTH * FEATURES + 1 + len(JOINT_NAMES) + 6 * weights.hidden
    values = {
        "ORIGIN": _origin(manifest),
        "PERIOD_MS": f"{1e3 * POLICY_PERIOD_S:g}",
        "PERIOD_S": f"{POLICY_PERIOD_S}f",
        "JOINT_0": JOINT_NAMES[0],
        "JOINT_1": JOINT_NAMES[1],
        "JOINTS": len(JOINT_NAMES),
        "HISTORY": HISTORY_LENGTH,
        "FEATURES": FEATURES,
        "HIDDEN": weights.hidden,
        "MLP": weights.mlp,
        "TORQUE_LIMIT_NM": f"{manifest.torque_limit_nm}f",
        "CLIP": f"{CLIP}f",
        "MACS": HISTORY_LENGTH * per_tick + weights.hidden_weights.size + weights.output_weights.size,
        "WEIGHTS_KB": round(4e-3 * sum(array.size for array in arrays.values())),
        "STATE_KB": round(4e-3 * state, 1),
        "ARRAYS": "".join(_array(name, array) for name, array in arrays.items()),
    }
    template = (files("exo_learning") / TEMPLATE).read_text(encoding="utf-8")
    return re.sub(r"@([A-Z_0-9]+)@", lambda found: str(values[found[1]]), template)


def _array(name: str, array: Floats) -> str:
    size = "".join(f"[{length}]" for length in array.shape)
    return f"static const float exo_policy_{name}{size} = {_braces(array)};\n\n"


def _braces(array: Floats) -> str:
    if array.ndim > 1:
        return "{\n" + ",\n".join(_braces(row) for row in array) + "}"
    numbers = [f"{value!s}f" for value in array]  # the shortest text that reads back as the same float32
    lines = [", ".join(numbers[i : i + NUMBERS_PER_LINE]) for i in range(0, len(numbers), NUMBERS_PER_LINE)]
    return "{" + ",\n ".join(lines) + "}"


def _origin(manifest: PolicyManifest) -> str:
    """Return the lines of the comment that say where the policy comes from."""
    training = manifest.training
    if training is None:
        lines = ["Origin: not trained with exo."]
    else:
        name = training.config or "own configuration"
        lines = [
            f"Training: {name} (sha256 {training.config_sha256}), seed {training.seed}",
            f"Gaits: {', '.join(training.gaits)}",
            f"exo: git {training.git_sha}",
        ]
    lines.append(f"Torque of action 1: {manifest.torque_limit_nm:g} Nm")
    return "\n".join(f" * {line}" for line in lines).replace("*/", "* /")
